"""What could not be judged. Absence has a type: a gap is never rendered as clean."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.location import Location
from weighbridge.core.values import value


class GapKind(StrEnum):
    """Why something was not judged."""

    UNREAD = "unread"
    UNPARSED = "unparsed"
    UNSUPPORTED = "unsupported"
    OVER_LIMIT = "over_limit"
    CRASHED = "crashed"


@value
class Gap:
    """A stretch that was not judged, why, and what the user can do about it."""

    kind: GapKind
    reason: str
    at: Location = Location()
