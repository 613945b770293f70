"""Compiled programs and shortcuts: Python bytecode, Java classes, Windows shortcuts. What they do is not followed.

Sources: CPython ``Lib/importlib/_bootstrap_external.py`` (magic numbers, PEP 552), JVM specification section 4.1,
[MS-SHLLINK] sections 2.1 to 2.4.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity
from weighbridge.core.programs import CodeUnit, Command
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

_LINK = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F"
_JAVA_VERSIONS = range(45, 90)
_BYTECODE = (range(3000, 4000), range(62000, 62300), range(20000, 21000))
"""Magic numbers of CPython 3, of 2.3 to 2.7, and of 1.5 to 1.6, which end in CR LF."""

STRING = 4_096
"""Characters of one string of a shortcut; its fields count up to 65,535, paths end at 260."""


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001
    """Name the kind of program by its header."""
    if head.startswith(_LINK):
        return "windows shortcut"
    if head[:4] == b"\xca\xfe\xba\xbe" and len(head) > 10 and int.from_bytes(head[6:8], "big") in _JAVA_VERSIONS:
        return "java class"
    number = int.from_bytes(head[:2], "little")
    if head[2:4] == b"\r\n" and any(number in span for span in _BYTECODE):
        # A code object behind 8, 12 or 16 bytes, with or without the bit that enters it into the table of references.
        return "python bytecode" if any(head[at : at + 1] in {b"c", b"\xe3"} for at in (8, 12, 16)) else ""
    return ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Tell what program it is; raises Malformed for a shortcut that breaks off."""
    head = source.read_at(0, 64)
    kind = sniff(head, source)
    yield Identity(at=node.at(), format=kind)
    yield CodeUnit(at=node.at(), language=kind, carrier="the file", name=node.name, when=When.FLAG)
    if kind == "windows shortcut":
        yield from _shortcut(source, node)
    else:
        yield node.gap(GapKind.UNSUPPORTED, f"what the {kind} does is not followed")


def _shortcut(source: ByteSource, node: Node) -> Iterator[Yield]:
    """Tell the command line of a shortcut: StringData follows the header, the id list and the link information."""
    flags = int.from_bytes(source.read_at(20, 4), "little")
    at = 76
    if flags & 1:
        at += 2 + _number(source, at, 2)
    if flags & 2:
        at += max(4, _number(source, at, 4))
    wide = 2 if flags & 0x80 else 1
    texts: dict[str, str] = {}
    for bit, name in ((4, "name"), (8, "path"), (16, "directory"), (32, "arguments"), (64, "icon")):
        if flags & bit:
            length = _number(source, at, 2) * wide
            raw = source.read_at(at + 2, min(length, STRING * wide))
            texts[name] = raw.decode("utf-16-le" if wide == 2 else "latin-1", "replace")
            at += 2 + length
    line = f"{texts.get('path', '')} {texts.get('arguments', '')}".strip()
    if line:
        yield Command(at=node.at(), runner="a double click", line=line[:STRING], key="shortcut", when=When.FLAG)
        from weighbridge.formats.text.script import lines

        yield from lines(line, node, "the shortcut")


def _number(source: ByteSource, at: int, size: int) -> int:
    raw = source.read_at(at, size)
    if len(raw) < size:
        raise Malformed("the shortcut breaks off", offset=at)
    return int.from_bytes(raw, "little")
