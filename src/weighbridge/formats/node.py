"""What a parser is given and what it may yield: a node, children, facts and gaps."""

from __future__ import annotations

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.location import Location
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeAlias

    from weighbridge.core.facts import Fact
    from weighbridge.core.limits import Limits, Meter
    from weighbridge.core.source import ByteSource


@value
class Node:
    """One stretch of bytes under examination.

    ``name`` is the file's or member's own name, ``member`` the chain of members that leads here (empty for the file
    itself), ``role`` what the enclosing format says it is (``torch.pickle``, ``tensor`` …), ``storages`` the records
    that its persistent ids may name with their sizes in bytes, ``trace`` whether the decompiled program is wanted.
    ``headers_only`` when reading is dear: what bulk data begins like, and what its values hide, is not looked at.
    """

    name: str
    member: tuple[str, ...] = ()
    role: str = ""
    storages: Mapping[str, int] | None = None
    trace: bool = False
    headers_only: bool = False

    def at(self, offset: int | None = None, length: int | None = None) -> Location:
        """Locate a span of this node; what points before its beginning is placed there."""
        return Location(member=self.member, offset=max(0, offset) if offset is not None else None, length=length)

    def gap(self, kind: GapKind, reason: str, offset: int | None = None, length: int | None = None) -> Gap:
        """Say that a span of this node is not judged."""
        return Gap(kind=kind, reason=reason, at=self.at(offset, length))


class Stored:
    """Content that lies as it is inside its container: a window, no copy."""

    __slots__ = ("source",)

    def __init__(self, source: ByteSource) -> None:
        self.source = source


class Packed:
    """Content that must be decompressed: ``blocks()`` yields it in pieces of at most a MiB; ``stored`` is its size
    inside the container. The engine keeps it in scratch memory or an unlinked file, within the budgets."""

    __slots__ = ("blocks", "stored")

    def __init__(self, blocks: Callable[[], Iterator[bytes]], *, stored: int) -> None:
        self.blocks = blocks
        self.stored = stored


class Child:
    """A stretch of bytes inside a node that the engine shall examine on its own.

    ``formats`` names formats that the enclosing format vouches for (analysed in any case, beside what the content
    shows); ``quiet`` marks bulk data (tensor bytes) that is only probed for other identities and is never a gap.
    """

    __slots__ = ("content", "formats", "name", "offset", "quiet", "role", "storages")

    def __init__(
        self,
        name: str,
        content: Stored | Packed,
        *,
        offset: int | None = None,
        role: str = "",
        formats: tuple[str, ...] = (),
        quiet: bool = False,
        storages: Mapping[str, int] | None = None,
    ) -> None:
        self.name = name
        self.content = content
        self.offset = offset
        self.role = role
        self.formats = formats
        self.quiet = quiet
        self.storages = storages


class Bench:
    """What a parser may use besides the bytes: the limits and the meter that spends them."""

    __slots__ = ("limits", "meter")

    def __init__(self, limits: Limits, meter: Meter) -> None:
        self.limits = limits
        self.meter = meter


if TYPE_CHECKING:
    Yield: TypeAlias = Fact | Gap | Child
    Extract: TypeAlias = Callable[[ByteSource, Node, Bench], Iterator[Yield]]
