"""The words of a quick log: which channels and outcomes each may mean. Pure data, and its look-up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from abm.touches.kinds import Channel, Direction
from abm.touches.outcomes import OUTCOMES, OutcomeRule, all_outcomes


class What(NamedTuple):
    """What happened: a line of the table of outcomes, and who reached out."""

    channel: Channel
    outcome: str
    direction: Direction

    @property
    def rule(self) -> OutcomeRule:
        return OUTCOMES[self.channel][self.outcome]

    @property
    def value(self) -> str:
        """How a form carries it."""
        return f"{self.channel}/{self.outcome}/{self.direction}"

    @property
    def label(self) -> str:
        """`Call: Connected`; with who reached out where that is not the usual."""
        words = f"{self.channel.label}: {self.rule.label}"
        return words if self.direction is self.rule.directions[0] else f"{words} ({self.direction.label.lower()})"


class Kind(NamedTuple):
    """A channel and an outcome of it."""

    channel: Channel
    outcome: str


@dataclass(frozen=True)
class Meaning:
    """What a phrase may mean. `usual` is meant where no other word says more; `theirs`: they came to us.

    `who` marks a verb that either side may have done: whoever stands right before it may be its subject.
    """

    kinds: frozenset[Kind]
    usual: Kind | None = None
    theirs: bool = False
    who: bool = False


def _kinds(written: str) -> frozenset[Kind]:
    """`call/connected email/*` as kinds; underscores stand for blanks."""
    found: set[Kind] = set()
    for one in (one.replace("_", " ") for one in written.split(", ")):
        channel, _, outcome = one.partition("/")
        outcomes = OUTCOMES[Channel(channel)]
        found.update(Kind(Channel(channel), name) for name in (outcomes if outcome == "*" else [outcome]))
    return frozenset(found)


BOOKED: Final = "meeting/booked, call/meeting_booked, email/meeting_booked, social/meeting_booked, event/meeting_booked"
MESSAGE: Final = "social/sent, social/replied, social/meeting_booked, social/not_interested, social/opted_out"
# Phrases (between bars), what they may mean, and what they mean where nothing else is said.
_OURS: Final = (
    ("call|phone|phone call|missed call|calling|cold call|reached out by phone", "call/*", ""),
    ("vm|lvm|vmd|vmail|voicemail|voice mail|left vm|left a vm|left voicemail|left a voicemail", "call/voicemail", ""),
    ("left message|left a message|left msg|left a msg|left vmail", "call/voicemail", ""),
    ("vm full|vm box full|voicemail full|mailbox full", "call/voicemail, call/no_answer", ""),
    ("vm from|voicemail from|got vm|got a vm|got voicemail|got a voicemail", "call/*", ""),
    ("left me a vm|left us a vm|left me a voicemail|left us a voicemail|left me a message", "call/*", ""),
    ("no answer|n/a|na|no ans|noans|didnt pick up|did not pick up|no pick up|no pickup", "call/no_answer", ""),
    ("didnt answer|did not answer|rang out|not picking up", "call/no_answer", ""),
    ("wrong number|wrong nr|wrong no|wn", "call/wrong_number", ""),
    ("callback|call back|cb|asked to call back|asked for a callback|call me back", "call/callback", ""),
    ("wants a callback|asked me to call back|asked us to call back|wants a call back", "call/callback", ""),
    ("spoke|spoken|talked|chatted|got hold of", "call/connected", ""),
    ("connected", "call/connected, social/connected", ""),
    ("not interested|no interest|not int", "call/not_interested, email/not_interested, social/not_interested", ""),
    ("email|e mail", "email/*", ""),
    ("mail", "email/*, direct_mail/*", ""),
    ("bounced|bounce|email bounced|hard bounce", "email/bounced", ""),
    ("sent", "email/sent, social/sent, direct_mail/sent, content/sent", ""),
    ("clicked", "email/clicked, ad/clicked", ""),
    ("unsubscribed", "email/opted_out", ""),
    ("opted out|opt out|optout|opted|opt-out", "email/opted_out, social/opted_out", ""),
    ("li|linkedin|linked in|social|xing", "social/*", ""),
    ("dm|dmd|li dm|inmail|in mail|direct message", MESSAGE, "social/sent"),
    ("messaged|message|msg|msgd", "social/sent, email/sent", ""),
    ("accepted", "social/connected, meeting/booked", ""),
    ("accepted invitation|accepted our invitation|accepted invite|accepted my invite", "social/connected", ""),
    ("accepted our invite|accepted my invitation|accepted connection", "social/connected", ""),
    ("mtg|meeting", "meeting/*", ""),
    ("met|met up", "meeting/held", ""),
    ("held", "meeting/held", ""),
    ("dinner", "meeting/dinner, meeting/booked, meeting/no-show, meeting/cancelled", ""),
    ("had dinner|dinner held|had a dinner", "meeting/dinner", ""),
    ("booked|mtg booked|meeting booked|booked mtg|booked a mtg", BOOKED, "meeting/booked"),
    ("booked meeting|booked a meeting", BOOKED, "meeting/booked"),
    ("mtg set|meeting set|set up a meeting|set a meeting|booked a demo|demo booked", BOOKED, "meeting/booked"),
    ("no show|noshow", "meeting/no-show, event/did_not_come, webinar/did_not_come", "meeting/no-show"),
    ("did not come|didnt come|they did not come|they didnt come|did not show|didnt show|did not show up|didnt show up",
     "meeting/no-show, event/did_not_come, webinar/did_not_come", ""),
    ("cancelled|canceled", "meeting/cancelled", ""),
    ("event|trade show|tradeshow|conference|roadshow", "event/*", ""),
    ("webinar", "webinar/*", ""),
    ("invited", "event/invited, webinar/invited", ""),
    ("registered|signed up", "event/registered, webinar/registered", ""),
    ("attended", "event/attended, webinar/attended", ""),
    ("ad|ads", "ad/*", ""),
    ("direct mail|postcard|letter|mailer|parcel", "direct_mail/*", ""),
    ("returned|came back", "direct_mail/returned, call/connected, call/callback", ""),
    ("visited our site|visited our website|visited site|visited website|website visit|web visit", "web/visit", ""),
    ("demo request|requested a demo|requested demo|asked for a demo|asked for demo", "web/demo_request", ""),
    ("filled in form|filled in a form|filled out form|filled out a form|contact form", "web/form", ""),
    ("filled in the form|filled in our form|form fill", "web/form", ""),
    ("downloaded", "content/downloaded", ""),
    ("viewed", "content/viewed", ""),
)  # fmt: skip
REPLIED: Final = "email/replied, social/replied, direct_mail/replied"
THEIR_CALL: Final = "call/connected, call/meeting_booked"
_THEIRS: Final = (
    ("they called|they rang|they phoned|they called us|called us|called me|rang us|rang me|phoned us",
     THEIR_CALL, "call/connected"),
    ("they called back|called me back|called us back",
     THEIR_CALL, "call/connected"),
    ("call from|phone call from|inbound call|incoming call|inbound call from", THEIR_CALL, "call/connected"),
    ("they emailed|they e mailed|they mailed|inbound email|inbound e mail|incoming email|email from|e mail from",
     "email/replied, email/meeting_booked, email/not_interested, email/opted_out", "email/replied"),
    ("emailed us|emailed me|e mailed us|e mailed me|emailed me back|emailed us back",
     "email/replied, email/meeting_booked", "email/replied"),
    ("replied|reply|they replied|got a reply|got reply|answered|wrote back|they wrote back|they answered", REPLIED, ""),
    ("email reply|reply by email|replied by email|e mail reply", "email/replied", ""),
)  # fmt: skip
_EITHER: Final = (
    ("called|phoned|rang|dialed|dialled|called back", "call/*", ""),
    ("emailed|e mailed|mailed", "email/sent, email/bounced, email/meeting_booked", "email/sent"),
)


def _meanings() -> Iterator[tuple[tuple[str, ...], Meaning]]:
    for lines, theirs, who in ((_OURS, False, False), (_THEIRS, True, False), (_EITHER, False, True)):
        for phrases, written, usual in lines:
            meant = next(iter(_kinds(usual))) if usual else None
            for phrase in phrases.split("|"):
                yield tuple(phrase.split()), Meaning(_kinds(written), meant, theirs, who)


PHRASES: Final[dict[tuple[str, ...], Meaning]] = dict(_meanings())
LONGEST_PHRASE: Final = max(map(len, PHRASES))
THEIRS: Final = frozenset(
    Kind(channel, outcome) for channel, outcome, rule in all_outcomes() if Direction.INBOUND in rule.directions
)
PHRASES[("inbound",)] = PHRASES[("incoming",)] = Meaning(THEIRS, theirs=True)
BOOKINGS: Final = _kinds(BOOKED)
# What may close a line after the note: nobody writes these words about anything else.
CLOSING: Final = _kinds("call/voicemail, call/no_answer, call/wrong_number, email/bounced, meeting/no-show")
# Small words that stand between the others, and go with them.
FILLERS: Final = frozenset(
    """
    with w w/ to at on from of the a an and + & # @ for by via over had got i we he she they my our their just in
    """.split()  # noqa: SIM905 so many words read better as words
)
# Before the name of somebody who was reached.
TOWARDS: Final = frozenset("with w w/ to at from for of @".split())  # noqa: SIM905
# Before what happened they say that it did not happen, or not yet.
UNDONE: Final = frozenset(
    """
    will wont would should could couldnt cannot cant can must might may need needs needed todo gonna going
    tomorrow tmrw plan plans planning want wants wanted if try trying lets let please asked remind reminder not
    never no without didnt did dont havent hasnt wasnt failed unable before until when maybe hope hoping ill
    promised schedule still ooo auto automatic
    """.split()  # noqa: SIM905 so many words read better as words
)
# What people write before “call” or “meeting”: no names of companies.
LEADS: Final = frozenset(
    """
    after afternoon again another bad been brief briefly check checkin cold demo discovery early evening final
    finally first follow followup good great has have intro introductory kick kickoff late log logged long lunch
    monthly morning new next noon off pricing product qbr quarterly quick re review second short sync team teams
    technical third this tried up video weekly zoom
    """.split()  # noqa: SIM905 so many words read better as words
)
PLANNED: Final = frozenset(
    """
    will ill should need needs must gonna going tomorrow tmrw until before plan planning lets promised
    """.split()  # noqa: SIM905 so many words read better as words
)
DENIED: Final = frozenset("no not never without didnt dont havent hasnt wasnt".split())  # noqa: SIM905
# First words of names and names of people that are ordinary words as well: alone they prove nothing.
ORDINARY: Final = frozenset(
    """
    access active advance agree air all alpha amber american angel art ask back bank base best big bill black
    blue bob bright bridge buy can capital care case cash central chain champion chance chase city clean clear
    close cloud club cold common connect contract core corner credit cross dale data dawn day deal dean deck
    deep digital direct drew early east easy energy express faith fast field finance first fleet focus food
    foods frank free freight fresh front full gap gene general global gold good grace grand grant great green
    grey group guy heart high home hope house hunter idea info inter international jack joy key lab labs land
    lane legal level life light link list live logistics long lot love major mark market may media mike miles
    mobile modern national need net new next nick north old one open opera orange page park partner pat penny
    peter pharma phone pilot plan plus point power precision premier price pricing prime pro project quick ray
    real red reference reply rich rise rob rose rush saint save sales school science sea second secure service
    shell ship shipping shop silver simple sky smart solar solid sonic source south space star start state steel
    step stock stone store stores summer sun support swift target team tech test the time top total town trade
    transport true trust unit united up value victor view visa vision wade water web west white wide will wise
    wood work world young monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat today
    yesterday january february march april june july august september october november december jan feb mar apr
    jun jul aug sep oct
    """.split()  # noqa: SIM905 so many words read better as words
)


def meaning_at(words: list[str], place: int) -> tuple[int, Meaning] | None:
    """The longest phrase that begins at a place: how many words it has, and what it may mean."""
    for count in range(min(LONGEST_PHRASE, len(words) - place), 0, -1):
        meaning = PHRASES.get(tuple(words[place : place + count]))
        if meaning is not None:
            return count, meaning
    return None


def is_ordinary(word: str) -> bool:
    """Whether a word may well be no name: a word of this log, a very short one, or a common one."""
    return len(word) < 3 or word in ORDINARY or word in UNDONE or word in FILLERS or (word,) in PHRASES
