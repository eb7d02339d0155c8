"""Every table of the product in one metadata, for migrations and tests: importing this module is what fills it."""

from __future__ import annotations

from abm.accounts import models as accounts
from abm.agreement import models as agreement
from abm.api import models as api
from abm.audit import models as audit
from abm.campaigns import models as campaigns
from abm.campaigns import play_records, review_reminding, reviewing, starting, templates
from abm.definitions import models as definitions
from abm.imports import models as imports
from abm.imports import play_files
from abm.kit import receipts
from abm.kit.base import Base
from abm.outbound import judging, meetings, snoozing
from abm.outbound import models as outbound
from abm.people import feeds, mail, models, programmes, saved_views, seats, sessions, tokens
from abm.progress import snapshots
from abm.rhythm import actions, decisions, meeting_times, reviews
from abm.spend import models as spend
from abm.stages import exits
from abm.stages import models as stages
from abm.targets import comments
from abm.targets import models as targets
from abm.touches import models as touches

MODULES = (
    accounts,
    actions,
    api,
    agreement,
    audit,
    campaigns,
    comments,
    decisions,
    definitions,
    exits,
    feeds,
    imports,
    mail,
    models,
    outbound,
    judging,
    meeting_times,
    meetings,
    snoozing,
    play_files,
    play_records,
    programmes,
    receipts,
    review_reminding,
    reviewing,
    reviews,
    saved_views,
    seats,
    sessions,
    snapshots,
    spend,
    stages,
    starting,
    targets,
    templates,
    tokens,
    touches,
)
METADATA = Base.metadata
