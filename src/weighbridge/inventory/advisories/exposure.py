"""What an advisory means for a component of a graph: the answer of an audit."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.finding import Severity
    from weighbridge.inventory.advisories.record import Advisory


class Standing(StrEnum):
    """Whether a component is affected, the worst first."""

    AFFECTED = "affected"
    POSSIBLY_AFFECTED = "possibly_affected"
    """What it was made from is affected, and the flaw is of a kind that is handed on."""
    UNDER_INVESTIGATION = "under_investigation"
    """Nobody can tell: which version this is, is not known."""
    NOTED = "noted"
    """The record is not sure of itself and names no version that ends it: told, and decides nothing."""
    FIXED = "fixed"
    NOT_AFFECTED = "not_affected"
    """Somebody says so, with a reason (VEX)."""


class Basis(StrEnum):
    """What ties an advisory to a component, the strongest first."""

    SHA256 = "sha256"
    COMMIT = "commit"
    REPOSITORY = "repository"
    VERSION = "version"
    LINEAGE = "lineage"


@value
class Statement:
    """What somebody says about an advisory and a product (VEX); it overrides, visibly.

    ``justification`` is a code of OpenVEX, ``note`` the words beside it, ``author`` who says it, ``at`` when,
    ``source`` the document.
    """

    standing: Standing
    author: str
    justification: str = ""
    note: str = ""
    at: str = ""
    source: str = ""


@value
class Exposure:
    """An advisory and a component that it may reach.

    ``path`` are ids of components, from the one affected in the first place to ``component``; one alone where it is
    affected itself. ``triggers`` are sentences about files here that reach the flaw: "model.keras has a Lambda layer".
    ``fixed`` are versions, the lowest first. ``note`` is a sentence for people: what is not sure, and why.
    ``statement`` is what has overridden ``found``, the standing of the match.
    """

    component: str
    advisory: Advisory
    found: Standing
    basis: Basis
    severity: Severity
    path: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    note: str = ""
    triggers: tuple[str, ...] = ()
    statement: Statement | None = None

    @property
    def standing(self) -> Standing:
        """What holds in the end: the statement of a person where there is one."""
        return self.found if self.statement is None else self.statement.standing
