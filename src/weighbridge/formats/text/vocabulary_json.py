"""``vocab.json`` and ``added_tokens.json``: tables of texts and numbers, for each language in some tokenizers."""

from __future__ import annotations

from weighbridge.core.facts import Identity, MetadataEntry
from weighbridge.formats.text.tokens import Vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue


def inspect(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Look at a vocabulary; a list is one whose places are the numbers."""
    yield Identity(at=node.at(), format="vocabulary")
    tables: list[JsonValue] = [document]
    if isinstance(document, dict) and document and all(isinstance(one, dict) for one in document.values()):
        tables = list(document.values())
    added = node.name.lower().endswith("added_tokens.json")
    for table in tables:
        tokens = Vocabulary()
        if isinstance(table, dict):
            if added:
                for text, number in table.items():
                    tokens.add(text, number, special=False)
            else:
                tokens.take_ids(table)
        elif isinstance(table, list):
            tokens.take_pieces(table)
        if not added:
            yield MetadataEntry(at=node.at(), key="tokenizer.vocab_size", text=str(tokens.size()))
            yield from tokens.oddities(node.at())
            continue
        # What is added begins where the vocabulary ends, so its numbers say nothing about their range.
        yield from (one for one in tokens.oddities(node.at()) if not one.detail.startswith("the highest id"))
