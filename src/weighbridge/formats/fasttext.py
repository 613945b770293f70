"""fastText models (``.bin``, and ``.ftz`` with product quantisation), version 12: header, dictionary, two matrices.

Source: ``src/fasttext.cc``, ``dictionary.cc``, ``quantmatrix.cc`` and ``productquantizer.cc`` of fastText 0.9.2. The
library checks the magic number and the version alone: rows, codes and centroids are addressed by what the file says.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry, ResourceClaim, TensorDecl
from weighbridge.core.reader import Reader
from weighbridge.formats import bulk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

WORDS = 20_000_000
"""Entries of a dictionary: the vectors of Common Crawl have two million."""

WORD = 1 << 16
"""Bytes of a word; fastText cuts lines at a thousand words, not words."""

SUPERVISED = 3
VERSIONS = (11, 12)

_CENTROIDS = 256
_WINDOW = 1 << 16
_ARGUMENTS = ("dim", "ws", "epoch", "minCount", "neg", "wordNgrams", "loss", "model", "bucket", "minn", "maxn", "lr")
_HEAD = Struct("<13id")
_COUNTS = Struct("<3i2q")
_SIZES = Struct("<2q")
_QUANTISER = Struct("<4i")


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a model to its end; raises Malformed and OverLimit."""
    yield Identity(at=node.at(), format="fasttext")
    reader = Reader(source, 4)
    version, *arguments, _ = _HEAD.unpack(reader.exactly(_HEAD.size))
    if version not in VERSIONS:
        raise Malformed(f"there is no version {version}", offset=4)
    given = dict(zip(_ARGUMENTS, arguments, strict=True))
    for key in ("dim", "model", "bucket"):
        yield MetadataEntry(at=node.at(8, 48), key=key, text=str(given[key]))
    at = reader.offset
    size, words, labels, _, pruned = _COUNTS.unpack(reader.exactly(_COUNTS.size))
    if min(size, words, labels) < 0 or size > WORDS:
        raise OverLimit(f"a dictionary of {size} entries", offset=at)
    yield from _claimed(size * 10, "dictionary", reader, node)
    kinds = _skip_words(reader, size)
    if words + labels != size or kinds != labels:
        detail = f"{size} entries of which {kinds} are labels, {words} words and {labels} labels are announced"
        yield Inconsistency(at=node.at(at, 28), what="dictionary", detail=detail, memory=words + labels != size)
    most = -1
    if pruned > 0:
        yield from _claimed(pruned * 8, "pruned n-grams", reader, node)
        most = _largest(reader, pruned)
    quantised = reader.u8()
    begin = reader.offset
    rows, columns = yield from _matrix(reader, node, "input", quantised=bool(quantised))
    needed = words + (max(0, given["bucket"]) if pruned < 0 else most + 1)
    if given["maxn"] <= 0 and given["wordNgrams"] <= 1 and pruned < 0:
        needed = words
    if rows < needed:
        detail = f"{needed} rows are addressed, {rows} are there"
        yield Inconsistency(at=node.at(begin, 16), what="input matrix", detail=detail, memory=True)
    quantised_output = reader.u8()
    begin = reader.offset
    outputs, width = yield from _matrix(reader, node, "output", quantised=bool(quantised and quantised_output))
    wanted = labels if given["model"] == SUPERVISED else words
    if outputs != wanted:
        detail = f"{outputs} rows for {wanted} {'labels' if given['model'] == SUPERVISED else 'words'}"
        yield Inconsistency(at=node.at(begin, 16), what="output matrix", detail=detail, memory=True)
    if not given["dim"] == columns == width:
        detail = f"vectors of {given['dim']} numbers, matrices with {columns} and {width} columns"
        yield Inconsistency(at=node.at(begin, 16), what="dimension", detail=detail, memory=True)
    if reader.left:
        yield from bulk.behind(source, node, bench, reader.offset, "the output matrix")


