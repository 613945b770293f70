"""Any text: whatever its format, these looks are taken at all of it.

The readers of single formats (JSON, Python, templates …) come on top and say what the text means to its programs.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.formats.text.credentials import credentials
from weighbridge.formats.text.hidden import hidden
from weighbridge.formats.text.license_text import is_license, license_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

_CODE = (
    ".py",
    ".pyw",
    ".js",
    ".ts",
    ".sh",
    ".ps1",
    ".bat",
    ".c",
    ".cpp",
    ".h",
    ".java",
    ".go",
    ".rs",
    ".lua",
    ".r",
    ".ipynb",
)
_VOCABULARY = ("vocab", "merges", "tokenizer", "tokens", "bpe", "sentencepiece", "spm", "wordlist", "dict")
_LISTS = frozenset(
    {"txt", "json", "tsv", "csv", "model", "vocab", "bpe", "tiktoken", "dict", "lst", "merges", "codes", "spm"}
)
"""Endings of lists of words; source, settings and prose have others."""
_PROSE = frozenset({"readme", "notes", "config", "card", "license", "map"})


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Look for what is worth a look in any text: hidden characters and credentials."""
    yield Identity(at=node.at(), format="text")
    most = bench.limits.text_bytes
    if source.size > most and not is_vocabulary(node.name):
        yield node.gap(GapKind.OVER_LIMIT, f"text of more than {most} bytes is looked at up to there", most)
    raw = source.read_at(0, most)
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    if encoding != "utf-8":
        raw = raw.decode(encoding, "replace").encode()
    lower = node.name.lower()
    if not is_vocabulary(lower):
        # A vocabulary holds every character that there is.
        yield from hidden(raw, node.at(), code=lower.endswith(_CODE))
        end = raw.find(b"\0")
        if end >= 0 and encoding == "utf-8":
            reason = "this begins as text, and is none from its first zero byte on"
            yield node.gap(GapKind.UNPARSED, reason, end)
    yield from credentials(raw, node)
    if is_license(node.name):
        yield from license_text(raw, node.at())
    if node.role == "words":
        from weighbridge.formats.text.orders import SENDS, orders

        for order in orders(raw.decode("utf-8", "replace"), "metadata", node.at(), told=True):
            if order.kind != SENDS:
                yield order


def is_vocabulary(name: str) -> bool:
    """Tell whether a file by this name lists the words of a tokenizer: one of its words says so, and its ending may."""
    stem, _, ending = name.lower().rpartition("/")[2].rpartition(".")
    words = (stem or ending).replace("-", "_").replace(".", "_").split("_")
    listed = any(word.startswith(_VOCABULARY) for word in words) and _PROSE.isdisjoint(words)
    return listed and (not stem or ending in _LISTS)
