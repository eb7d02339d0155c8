"""A signed list of companies, and a campaign on it that can be brought as far as a test needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from abm.accounts.models import Account, create_account, create_accounts
from abm.agreement.models import Verdict, Version
from abm.campaigns.creating import adopt_campaign, create_campaign
from abm.campaigns.drafting import add_play
from abm.campaigns.kinds import CampaignState, CommentKind, Section
from abm.campaigns.models import Campaign, Launch
from abm.campaigns.plan import Criteria
from abm.campaigns.reviews import ReviewComment, say
from abm.kit.clock import Quarter
from abm.outbound.launching import derive_commitments
from abm.outbound.models import Commitment
from abm.people.models import User
from abm.people.seats import Seat, Side, seats
from abm.targets.models import Outcome, TargetList, open_list
from abm.touches.kinds import Channel
from tests.cast import Cast, sign_in

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday, eleven o'clock in Berlin
BEFORE = NOW - timedelta(days=30)
STARTS, ENDS = date(2026, 11, 26), date(2026, 12, 18)
ASK_BY = date(2026, 12, 4)
RAN_SINCE = date(2025, 11, 3)  # two months before the company was founded


@dataclass
class World:
    """Five companies on the list of 2026-q4: Tomás answers for three, Marcus for two; and one that is not on it."""

    session: Session
    cast: Cast
    accounts: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        signed = self.session.scalars(select(TargetList)).first()
        if signed is None:
            self._begin()
        else:  # this world was saved before
            self.list = signed
            self.accounts = {account.name: account for account in self.session.scalars(select(Account))}

    def _begin(self) -> None:
        tomas, marcus = self.cast.tomas, self.cast.marcus
        listed = {
            "Halden Freight": (1, tomas, "Logistics"),
            "Kestrel Foods": (1, tomas, "Food"),
            "Orbis Pharma": (1, marcus, "Pharma"),
            "Tarn Dairies": (2, tomas, "Food"),
            "Vale Chemicals": (2, marcus, "Chemicals"),
        }
        for name, (_tier, ae, industry) in listed.items():
            self.accounts[name] = self.account(name, ae, industry)
        self.account("Nobody's Favourite", tomas, "Food")
        self.list = open_list(self.cast.organisation, Quarter(2026, 4), by=self.cast.ines, at=BEFORE)
        for name, (tier, ae, _industry) in listed.items():
            self.place(name, Outcome.IN, tier=tier, ae=ae, at=BEFORE)
        self.agree(BEFORE)

    @property
    def target_list(self) -> TargetList:
        return self.list

    @property
    def sales_seat(self) -> Seat:
        return seats(self.session)[Side.SALES]

    def account(self, name: str, ae: User, industry: str = "Food") -> Account:
        account = create_account(self.cast.organisation, name=name, by=self.cast.wen, at=BEFORE, industry=industry)
        account.assign(ae, first_day=date(2026, 10, 1), by=self.cast.wen, at=BEFORE)
        self.accounts[name] = account
        return account

    def place(self, name: str, outcome: Outcome, *, at: datetime, tier: int | None = 1, ae: User | None = None) -> None:
        """Say in the draft of the list whether an account is on it."""
        entry = self.list.enter(self.accounts[name], by=self.cast.ines, at=at)
        reason = "Acquired by a competitor" if outcome is Outcome.OUT else ""
        entry.place(tier=tier, ae=ae or self.cast.tomas, outcome=outcome, reason=reason, by=self.cast.ines, at=at)

    def agree(self, at: datetime) -> None:
        """Let both seats sign the list as its draft stands."""
        version = self.list.propose(organisation=self.cast.organisation, by=self.cast.ines, at=at)
        for side, holder in ((Side.SALES, self.cast.renata), (Side.MARKETING, self.cast.amara)):
            self.list.sign(
                version,
                seat=seats(self.session)[side],
                by=holder,
                at=at,
                digest=version.digest,
                verdict=Verdict.APPROVE,
                organisation=self.cast.organisation,
            )

    def many(self, number: int, tier: int = 2, at: datetime = BEFORE) -> None:
        """So many accounts more, `Account 001` and so on, on the list of both."""
        names = [f"Account {place:03}" for place in range(1, number + 1)]
        facts = [{"name": name, "industry": "Retail", "segment": "Mid-market"} for name in names]
        made = create_accounts(self.cast.organisation, facts, by=self.cast.wen, at=at)
        for policy in self.list.policies:
            policy.change(max_accounts=1_000, max_per_ae=1_000, by=self.cast.ines, at=at)
        self.session.flush()
        for account in made:
            self.accounts[account.name] = account
            self.place(account.name, Outcome.IN, tier=tier, at=at)
        self.agree(at)

    @property
    def accounts_by_id(self) -> dict[int, Account]:
        return {account.id: account for account in self.accounts.values()}

    def leaves_the_list(self, name: str, at: datetime = NOW) -> None:
        """Both sides agree, mid-quarter, that an account is out."""
        self.place(name, Outcome.OUT, at=at)
        self.agree(at)

    def draft(self, name: str = "Cold chain, on time", tiers: tuple[int, ...] = (1,), at: datetime = NOW) -> Campaign:
        """A whole draft by Priya: two plays, and three touches per account by 4 December."""
        priya = self.cast.priya
        campaign = create_campaign(self.cast.organisation, name=name, starts_on=STARTS, ends_on=ENDS, by=priya, at=at)
        campaign.change(Section.AUDIENCE, by=priya, at=at, criteria=Criteria(tiers=tiers).facts())
        return self.written(campaign, at)

    def written(self, campaign: Campaign, at: datetime = NOW) -> Campaign:
        """Everything but the audience, by Priya."""
        priya = self.cast.priya
        sections: dict[Section, dict[str, Any]] = {
            Section.OBJECTIVE: {"objective": "Three meetings before Christmas."},
            Section.MESSAGE: {"message": "A late alarm costs a load."},
            Section.OFFER: {"offer": "A four-week pilot on two lanes."},
            Section.SALES_ASK: {"ask_touches": 3, "ask_by": ASK_BY, "talk_track": "Which lane worries you?"},
            Section.BUDGET: {"budget": 1_200_000},
            Section.MEASURE: {"measure": "Meetings held."},
        }
        for section, facts in sections.items():
            campaign.change(section, by=priya, at=at, **facts)
        add_play(campaign, channel=Channel.EMAIL, what="Invitation", day=date(2026, 11, 27), by=priya, at=at)
        add_play(campaign, channel=Channel.WEBINAR, what="Live session", day=date(2026, 12, 9), by=priya, at=at)
        return campaign

    def adopted(
        self, name: str = "Cold calls, warm coffee", tiers: tuple[int, ...] = (2,), at: datetime = NOW, **facts: Any
    ) -> Campaign:
        """One by Priya that ran before the company used Accountable, taken in now."""
        days = {"starts_on": RAN_SINCE, "ends_on": ENDS, **facts}
        return adopt_campaign(
            self.cast.organisation, name=name, criteria=Criteria(tiers=tiers), by=self.cast.priya, at=at, **days
        )

    def submitted(self, campaign: Campaign | None = None, at: datetime = NOW) -> tuple[Campaign, Version]:
        campaign = campaign or self.draft()
        return campaign, campaign.submit(organisation=self.cast.organisation, by=self.cast.priya, at=at)

    def approve(
        self,
        campaign: Campaign,
        version: Version,
        by: User | None = None,
        *,
        seat: Seat | None = None,
        digest: str = "",
    ) -> bool:
        """Ines approves, unless somebody else is named."""
        return campaign.approve(
            version,
            digest=digest or version.digest,
            seat=seat,
            organisation=self.cast.organisation,
            by=by or self.cast.ines,
            at=NOW,
        )

    def approved(self, campaign: Campaign | None = None) -> Campaign:
        campaign, version = self.submitted(campaign)
        assert self.approve(campaign, version)
        return campaign

    def launch(self, campaign: Campaign, at: datetime = NOW) -> Launch:
        """Launch and derive, as the route does."""
        launch = campaign.launch(organisation=self.cast.organisation, by=self.cast.priya, at=at)
        derive_commitments(campaign, launch, organisation=self.cast.organisation, at=at)
        return launch

    def in_state(self, state: CampaignState) -> Campaign:
        """A campaign brought to a state by the way that leads there, its plan approved as it stands."""
        name, priya = f"A campaign that is {state}", self.cast.priya
        adopted = state is CampaignState.ADOPTED
        campaign = self.approved(self.written(self.adopted(name, tiers=(1,))) if adopted else self.draft(name))
        if state not in {CampaignState.DRAFT, CampaignState.CANCELLED, CampaignState.ADOPTED}:
            self.launch(campaign)
        if state is CampaignState.PAUSED:
            campaign.pause(by=priya, at=NOW)
        if state is CampaignState.COMPLETED:
            campaign.complete(keep="The pilot.", retire="The banner.", by=priya, at=NOW)
        if state is CampaignState.CANCELLED:
            campaign.cancel(reason="The budget went.", by=priya, at=NOW)
        return campaign

    def ask_for_change(self, campaign: Campaign, version: Version, by: User | None = None) -> ReviewComment:
        return say(
            campaign,
            version,
            section=Section.OFFER,
            kind=CommentKind.REQUEST,
            body="Legal has not seen this.",
            by=by or self.cast.ines,
            at=NOW,
        )

    def commitments(self, campaign: Campaign) -> list[Commitment]:
        query = select(Commitment).where(Commitment.campaign_id == campaign.id)
        return list(self.session.scalars(query.order_by(Commitment.id)))

    def enter(self, client: FlaskClient, user: User) -> FlaskClient:
        """Sign somebody in; what the test has made so far is saved first."""
        self.session.refresh(user)
        self.session.commit()
        return sign_in(client, user)
