"""What an audit tells: exposures, the files that matter to loaders elsewhere, and what it could not know."""

from __future__ import annotations

from weighbridge.core.finding import Severity
from weighbridge.core.values import value
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.advisories.seeding import SEED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.store import Feed
    from weighbridge.inventory.advisories.triggers import Reach
    from weighbridge.inventory.graph import Graph

OPEN = frozenset({Standing.POSSIBLY_AFFECTED, Standing.UNDER_INVESTIGATION})
SETTLED = frozenset({Standing.NOTED, Standing.FIXED, Standing.NOT_AFFECTED})
"""What decides nothing, however severe it is."""


@value
class Outcome:
    """An audit of ``target``; ``serial`` is the BOM-Link of what was audited.

    ``elsewhere`` are files that reach flaws of loaders which the target does not have. ``feeds`` are the data that were
    used, ``extra`` the number of records given for this run alone. ``unused`` are sentences about statements that
    override nothing, ``unread`` about records and statements that could not be used.
    """

    target: str
    graph: Graph
    exposures: tuple[Exposure, ...]
    serial: str
    threshold: Severity = Severity.MEDIUM
    elsewhere: tuple[Reach, ...] = ()
    feeds: tuple[Feed, ...] = ()
    extra: int = 0
    unused: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def has_data(self) -> bool:
        """Whether somebody has given advisories to audit with: the seed alone is too little to pass on."""
        return self.extra > 0 or any(feed.name != SEED and feed.records for feed in self.feeds)

    @property
    def seeded(self) -> int:
        """The number of records that the program brings."""
        return sum(feed.records for feed in self.feeds if feed.name == SEED)

    def counts(self, one: Exposure) -> bool:
        """Tell whether an exposure is as bad as the threshold, no mere note, and nobody has said that it is none."""
        return one.severity.rank >= self.threshold.rank and one.standing not in SETTLED

    @property
    def is_affected(self) -> bool:
        """Whether something is affected for sure."""
        return any(one.standing is Standing.AFFECTED and self.counts(one) for one in self.exposures)

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to audit."""
        return len(self.graph.components) < 2

    @property
    def is_open(self) -> bool:
        """Whether something could not be decided."""
        return (
            self.is_empty
            or not self.has_data
            or any(one.standing in OPEN and self.counts(one) for one in self.exposures)
        )
