"""Minimum elements as values: what is asked for, of which components, and which fields of the graph answer it."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.graph import Field, Kind, RelationKind


class Always(StrEnum):
    """What every document of this program has, whatever the graph knows."""

    AUTHOR = "the author of the document"
    TOOL = "the tool and its version"
    TIME = "the time of the document"
    FORMAT = "the format and its version"
    CONTEXT = "how the document came about"
    DEPENDENCIES = "dependencies, and how far they are known"
    COMPONENTS = "the list of components"


class Who(StrEnum):
    """Who could answer what is missing."""

    PUBLISHER = "the publisher, in the model card"
    YOU = "you, in weighbridge.card.toml"
    HUB = "the hub: fetch the model from it, pinned to a commit"
    SIGNER = "whoever signs: weighbridge sign"
    LAWYER = "a person who has read the licence"
    READER = "this program, from the whole files: --full"
    NOBODY = "nobody by looking at files"


@value
class Element:
    """One thing that is asked for.

    ``of`` are the kinds of components that must answer it, empty for the subject alone. One of ``fields``
    suffices, or one relation of the kinds ``relations``.
    ``always`` is set where the document itself answers. ``asked`` of what the format cannot hold: ``outside`` says why.
    """

    name: str
    of: tuple[Kind, ...] = ()
    fields: tuple[Field, ...] = ()
    relations: tuple[RelationKind, ...] = ()
    always: Always | None = None
    who: Who = Who.PUBLISHER
    outside: str = ""


@value
class Profile:
    """A set of elements; ``source`` names the publication."""

    id: str
    name: str
    source: str
    elements: tuple[Element, ...]
