"""Files from before GGUF: ggml, ggmf, ggjt and ggla, told by their magic number and read as far as it is cheap.

Source: the loaders of llama.cpp up to July 2023. Other programs used the same magic with headers of their own, so the
numbers that follow are only compared with the size of the file where they are what llama.cpp wrote.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry
from weighbridge.core.reader import Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

MAGICS = {b"lmgg": "ggml", b"fmgg": "ggmf", b"tjgg": "ggjt", b"algg": "ggla"}
"""The magic number as it lies in the file, little-endian, and its name."""

_PARAMETERS = ("n_vocab", "n_embd", "n_mult", "n_head", "n_layer", "n_rot", "ftype")
_LEAST = {"ggmf": 8, "ggjt": 8}  # bytes of an entry of the vocabulary without its text


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Name the layout and compare the vocabulary it claims with the bytes there are; raises Malformed."""
    name = MAGICS.get(source.read_at(0, 4))
    if name is None:
        raise Malformed("this is no ggml header")
    yield Identity(at=node.at(), format=name)
    yield Inconsistency(
        at=node.at(0, 4),
        what="obsolete layout",
        detail=f"{name} was replaced by GGUF in 2023, and only code that nobody maintains reads it",
    )
    if name in _LEAST:
        reader = Reader(source, 4)
        version = reader.u32()
        numbers = {parameter: reader.u32() for parameter in _PARAMETERS}
        for parameter, number in numbers.items():
            yield MetadataEntry(at=node.at(8, 28), key=f"{name}.{parameter}", text=str(number))
        if version <= 3 and numbers["n_vocab"] * _LEAST[name] > reader.left:
            words = f"a vocabulary of {numbers['n_vocab']} tokens in {reader.left} bytes"
            yield Inconsistency(at=node.at(8, 4), what="vocabulary", detail=words, memory=True)
    yield node.gap(GapKind.UNSUPPORTED, f"tensors of {name} files are not analysed")
