"""Model cards, other Markdown and the files that agents are told to follow (CommonMark; Hugging Face model cards).

Read is what people do not see when the page is rendered: comments, invisible styles, links that say one address and
lead to another; and what they do see and may follow: commands that fetch and run something.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, MetadataEntry
from weighbridge.core.references import Reference, Target
from weighbridge.core.texts import HiddenText, Instruction
from weighbridge.formats.config.values import plain_values
from weighbridge.formats.text.orders import orders
from weighbridge.formats.text.sections import sections

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

PIECES = 200
"""Comments, styles and links of one page that are looked at each by itself."""

AGENTS = (
    "skill.md",
    "agents.md",
    "claude.md",
    "gemini.md",
    ".cursorrules",
    ".windsurfrules",
    "copilot-instructions.md",
    ".mdc",
    ".prompt",
)
"""Names of files whose text is meant for machines."""

_CARD = ("base_model", "license", "library_name", "pipeline_tag", "datasets", "language", "model_name")
_KEPT = 200
_INVISIBLE = (
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?:\.0+)?\s*[;\"']"
    r"|color\s*:\s*(?:white|#fff(?:fff)?|transparent)\b"
)


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Yield what a card claims, what it hides, and what it tells people and machines to do."""
    yield Identity(at=node.at(), format="markdown")
    text = source.read_at(0, bench.limits.text_bytes).decode("utf-8", "replace").removeprefix("\ufeff")
    at = node.at()
    front, body = _front(text)
    if front:
        yield from _claims(front, at)
    yield from sections(_visible(body), at)
    told = node.name.lower().endswith(AGENTS)
    yield from orders(_visible(body), "text for agents" if told else "text", at, told=told)
    yield from _comments(body, at)
    yield from _styles(body, at)
    yield from _links(body, at)


def _front(text: str) -> tuple[str, str]:
    """Split the YAML in front of a card from what follows it."""
    if not text.startswith("---"):
        return "", text
    front, mark, rest = text[3:].partition("\n---")
    return (front, rest) if mark else ("", text)


def _claims(front: str, at: Location) -> Iterator[Yield]:
    from weighbridge.formats.config.yaml_tree import YamlReader

    reader = YamlReader(front.encode(), at)
    try:
        documents = list(reader.documents())
    except (Malformed, OverLimit):
        documents = []  # a card that cannot be read claims nothing
    yield from reader.facts()
    for document in documents:
        if isinstance(document, dict):
            for key in _CARD:
                yield from _claim(key, document.get(key), at)
            yield from plain_values(document, "card", at)


def _claim(key: str, found: JsonValue, at: Location) -> Iterator[Yield]:
    texts = [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, str)]
    if texts:
        yield MetadataEntry(at=at, key=f"card.{key}", text=",".join(texts)[:_KEPT])
    relation = {"base_model": "base_model", "datasets": "dataset"}.get(key)
    for text in texts if relation else ():
        if text.count("/") == 1 and " " not in text:
            yield Reference(
                at=at, relation=relation or "", kind=Target.REPOSITORY, target=text[:_KEPT], key=key, pinned=False
            )


def _visible(body: str) -> str:
    """Leave out comments; one that does not close is kept. By hand: the regular expression of it is quadratic."""
    kept, at = [], 0
    while (begin := body.find("<!--", at)) >= 0 and (end := body.find("-->", begin + 4)) >= 0:
        kept.append(body[at:begin])
        at = end + 3
    return " ".join((*kept, body[at:]))


def _comments(body: str, at: Location) -> Iterator[Yield]:
    """Read HTML comments and the comments that links without text make."""
    import re

    for found in list(
        re.finditer(r"<!--(.*?)(?:-->|\Z)|^\[//\]: # [(\"'](.*?)[)\"']\s*$", body, re.DOTALL | re.MULTILINE)
    )[:PIECES]:
        yield from orders(found[1] or found[2] or "", "a comment", at, hidden=True)
    for found in list(re.finditer(r"!\[([^\]]{80,2000})\]\(", body))[:PIECES]:
        yield from orders(found[1], "the description of a picture", at, hidden=True)


def _styles(body: str, at: Location) -> Iterator[Yield]:
    import re

    pattern = rf"<(\w+)[^>]{{0,300}}style\s*=\s*[\"'][^\"']{{0,200}}(?:{_INVISIBLE})[^>]{{0,200}}>([^<]{{12,2000}})"
    for found in list(re.finditer(pattern, body, re.IGNORECASE))[:PIECES]:
        words = " ".join(found[2].split())
        if words:
            yield HiddenText(at=at, how="an invisible style", text=words[:_KEPT], count=len(words))
            yield from orders(words, "invisible text", at, hidden=True)


def _links(body: str, at: Location) -> Iterator[Yield]:
    """Find links whose text is one address and whose target is another, and hosts in look-alike letters."""
    import re

    told = 0
    for found in re.finditer(
        r"(?<!!)\[\s*(?:https?://)?((?:[\w-]+\.){1,32}[a-z]{2,})(/[^\]\s]*)?\s*\]\(\s*<?https?://([^/\s)>?#]+)",
        body,
        re.IGNORECASE,
    ):
        shown, target = found[1].lower().removeprefix("www."), found[3].lower().rpartition("@")[2].partition(":")[0]
        target = target.removeprefix("www.")
        if (
            shown.rpartition(".")[2] in _ENDINGS
            and shown != target
            and not target.endswith(f".{shown}")
            and not shown.endswith(f".{target}")
        ):
            told += 1
            if told <= PIECES:
                yield Instruction(
                    at=at, kind="a link shows one address and leads to another", carrier="link",
                    text=f"{shown} → {target}", hidden=True,
                )  # fmt: skip


_ENDINGS = frozenset(
    {"com", "org", "net", "io", "ai", "co", "dev", "app", "edu", "gov", "cn", "de", "uk", "fr", "jp", "ru", "eu"}
)
"""Ends of host names; a text such as ``config.json`` is none."""
