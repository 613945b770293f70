"""Chat templates inside JSON: ``tokenizer_config.json``, ``processor_config.json``, ``chat_template.json``.

``chat_template`` is a string, a list of named templates, or an object of templates by name.
"""

from __future__ import annotations

from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.formats.text.jinja import inspect_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

_MOST = 64  # named templates of one file; honest ones have three


def inspect(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Look at every template of a configuration, those under a repeated key included."""
    from weighbridge.formats.strict_json import pairs_of

    if not isinstance(document, dict):
        return
    yield Identity(at=node.at(), format="chat template")
    for key, found in pairs_of(document):
        if key == "chat_template":
            for number, (role, text) in enumerate(_named(found)):
                if number >= _MOST:
                    yield Inconsistency(at=node.at(), what="chat_template", detail=f"more than {_MOST} templates")
                    break
                if text is None:
                    yield Inconsistency(at=node.at(), what="chat_template", detail=f"{role} is no text")
                else:
                    yield from inspect_template(text, role, node.at(), node, bench)


def _named(found: JsonValue) -> Iterator[tuple[str, str | None]]:
    if isinstance(found, dict):
        entries: list[tuple[JsonValue, JsonValue]] = list(found.items())
    elif isinstance(found, list):
        entries = [(one.get("name"), one.get("template")) if isinstance(one, dict) else (None, one) for one in found]
    else:
        entries = [] if found is None else [(None, found)]
    for name, template in entries:
        yield _role(name), template if isinstance(template, str) else None


def _role(name: JsonValue) -> str:
    return "chat_template" if name in ("default", None) else f"chat_template.{name}"
