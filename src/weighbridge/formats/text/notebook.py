"""Jupyter notebooks (nbformat 3 and 4): cells that run when a person runs them, outputs that a browser renders.

All code cells are one program, because names carry over from cell to cell. Lines for IPython are not Python: shell
escapes and magics are taken out and looked at as what they are. Sources: nbformat's schema, IPython's
``inputtransformer2``.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.core.programs import SourceCall
from weighbridge.core.texts import ActiveContent
from weighbridge.core.when import When
from weighbridge.formats.pickle.embedded import held_by_text
from weighbridge.formats.text.python_source import inspect as inspect_source
from weighbridge.formats.text.python_source import is_source
from weighbridge.formats.text.script import lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

SHOWN = 160
"""Characters of a command or output that people see."""

COMMANDS = 500
"""Shell escapes of one notebook that are told."""

PICTURES = 200
"""Pictures and attachments that are looked at for files of their own."""

_SHELLS = ("bash", "sh", "zsh", "system", "sx", "script", "cmd", "powershell", "!", "ksh")
_PAGES = ("html", "javascript", "js", "svg", "markdown")
_ACTIVE = (
    ("<script", "a script"), ("javascript:", "an address that is a script"), ("onerror=", "a handler of an event"),
    ("onload=", "a handler of an event"), ("onmouseover=", "a handler of an event"), ("<iframe", "a page in the page"),
    ("<object", "an object"), ("<embed", "an object"), ("http-equiv=\"refresh", "a redirection"),
)  # fmt: skip
"""What acts in a rendered output, and what to call it."""


def inspect(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Tell what the cells of a notebook do; other documents with such keys are none."""
    cells = list(_cells(document))
    if not cells:
        return
    yield Identity(at=node.at(), format="notebook")
    program: list[str] = []
    commands: list[str] = []
    for cell in cells:
        text = _text(cell.get("source", cell.get("input")))
        if cell.get("cell_type") == "code":
            yield from _code(text, program, commands, node)
        yield from _outputs(cell, node, bench)
    yield from _commands(commands, node)
    yield from _program(program, node, bench)
    if isinstance(document, dict):
        yield from _widgets(document, node)


def _cells(document: JsonValue) -> Iterator[dict[str, JsonValue]]:
    if not isinstance(document, dict):
        return
    sheets = document.get("worksheets")
    holders = [document, *(sheets if isinstance(sheets, list) else ())]
    for holder in holders:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, dict) and isinstance(cell.get("cell_type"), str):
                yield cell


def _text(value: JsonValue) -> str:
    """Read text that is one string or a list of lines."""
    if isinstance(value, str):
        return value
    return "".join(part for part in value if isinstance(part, str)) if isinstance(value, list) else ""


# -- code --------------------------------------------------------------------------------------------------------------


def _code(text: str, program: list[str], commands: list[str], node: Node) -> Iterator[Yield]:
    """Sort the lines of a cell into Python and commands."""
    first = text.lstrip().split("\n", 1)
    if first[0].startswith("%%"):
        magic = first[0][2:].split()[0].lower() if first[0][2:].split() else ""
        body = first[1] if len(first) > 1 else ""
        if magic in _SHELLS:
            commands += body.split("\n")
            return
        if magic in _PAGES:
            yield from _active(body, f"a cell of {magic}", node, script=magic in {"javascript", "js"})
            return
        if magic not in {"time", "timeit", "capture", "prun", "writefile", "python", "python3", "px"}:
            return
        text = body
    python: list[str] = []
    for line in text.split("\n"):
        bare = line.lstrip()
        indent = line[: len(line) - len(bare)]
        assigned = bare.partition("=")[2].lstrip() if "=" in bare else ""
        if bare.startswith("!"):
            commands.append(bare.lstrip("!"))
            python.append(f"{indent}pass")
        elif bare.startswith("%"):
            name, _, rest = bare.lstrip("%").partition(" ")
            if name in {"system", "sx", "pip", "conda"}:
                commands.append(rest if name in {"system", "sx"} else f"{name} {rest}")
            python.append(f"{indent}{rest}" if name in {"time", "timeit", "prun"} else f"{indent}pass")
        elif assigned.startswith(("!", "%")):
            commands.append(assigned[1:])
            python.append(f"{indent}{bare.partition('=')[0]}= None")
        elif bare.startswith("?") or bare.rstrip().endswith("?"):
            python.append(f"{indent}pass")
        else:
            python.append(line)
    program.append("\n".join(python))


def _commands(commands: list[str], node: Node) -> Iterator[Yield]:
    """Tell each command, and what all of them do together."""
    for command in list(dict.fromkeys(one.strip() for one in commands if one.strip()))[:COMMANDS]:
        yield SourceCall(
            at=node.at(), language="shell", module="shell", name="command", phase="import",
            carrier="a cell of the notebook", when=When.FLAG, arguments=(command[:SHOWN],),
        )  # fmt: skip
    yield from lines("\n".join(commands), node, "the notebook's commands")


def _program(program: list[str], node: Node, bench: Bench) -> Iterator[Yield]:
    """Read all cells as one program, or each for itself where one of them is not Python."""
    whole = "\n".join(program).encode("utf-8", "surrogatepass")
    if len(whole) > bench.limits.source_bytes or not whole.strip():
        if whole.strip():
            yield node.gap(GapKind.OVER_LIMIT, f"cells of more than {bench.limits.source_bytes} bytes are not read")
        return
    if is_source(whole):
        yield from inspect_source(whole, node, bench, carrier="the notebook", base=None)
        return
    parts = [part.encode("utf-8", "surrogatepass") for part in program]
    good = [part for part in parts if is_source(part)]
    yield from inspect_source(b"\n".join(good), node, bench, carrier="the notebook", base=None)
    for part in parts:
        if not is_source(part):
            yield from inspect_source(part, node, bench, carrier="a cell of the notebook", base=None)


# -- what a browser renders --------------------------------------------------------------------------------------------


def _outputs(cell: dict[str, JsonValue], node: Node, bench: Bench) -> Iterator[Yield]:
    """Look at outputs and attachments of a cell."""
    bundles: list[JsonValue] = []
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        bundles.append(output.get("data", output) if isinstance(output, dict) else None)  # noqa: PERF401
    attachments = cell.get("attachments")
    bundles += attachments.values() if isinstance(attachments, dict) else ()
    for bundle in bundles:
        for kind, value in bundle.items() if isinstance(bundle, dict) else ():
            text = _text(value)
            if kind in {"text/html", "html", "image/svg+xml", "svg", "application/javascript", "javascript"}:
                yield from _active(text, f"an output of {kind}", node, script="javascript" in kind)
            elif kind.startswith("image/") or kind in {"png", "jpeg"}:
                yield from held_by_text(text, node.at(), node, bench.limits)


def _active(text: str, where: str, node: Node, *, script: bool = False) -> Iterator[Yield]:
    lower = text.lower()
    found = next((what for sign, what in _ACTIVE if sign in lower), "a script" if script and text.strip() else "")
    if found:
        yield ActiveContent(at=node.at(), document="notebook", what=f"{where} holds {found}", excerpt=text[:SHOWN])


def _widgets(document: dict[str, JsonValue], node: Node) -> Iterator[Yield]:
    """Look at the saved state of widgets, whose HTML is rendered like an output."""
    metadata = document.get("metadata")
    waiting: list[JsonValue] = [metadata.get("widgets")] if isinstance(metadata, dict) else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and "<" in value:
            yield from _active(value, "the state of a widget", node)
