"""Which codes do the messages use? The closed vocabularies of issues, stances, attributions and reasons."""

from enum import StrEnum


class Issue(StrEnum):
    """What a position is about."""

    CEASEFIRE = "ceasefire"
    SETTLEMENT = "settlement"
    TALKS = "talks"
    TERRITORY = "territory"
    SECURITY = "security"
    MILITARY_AID = "military_aid"
    SANCTIONS = "sanctions"
    PRISONERS = "prisoners"
    HUMANITARIAN = "humanitarian"
    ECONOMY = "economy"
    RESOURCES = "resources"
    NUCLEAR = "nuclear"
    TRADE = "trade"
    GOVERNANCE = "governance"
    ACCOUNTABILITY = "accountability"
    OTHER = "other"


class Stance(StrEnum):
    """How a party stands towards the issue as the text words it; the first that fits, from the top."""

    CONDITIONAL = "conditional"
    THREATEN = "threaten"
    OPPOSE = "oppose"
    DEMAND = "demand"
    PROPOSE = "propose"
    SUPPORT = "support"
    UNDECIDED = "undecided"


class Attribution(StrEnum):
    """By which kind of speech the text gives the position."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    THIRD_PARTY = "third_party"
    NARRATED = "narrated"


class TimeFrame(StrEnum):
    """Whether the position holds now or is set apart as a past one."""

    CURRENT = "current"
    PAST = "past"


class PartyKind(StrEnum):
    """What sort of side a party is."""

    STATE = "state"
    BLOC = "bloc"
    ORGANISATION = "organisation"
    ARMED_GROUP = "armed_group"
    COMPANY = "company"
    UNION = "union"
    GROUP = "group"


class Reason(StrEnum):
    """Why an article was not turned into positions: one code for metric label, log line and dead letter alike.

    The first block is refused (dead-lettered), the second is skipped (reported in `articles.processed`).
    """

    NOT_JSON = "not_json"
    NOT_UTF8 = "not_utf8"
    SCHEMA = "schema"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    FIELD_MISSING = "field_missing"
    MALFORMED_ENTRY = "malformed_entry"
    ENTRY_DELETED = "entry_deleted"
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    TIMEOUT = "timeout"
    INTERNAL = "internal"

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    LANGUAGE = "language"
    DUPLICATE = "duplicate"
    NO_NEGOTIATION = "no_negotiation"
