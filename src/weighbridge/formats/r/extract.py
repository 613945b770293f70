"""R's ``.rds`` (one object) and ``.rda`` (variables by name), versions 2 and 3, in all three notations.

Source: R Internals, "Serialization Formats"; ``serialize.c`` and ``saveload.c`` of R 4.3. Compression around them is
another reader's. R looks at the first byte of the notation only, so whatever stands in the second is read here too.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity
from weighbridge.formats import bulk
from weighbridge.formats.r.streams import Ascii, Binary
from weighbridge.formats.r.walk import NAME, Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

FORMAT = "r"

MAGICS = (b"RDX2\n", b"RDX3\n", b"RDB2\n", b"RDB3\n", b"RDA2\n", b"RDA3\n")
"""Beginnings of ``.rda`` files; a stream as in ``.rds`` follows."""

OLD = (b"RDX1\n", b"RDB1\n", b"RDA1\n")
"""What R before 1.4 wrote."""

VERSIONS = (2, 3)
_HEADER = 64  # bytes that hold the notation and three numbers


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001
    """Tell whether bytes begin as R's serialisation: a letter for the notation and a version that exists."""
    if head.startswith(MAGICS) or head.startswith(OLD):
        return FORMAT
    begin = head.lstrip(b"\r\n")
    if begin[:1] == b"A":
        tokens = begin[2:_HEADER].split()[:3]
        known = len(tokens) == 3 and tokens[0] in (b"2", b"3") and all(token.isdigit() for token in tokens)
        return FORMAT if known else ""
    if head[:1] not in (b"X", b"B") or len(head) < 14:
        return ""
    order: tuple[str, ...] = ("big",) if head[:1] == b"X" else ("little", "big")
    return FORMAT if any(_version(head[2:14], one) for one in order) else ""


def _version(numbers: bytes, order: str) -> bool:
    """Tell a version that exists, written by a version of R that can be."""
    big = numbers if order == "big" else b"".join(numbers[at : at + 4][::-1] for at in (0, 4, 8))
    return len(big) == 12 and big[:4] in (b"\0\0\0\2", b"\0\0\0\3") and big[4] == 0 and big[8] == 0


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Walk one file to its end; raises Malformed and OverLimit."""
    head = source.read_at(0, _HEADER)
    yield Identity(at=node.at(), format="r.rda" if head.startswith((*MAGICS, *OLD)) else "r.rds")
    if head.startswith(OLD):
        yield node.gap(GapKind.UNSUPPORTED, "what R before 1.4 wrote is not read", 0)
        return
    begin = 5 if head.startswith(MAGICS) else 0
    stream = _stream(source, head[begin:], begin)
    version = stream.integer()
    if version not in VERSIONS:
        raise Malformed(f"there is no version {version} of the serialisation", offset=begin + 2)
    stream.integer()  # the version of R that wrote it
    stream.integer()  # and the first one that reads it
    if version == 3:
        length = stream.integer()
        if not 0 <= length <= stream.left:
            raise Malformed("the name of the encoding has no length", offset=stream.offset)
        stream.text(length, NAME)
    yield from Walk(source, node, stream, binary=isinstance(stream, Binary)).run()
    end = stream.rest()
    if end < source.size:
        yield from bulk.behind(source, node, bench, end, "the object")


def _stream(source: ByteSource, head: bytes, begin: int) -> Binary | Ascii:
    """Choose the notation by its letter; text may have the end of another line before it."""
    letter = head[:1]
    if letter == b"X":
        return Binary(source, begin + 2, "big")
    if letter == b"B":
        return Binary(source, begin + 2, "little" if _version(head[2:14], "little") else "big")
    skipped = len(head) - len(head.lstrip(b"\r\n"))
    if head[skipped : skipped + 1] == b"A":
        return Ascii(source, begin + skipped + 2)
    raise Malformed("the notation is none of X, B and A", offset=begin)
