"""Files that are a Jinja template: ``chat_template.jinja`` beside a model, and others."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.formats.text.jinja import LONGEST, inspect_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

CHAT = "chat_template"
"""The role of the template that stands for the model itself."""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a template; a chat template by its name, any other as ``template``."""
    yield Identity(at=node.at(), format="jinja")
    if source.size > LONGEST:
        yield node.gap(GapKind.OVER_LIMIT, f"of a template of {source.size} bytes only {LONGEST} are read")
    raw = source.read_at(0, LONGEST)
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    yield from inspect_template(raw.decode(encoding, "backslashreplace"), role_of(node.name), node.at(), node, bench)


def role_of(name: str) -> str:
    """Say what a template is for: transformers keeps further ones in ``additional_chat_templates/<name>.jinja``."""
    path = name.replace("\\", "/").lower()
    stem = path.rpartition("/")[2].rpartition(".")[0]
    if stem == CHAT or "chat" in stem:
        return CHAT
    if "additional_chat_templates/" in path:
        return f"{CHAT}.{stem}"
    return "template"
