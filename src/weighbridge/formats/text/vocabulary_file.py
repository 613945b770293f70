"""Vocabularies in plain text: ``vocab.txt`` (a token a line), ``merges.txt`` of BPE, tiktoken's base64 and rank.

Sources: the BERT, GPT-2 and tiktoken loaders of transformers 5. These files are read in blocks and line by line.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

LONGEST_LINE = 1 << 16
"""Bytes of a token or of a pair; the longest honest ones are runs of a few hundred signs."""

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


def _lines(source: ByteSource, node: Node, bench: Bench) -> tuple[list[bytes], list[Yield]]:
    limit = bench.limits.text_bytes
    lines = source.read_at(0, min(source.size, limit)).split(b"\n")
    wrong: list[Yield] = []
    if source.size > limit:
        wrong.append(node.gap(GapKind.OVER_LIMIT, f"of {source.size} bytes only {limit} are read", limit))
        lines.pop()
    if lines and not lines[-1]:
        lines.pop()
    longest = max(map(len, lines), default=0)
    if longest > LONGEST_LINE:
        wrong.append(Inconsistency(at=node.at(), what="line", detail=f"one has {longest} bytes"))
    return [line.rstrip(b"\r") for line in lines], wrong


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read ``vocab.txt``; a token that comes twice has two numbers, of which readers keep the last."""
    yield Identity(at=node.at(), format="vocabulary")
    lines, wrong = _lines(source, node, bench)
    yield from wrong
    repeated = len(lines) - len(set(lines))
    if repeated:
        yield Inconsistency(at=node.at(), what="duplicate token", detail=f"{repeated} tokens are there already")
    yield MetadataEntry(at=node.at(), key="tokenizer.vocab_size", text=str(len(set(lines))))


def merges(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read ``merges.txt``: a line of version, then pairs."""
    yield Identity(at=node.at(), format="bpe.merges")
    lines, wrong = _lines(source, node, bench)
    yield from wrong
    if lines and lines[0].startswith(b"#version"):
        lines = lines[1:]
    odd = sum(line.count(b" ") != 1 for line in lines if line)
    if odd:
        yield Inconsistency(at=node.at(), what="merges", detail=f"{odd} lines are no pair")
    yield MetadataEntry(at=node.at(), key="tokenizer.merges", text=str(len(lines)))


def tiktoken(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read tiktoken's file: base64 of the bytes, a blank, the rank; ranks and bytes are unique."""
    yield Identity(at=node.at(), format="tiktoken")
    lines, wrong = _lines(source, node, bench)
    yield from wrong
    ranks, texts, odd = set[int](), set[bytes](), 0
    lines = [line for line in lines if line]
    for line in lines:
        text, _, rank = line.partition(b" ")
        if rank.isdigit() and len(rank) < 12 and text and not text.translate(None, _BASE64):
            ranks.add(int(rank))
            texts.add(text)
        else:
            odd += 1
    if odd:
        yield Inconsistency(at=node.at(), what="tiktoken", detail=f"{odd} lines are not base64 and a rank")
    for found, what in ((ranks, "ranks"), (texts, "tokens")):
        if len(found) + odd != len(lines):
            words = f"{len(lines) - odd - len(found)} {what} are there already"
            yield Inconsistency(at=node.at(), what="tiktoken", detail=words)
    yield MetadataEntry(at=node.at(), key="tokenizer.vocab_size", text=str(len(texts)))
