"""Any text: whatever its format, these looks are taken at all of it.

The readers of single formats (JSON, Python, templates …) come on top and say what the text means to its programs.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.formats.text.credentials import credentials
from weighbridge.formats.text.hidden import hidden

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


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Look for what is worth a look in any text: hidden characters and credentials."""
    yield Identity(at=node.at(), format="text")
    most = bench.limits.text_bytes
    if source.size > most and not is_vocabulary(node.name):
        yield node.gap(GapKind.OVER_LIMIT, f"text of more than {most} bytes is looked at up to there", most)
    raw = source.read_at(0, most)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raw = raw.decode("utf-16", "replace").encode()
    lower = node.name.lower()
    if not is_vocabulary(lower):  # which holds every character that there is
        yield from hidden(raw, node.at(), code=lower.endswith(_CODE))
    yield from credentials(raw, node)


def is_vocabulary(name: str) -> bool:
    """Tell whether a file by this name lists the words of a tokenizer."""
    lower = name.lower()
    return any(word in lower for word in _VOCABULARY) and not lower.endswith((".md", ".py", "_config.json"))
