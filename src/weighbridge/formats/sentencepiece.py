"""sentencepiece models (``tokenizer.model``, ``spiece.model``): pieces, settings, and tables that rewrite text.

Source: ``sentencepiece_model.proto`` of sentencepiece 0.2, ``normalizer.cc``, and the double array of darts-clone. The
table of a normaliser is walked by native code that does not check it: whatever it holds must stay inside itself
(CVE-2026-1260 is of this kind).
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.texts import TextRewrite
from weighbridge.formats.onnx.ledger import Ledger
from weighbridge.formats.protobuf import BYTES, FIXED32, VARINT, fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.protobuf import Field

FORMAT = "sentencepiece"

PIECES = 4_000_000
"""Pieces of a model; the largest vocabularies have 300,000."""
CHARSMAP = 16 << 20
"""Bytes of a normaliser's table that are checked; that of NFKC has 240,000."""
PIECE = 1 << 16
"""Bytes of one piece; trainers stop at 16 characters, users at some hundred."""

_MODEL = dict.fromkeys((1, 2, 3, 4, 5), (BYTES,))
_PIECE = {1: (BYTES,), 2: (FIXED32,), 3: (VARINT,)}
_NORMALISER = {1: (BYTES,), 2: (BYTES,), 3: (VARINT,), 4: (VARINT,), 5: (VARINT,), 6: (BYTES,)}
_LOOKED_AT = 16
_SHORT = 140
_KINDS = tuple(bytes((0x18, kind)) for kind in range(1, 7))
_SHOWN = 8
_LEAF, _SHIFTED = 1 << 31, 1 << 9


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001
    """Tell whether a message begins with pieces that have a text and a score, or ends with settings behind such."""
    pieces = 0
    try:
        for field in fields(source, most=_LOOKED_AT):
            if field.kind != BYTES or field.number not in _MODEL:
                return ""
            if field.number == 1:
                inner = [(part.number, part.kind) for part in field.fields(most=4)]
                if not {(1, BYTES), (2, FIXED32)} <= set(inner) <= {(1, BYTES), (2, FIXED32), (3, VARINT)}:
                    return ""
                pieces += 1
                if pieces > 2:
                    return FORMAT
    except (Malformed, OverLimit):
        return FORMAT if pieces > 2 else ""
    return FORMAT if pieces else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a model; raises Malformed and OverLimit."""
    yield Identity(at=node.at(), format=FORMAT)
    ledger = Ledger(source, node, bench, FORMAT)
    pieces = 0
    for field in fields(source, most=PIECES):
        if field.kind not in _MODEL.get(field.number, ()):
            ledger.unknown(field, "ModelProto")
        elif field.number == 1:
            pieces += 1
            _piece(field, ledger)
        elif field.number in {3, 5}:
            _normaliser(field, ledger, "normalizer" if field.number == 3 else "denormalizer")
        if ledger.facts:
            yield from ledger.drained()
    if not pieces:
        yield Inconsistency(at=node.at(), what="pieces", detail="the model has no pieces")
    yield from ledger.drained()
    yield from ledger.remainder()


def _piece(field: Field, ledger: Ledger) -> None:
    raw = field.read(_SHORT)
    behind = 2 + raw[1] if raw[:1] == b"\x0a" and b"\0" < raw[1:2] < b"\x80" else 0
    if raw[behind : behind + 1] == b"\x15" and (field.length == behind + 5 or raw[behind + 5 :] in _KINDS):
        return  # as trainers write it; what follows is slower
    for part in field.fields():
        if part.kind not in _PIECE.get(part.number, ()):
            ledger.unknown(part, "SentencePiece")
        elif part.number == 1 and not 0 < part.length <= PIECE:
            ledger.wrong("piece", f"a piece of {part.length} bytes", part)
        elif part.number == 3 and not 1 <= part.value <= 6:
            ledger.wrong("piece", f"a piece of type {part.value}, which nobody defined", part)


def _normaliser(field: Field, ledger: Ledger, stage: str) -> None:
    for part in ledger.known(field, _NORMALISER, "NormalizerSpec"):
        if part.number == 2 and part.length:
            _table(part, ledger, stage)
        elif part.number == 6 and part.length:
            rules = part.text().splitlines()[:_SHOWN]
            at = ledger.node.at(part.start, part.length)
            for rule in rules:
                pattern, _, replacement = rule.partition("\t")
                ledger.facts.append(TextRewrite(at=at, stage=stage, pattern=pattern[:80], replacement=replacement[:80]))


def _table(field: Field, ledger: Ledger, stage: str) -> None:
    """Check that no step and no leaf of a table leads out of it.

    The table is the size of a double array, the array, and texts that end with zeros. From unit ``i`` a reader goes to
    ``i ^ offset ^ byte`` for any byte, and from a leaf to the text at its value.
    """
    if field.length > CHARSMAP:
        raise OverLimit(f"the table of the {stage} has {field.length} bytes", offset=field.start)
    raw = field.read(CHARSMAP)
    size = int.from_bytes(raw[:4], "little")
    if len(raw) <= 4 or size >= len(raw) or size % 4 or not size:
        ledger.wrong(
            "charsmap", f"the {stage} has a table of {len(raw)} bytes with an array of {size}", field, memory=True
        )
        return
    texts = raw[4 + size :]
    if texts[-1:] != b"\0":
        ledger.wrong("charsmap", f"the texts of the {stage} have no end", field, memory=True)
        return
    from array import array
    from sys import byteorder

    units = array("I")
    units.frombytes(raw[4 : 4 + size])
    if byteorder == "big":
        units.byteswap()
    count = len(units)
    for place, unit in enumerate(units):
        if unit & _LEAF:
            if unit ^ _LEAF >= len(texts):
                words = f"a leaf of the {stage} leads to byte {unit ^ _LEAF} of {len(texts)}"
                ledger.wrong("charsmap", words, field, memory=True)
                return
        elif (place ^ (unit >> 10) << ((unit & _SHIFTED) >> 6)) | 0xFF >= count:
            words = f"unit {place} of the {stage} leads out of an array of {count}"
            ledger.wrong("charsmap", words, field, memory=True)
            return
