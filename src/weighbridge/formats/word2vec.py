"""word2vec's binary vectors: a line with two numbers, then for each word its name, a space and its numbers.

Source: ``word2vec.c`` (Mikolov et al., 2013), which ends each record with a line feed; gensim leaves that out. Vectors
as text are text.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, Inconsistency, TensorDecl
from weighbridge.formats import bulk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

WORD = 1 << 10
"""Bytes of a word: ``word2vec.c`` has room for a hundred, or for two thousand with phrases joined."""

COLUMNS = 1 << 16
"""Numbers of a vector; the largest in use have some thousand."""

_LINE = 32
_WINDOW = 1 << 18


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell whether a line with two numbers is followed by records that are no text and fit into the file."""
    words, columns, begin = _counts(head)
    space = head.find(b" ", begin, begin + WORD)
    if not words or space < 0 or begin + words * (2 + 4 * columns) > source.size + 4 * columns:
        return ""
    numbers = head[space + 1 : space + 1 + 4 * columns]
    return "word2vec" if any(byte < 9 for byte in numbers) else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Step from word to word; raises Malformed where a record breaks off."""
    yield Identity(at=node.at(), format="word2vec")
    words, columns, offset = _counts(source.read_at(0, _LINE))
    size = 4 * columns
    yield TensorDecl(at=node.at(offset, max(0, source.size - offset)), name="", dtype="float32", shape=(words, columns))
    window, start = b"", offset
    for number in range(words):
        at = offset - start
        if at + WORD > len(window):
            length = _WINDOW if size < WORD else WORD
            window, start, at = source.read_at(offset, length), offset, 0
        skipped = window[at : at + 1] == b"\n"
        space = window.find(b" ", at + skipped, at + WORD)
        if space < 0:
            raise Malformed(f"word {number + 1} of {words} has no end", offset=offset)
        offset = start + space + 1 + size
        if offset > source.size:
            detail = f"{words} words are announced, the file ends within word {number + 1}"
            yield Inconsistency(at=node.at(0, _LINE), what="number of words", detail=detail)
            return
    if source.read_at(offset, 1) == b"\n":
        offset += 1
    if offset < source.size:
        yield from bulk.behind(source, node, bench, offset, "the last vector")


def _counts(head: bytes) -> tuple[int, int, int]:
    """Read the first line: words, numbers of a vector, where the records begin; zeros if it is another line."""
    line, end, _ = head[:_LINE].partition(b"\n")
    first, _, second = line.rstrip(b"\r ").partition(b" ")
    if not end or not first.isdigit() or not second.isdigit() or not 0 < int(second) <= COLUMNS:
        return 0, 0, 0
    return int(first), int(second), len(line) + 1