def _claimed(size: int, what: str, reader: Reader, node: Node) -> Iterator[Yield]:
    """Hold what is announced against what is left; raises Malformed where it is more."""
    if size < 0 or size > reader.left:
        at = reader.offset
        if size > 0:
            yield ResourceClaim(at=node.at(at), what=what, claimed=size, limit=reader.left, unit="bytes")
        raise Malformed(f"{what}: {size} bytes announced, {reader.left} are left", offset=at)


def _skip_words(reader: Reader, size: int) -> int:
    """Step over the entries, each a word, its end, a count and a kind; returns how many are labels."""
    labels, window, at, begin = 0, b"", 0, reader.offset
    for _ in range(size):
        end = window.find(b"\0", at)
        if end < 0 or end + 10 > len(window):
            begin, at = begin + at, 0
            window = reader.source.read_at(begin, _WINDOW + WORD)
            end = window.find(b"\0")
            if end < 0 or end + 10 > len(window):
                raise Malformed("a word has no end", offset=begin)
        labels += window[end + 9] == 1
        at = end + 10
    reader.offset = begin + at
    return labels


def _largest(reader: Reader, count: int) -> int:
    """Find the largest row that the kept n-grams lead to."""
    largest = -1
    while count:
        taken = min(count, _WINDOW // 8)
        rows = memoryview(reader.exactly(taken * 8)).cast("I")
        largest = max(largest, *rows[1::2].tolist())
        count -= taken
    return largest


def _matrix(reader: Reader, node: Node, name: str, *, quantised: bool) -> Generator2:
    """Step over a matrix; returns its rows and columns."""
    normed = reader.u8() if quantised else 0
    at = reader.offset
    rows, columns = _SIZES.unpack(reader.exactly(_SIZES.size))
    if rows < 0 or columns < 0:
        raise Malformed(f"a matrix of {rows} times {columns}", offset=at)
    if not quantised:
        yield from _claimed(rows * columns * 4, f"{name} matrix", reader, node)
        begin = reader.offset
        reader.offset += rows * columns * 4
        yield TensorDecl(at=node.at(begin, rows * columns * 4), name=name, dtype="float32", shape=(rows, columns))
        yield from bulk.probe_heads(reader.source, node, [(begin, reader.offset, name)] if rows else [], "tensor")
        return rows, columns
    codes = int.from_bytes(reader.exactly(4), "little", signed=True)
    yield from _claimed(codes, f"{name} codes", reader, node)
    begin = reader.offset
    reader.offset += codes
    yield TensorDecl(at=node.at(begin, codes), name=f"{name} codes", dtype="uint8", shape=(codes,))
    parts = yield from _quantiser(reader, node, name, columns)
    if codes != rows * parts:
        detail = f"`{name}`: {rows} rows of {parts} codes, {codes} codes are there"
        yield Inconsistency(at=node.at(at, 20), what="codes", detail=detail, memory=codes < rows * parts)
    if normed:
        yield from _claimed(rows, f"norms of the {name} matrix", reader, node)
        reader.offset += rows
        yield from _quantiser(reader, node, f"norms of {name}", 1)
    return rows, columns


def _quantiser(reader: Reader, node: Node, name: str, columns: int) -> Generator1:
    """Step over the centroids of a product quantiser; returns how many codes make a row."""
    at = reader.offset
    dim: int
    parts: int
    dim, parts, width, last = _QUANTISER.unpack(reader.exactly(_QUANTISER.size))
    yield from _claimed(dim * _CENTROIDS * 4, "centroids", reader, node)
    begin = reader.offset
    reader.offset += dim * _CENTROIDS * 4
    yield TensorDecl(
        at=node.at(begin, reader.offset - begin), name=f"centroids of {name}", dtype="float32", shape=(_CENTROIDS, dim)
    )
    if min(parts, width, last) < 1 or (parts - 1) * width + last != dim or dim != columns:
        detail = f"`{name}`: {parts} parts of {width} and {last} numbers, {dim} of {columns} in all"
        yield Inconsistency(at=node.at(at, 16), what="quantiser", detail=detail, memory=True)
    return max(0, parts)


if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TypeAlias

    Generator1: TypeAlias = Generator[Yield, None, int]
    Generator2: TypeAlias = Generator[Yield, None, tuple[int, int]]
