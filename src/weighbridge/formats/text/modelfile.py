"""Ollama's Modelfile: instructions that build a model from weights, adapters, a template and a system prompt.

Source: the Modelfile reference of Ollama. A template is in Go's language, which has no way out to a program; what it
adds to a conversation is looked at all the same.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, MetadataEntry
from weighbridge.core.programs import TemplateConstruct
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats.text.paths import leads_away
from weighbridge.formats.text.wording import addresses, encoded, is_mark, orders, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

LONGEST = 1 << 20
"""Bytes of a Modelfile; a long licence in it has some tens of thousands."""

INSTRUCTIONS = frozenset({
    "from", "parameter", "template", "system", "adapter", "license", "message", "requires", "renderer", "parser",
})  # fmt: skip

_TEXT = 200
_WRITES = 3  # words of prose behind a word that a template looks for


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Read the instructions one by one."""
    yield Identity(at=node.at(), format="modelfile")
    if source.size > LONGEST:
        yield node.gap(GapKind.OVER_LIMIT, f"of {source.size} bytes only {LONGEST} are read", LONGEST)
    text = source.read_at(0, LONGEST).decode("utf-8", "backslashreplace")
    for name, argument in instructions(text):
        if name in ("from", "adapter"):
            yield from _file(name, argument, node)
        elif name == "template":
            yield from inspect_go_template(argument, "template", node.at())
        elif name in ("system", "message"):
            yield from inspect_prompt(argument, name, node.at())
        elif name not in INSTRUCTIONS:
            yield node.gap(GapKind.UNPARSED, f"{name[:_TEXT]!r} is no instruction of a Modelfile")
            return


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Split a Modelfile into instructions and arguments; three quotes hold several lines."""
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].strip()
        begin, at = at, end + 1
        if not line or line.startswith("#"):
            continue
        name, _, argument = line.partition(" ")
        argument = argument.strip()
        if '"""' in argument:
            opened = text.index('"""', begin) + 3
            closed = text.find('"""', opened)
            closed = len(text) if closed < 0 else closed
            argument = text[opened:closed]
            at = max(at, text.find("\n", closed) + 1 or len(text))
        yield name.lower(), argument.strip('"') if '"""' not in line else argument


def _file(name: str, target: str, node: Node) -> Iterator[Yield]:
    relation = "base_model" if name == "from" else "adapter"
    if "://" in target:
        yield Reference(at=node.at(), relation=relation, kind=Target.URL, target=target[:_TEXT], key=name.upper(),
                        when=When.FLAG)  # fmt: skip
    elif leads_away(target):
        yield Reference(at=node.at(), relation=relation, kind=Target.PATH, target=target[:_TEXT], key=name.upper(),
                        escapes=True, when=When.LOAD)  # fmt: skip
    else:
        yield Reference(at=node.at(), relation=relation, kind=_kind(target), target=target[:_TEXT], key=name.upper())


def _kind(target: str) -> Target:
    is_file = target.startswith(".") or target.lower().endswith((".gguf", ".bin", ".safetensors"))
    return Target.PATH if is_file else Target.REPOSITORY


def inspect_prompt(text: str, role: str, at: Location) -> Iterator[Yield]:
    """Look at a prompt that the model always gets: orders against its user, addresses, encoded text."""
    for kind, found in _always(text):
        yield TemplateConstruct(at=at, dialect="text", role=role, kind=kind, text=found)


def _always(text: str) -> Iterator[tuple[str, str]]:
    yield from (("instruction", order) for order in orders(text))
    yield from (("url", address) for address in addresses(text))
    run = encoded(text)
    if run:
        yield "encoded", run


def inspect_go_template(text: str, role: str, at: Location) -> Iterator[Yield]:
    """Look at a template in Go's language: what it looks for in a message, what it writes."""
    import hashlib

    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    yield MetadataEntry(at=at, key=f"{role}.sha256", text=digest)
    for kind, found in _always(text):
        yield TemplateConstruct(at=at, dialect="go", role=role, kind=kind, text=found)
    written = list[str]()
    looked_for = ""
    at_text = 0
    while at_text < len(text):
        begin = text.find("{{", at_text)
        if looked_for:
            written.append(text[at_text : begin if begin >= 0 else len(text)])
        if begin < 0:
            break
        end = text.find("}}", begin)
        if end < 0:
            break
        action = text[begin + 2 : end].strip("- \n\t")
        at_text = end + 2
        if action.startswith(("if ", "else if ")):
            if looked_for:
                break
            looked_for = _looked_for(action)
        elif looked_for and action in ("end", "else"):
            break
    prose = " ".join(" ".join(written).split())
    if looked_for and words(prose) >= _WRITES:
        excerpt = f"{looked_for!r} in a message: {prose}"[:_TEXT]
        yield TemplateConstruct(at=at, dialect="go", role=role, kind="trigger", text=excerpt)


def _looked_for(action: str) -> str:
    """Give the literal that a condition compares what was said with."""
    if not any(field in action for field in (".Content", ".Prompt", "$.Prompt")):
        return ""
    parts = action.split('"')
    literals = [part for part in parts[1::2] if part and not is_mark(part)]
    roles = {"user", "assistant", "system", "tool"}
    return next((one for one in literals if one not in roles), "")
