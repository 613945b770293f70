"""Constants worth another look: pickles, archives and executables inside operands, raw or encoded (PKL-31, PKL-32)."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import EmbeddedPayload
from weighbridge.core.source import BytesSource, SubSource
from weighbridge.core.values import replace
from weighbridge.formats.native import identify
from weighbridge.formats.node import Child, Stored
from weighbridge.formats.pickle import opcodes as op
from weighbridge.formats.pickle.abstract import Made
from weighbridge.formats.pickle.host import Host
from weighbridge.formats.pickle.probe import holds_pickle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.limits import Limits
    from weighbridge.core.location import Location
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Node, Yield
    from weighbridge.formats.pickle.abstract import Box, Global
    from weighbridge.formats.pickle.machine import Machine

FINDINGS = 50
"""Constants of one stream that are reported; a file with more is described well enough by these."""

NESTED_LOADER = ("torch.storage", "_load_from_bytes")
"""Loads a whole torch file from its argument; honest pickles of tensors outside of ``torch.save`` are written so."""

LOADED = 10_000
"""Nested files of one stream that are examined; each is one tensor that was pickled outside of ``torch.save``."""

LATIN1 = 16 << 20
"""Bytes of a nested file written as text that are decoded in memory."""

SHOWN = 80
"""Characters of a constant that people see."""

_MAGICS = (
    (b"PK\x03\x04", "zip"), (b"\x1f\x8b\x08", "gzip"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"\x7fELF", "ELF"), (b"MZ", "PE"), (b"\x93NUMPY", "numpy"),
)  # fmt: skip
_ALL_MAGICS = tuple(magic for magic, _ in _MAGICS)
_LONG_MAGICS = tuple(magic for magic in _ALL_MAGICS if len(magic) > 2)
_ZLIB = (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_\r\n"
_BASE64_BEGINS = (
    b"gA", b"UEsD", b"H4sI", b"N3q8", b"Qlpo", b"/Td6", b"KLUv", b"f0VM", b"k05V",
    b"eA", b"eF", b"eJ", b"eN", b"Y1", b"Y2", b"Y3", b"KG", b"KF",
)  # fmt: skip
"""What the magic numbers, and names and marks of protocol 0, look like in base64."""
_HEX = b"0123456789abcdefABCDEF"
_TELLING = (
    (b"://", "url"), (b"import ", "python source"), (b"__import__", "python source"), (b"eval(", "python source"),
    (b"exec(", "python source"), (b"/bin/", "command"), (b"powershell", "command"), (b"cmd.exe", "command"),
)  # fmt: skip
_HEAD = 64
"""Bytes of a constant that decide whether it is decoded at all."""


class ConstantSearch(Host):
    """Collects the constants of a stream that hold something of their own; ``found`` yields them when it is read.

    ``loaded`` are the constants that ``torch.storage._load_from_bytes`` unpickles: they are examined in any case; a
    negative length marks bytes that protocols below 3 write as Latin-1 text. ``machines`` ran over the stream.
    """

    watched = frozenset({NESTED_LOADER})

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self.candidates: list[tuple[int, int, str]] = []
        self.loaded: dict[int, int] = {}
        self.machines: list[Machine] = []
        self.texts: list[tuple[int, int, str, bytes]] = []

    def constant(self, opcode: int, offset: int, length: int, piece: bytes) -> None:
        """Decide by the first bytes whether an operand is worth decoding."""
        if len(self.candidates) > FINDINGS:
            return
        head = piece[:_HEAD]
        if opcode == op.STRING:
            head = head[1:]
        how = _encoding(head)
        if how:
            self.candidates.append((offset, length, how))
        elif _may_tell(piece) and op.CONSTANT_KINDS.get(opcode) == "str" and len(self.texts) < FINDINGS:
            for telling, what in _TELLING:
                if telling in piece:
                    self.texts.append((offset, length, what, piece[:SHOWN]))
                    break

    def forget(self) -> None:
        """Drop what was collected: the stream is read again from its start."""
        self.candidates.clear()
        self.loaded.clear()
        self.texts.clear()

    def called(self, machine: Machine, callee: Global, arguments: Box, made: Made, at: int) -> None:  # noqa: ARG002
        """Take the constant that a nested loader is given, however short it is."""
        if (callee.module, callee.name) != NESTED_LOADER or not arguments.items or len(self.loaded) > LOADED:
            return
        first = arguments.items[0]
        if isinstance(first, Made) and first.latin1:
            begin, length = machine.constants.span(first.latin1)
            self.loaded[begin] = -length
        elif isinstance(first, int):
            begin, length = machine.constants.span(first)
            self.loaded[begin] = length

    def found(self, node: Node) -> Iterator[Yield]:
        """Yield a fact and a child for every constant that proves to hold something, or that is loaded in any case."""
        for number, (offset, length) in enumerate(self.loaded.items()):
            if number == LOADED:
                yield node.gap(GapKind.OVER_LIMIT, f"more than {LOADED} constants are loaded as files", offset)
                break
            content: ByteSource = SubSource(self.source, offset, abs(length))
            if length < 0:
                if -length > LATIN1:
                    yield node.gap(GapKind.OVER_LIMIT, "a nested file written as text is too long", offset, -length)
                    continue
                text = content.read_at(0, -length).decode("utf-8", "replace")
                content = BytesSource(text.encode("latin-1", "replace"))
            yield Child(f"constant@{offset}", Stored(content), offset=offset, role="loaded")
        for offset, length, how in self.candidates[:FINDINGS]:
            if offset in self.loaded:
                continue
            for start, decoded in self._decoded(offset, length, how):
                what = _what(decoded)
                if what:
                    excerpt = self.source.read_at(offset, SHOWN).decode("latin-1")
                    at = node.at(offset, length)
                    yield EmbeddedPayload(at=at, what=what, encoding=how, excerpt=excerpt)
                    yield Child(f"constant@{offset + start}", Stored(decoded), offset=offset, quiet=True)
                    break
        if len(self.candidates) > FINDINGS:
            reason = f"more than {FINDINGS} constants hold something of their own"
            yield node.gap(GapKind.OVER_LIMIT, reason, self.candidates[FINDINGS][0])
        for offset, length, what, excerpt_bytes in self.texts:
            excerpt = excerpt_bytes.decode("utf-8", "replace")
            yield EmbeddedPayload(at=node.at(offset, length), what=what, encoding="plain", excerpt=excerpt)

    def _decoded(self, offset: int, length: int, how: str) -> Iterator[tuple[int, ByteSource]]:
        if how == "raw":
            yield 0, SubSource(self.source, offset, length)
            return
        raw = self.source.read_at(offset, min(length, self.limits.probe_bytes)).strip(b"'\"")
        if how == "zlib":
            yield 0, self._inflated(raw)
        elif how == "hex":
            yield 0, BytesSource(_hex(raw))
        else:
            for start in range(4):
                decoded = _base64(raw[start:])
                if decoded:
                    yield start, self._inflated(decoded) if decoded[:2] in _ZLIB else BytesSource(decoded)

    def _inflated(self, raw: bytes) -> BytesSource:
        import zlib

        try:
            return BytesSource(zlib.decompressobj().decompress(raw, self.limits.probe_bytes))
        except zlib.error:
            return BytesSource(b"")


def held_by_text(text: str, at: Location, node: Node, limits: Limits) -> Iterator[Yield]:
    """Look at text of another format, found ``at`` a place, as at a constant of a pickle: metadata and the like."""
    yield from held_by_bytes(text.encode("utf-8", "surrogatepass"), at, node, limits)


def held_by_bytes(raw: bytes, at: Location, node: Node, limits: Limits) -> Iterator[Yield]:
    """Look at bytes of another format in the same way."""
    from weighbridge.formats.pickle.stack import PIECE

    search = ConstantSearch(BytesSource(raw), limits)
    search.constant(op.BINUNICODE, 0, len(raw), raw[:PIECE])
    for item in search.found(node):
        yield replace(item, at=at) if isinstance(item, EmbeddedPayload) else item


def _may_tell(piece: bytes) -> bool:
    """Rule out most text before ``_TELLING`` is tried one by one."""
    if piece.isalnum() or len(piece.translate(None, _TELLING_BYTES)) == len(piece):
        return False
    return b"/" in piece or b"(" in piece or b"import " in piece or b"ell" in piece or b".exe" in piece


_TELLING_BYTES = b"/(.p"
"""Of these bytes every text in ``_TELLING`` has one."""


def _encoding(head: bytes) -> str:
    """Guess by the first bytes how a constant is wrapped; empty when it looks like plain data."""
    if head[:1] in _RAW_BEGINS and (how := _unencoded(head)):
        return how
    if len(head) < 32 or b" " in head:
        return ""
    if not head.translate(None, _HEX):
        return "hex" if _promising(_hex(head)) else ""
    if not head.translate(None, _BASE64) and any(token in head[:12] for token in _BASE64_BEGINS):
        return "base64" if any(_promising(_base64(head[shift:])) for shift in range(4)) else ""
    return ""


def _unencoded(head: bytes) -> str:
    """Guess whether a constant is a pickle, an archive or a program as it stands, or deflated."""
    if head[:1] == b"\x80" and head[1:2] <= b"\x05" and len(head) > 2 and head[2] in op.NAMES:
        return "raw"
    if head.startswith(_LONG_MAGICS) or (head[:2] == b"MZ" and identify(head, _FAR)):
        return "raw"
    if head[:2] in _ZLIB and _inflates(head):
        return "zlib"
    if b"\n" in head and head[:1] in _TEXT_BEGINS and _resolves(head):
        return "raw"
    return ""


_FAR = 1 << 40
"""A size that no header contradicts: only the beginning of a constant is at hand."""


def _inflates(head: bytes) -> bool:
    """Tell whether the beginning of a zlib stream gives anything: two bytes alone prove nothing."""
    import zlib

    try:
        return bool(zlib.decompressobj().decompress(head, 64))
    except zlib.error:
        return False


_TEXT_BEGINS = (b"c", b"(", b"i", b"]", b"}", b"I", b"S", b"V", b"N", b"l", b"d", b")")
_RAW_BEGINS = frozenset((b"\x80", *(magic[:1] for magic in (*_ALL_MAGICS, *_ZLIB)), *_TEXT_BEGINS))
"""What the first byte of anything may be that ``_unencoded`` knows: most text begins otherwise."""


def _resolves(head: bytes) -> bool:
    """Tell whether text contains a GLOBAL or INST of protocol 0: ``c`` or ``i``, a name, a newline, a name."""
    for line, following in zip(head.split(b"\n"), head.split(b"\n")[1:], strict=False):
        for code in (b"c", b"i"):
            at = line.rfind(code)
            if at >= 0 and _is_name(line[at + 1 :]) and following:
                return True
    return False


def _is_name(text: bytes) -> bool:
    return text.isascii() and text.decode("ascii").replace(".", "_").isidentifier()


def _promising(decoded: bytes) -> bool:
    """Tell whether decoded bytes begin like something that is worth decoding whole."""
    if decoded[:1] == b"\x80" and decoded[1:2] <= b"\x05" and len(decoded) > 2 and decoded[2] in op.NAMES:
        return True
    if decoded.startswith(_LONG_MAGICS) or (decoded[:2] in _ZLIB and _inflates(decoded)):
        return True
    return decoded[:1] in _TEXT_BEGINS and _resolves(decoded)


def _base64(text: bytes) -> bytes:
    from binascii import Error, a2b_base64

    cleaned = text.translate(_URL_SAFE, b"\r\n=")
    try:
        return a2b_base64(cleaned[: len(cleaned) // 4 * 4])
    except Error:
        return b""


def _hex(text: bytes) -> bytes:
    """Decode the hexadecimal digits that text begins with; an odd one at their end is left out."""
    from binascii import a2b_hex

    length = len(text) - len(text.lstrip(_HEX))
    return a2b_hex(text[: length // 2 * 2])


_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def _what(content: ByteSource) -> str:
    """Name what a decoded constant is; empty when it is nothing after all."""
    head = content.read_at(0, 4_096)
    if holds_pickle(content):
        return "pickle"
    for magic, what in _MAGICS:
        if head.startswith(magic):
            return (identify(head, content.size) and "native code") if what in {"ELF", "PE"} else what
    return ""
