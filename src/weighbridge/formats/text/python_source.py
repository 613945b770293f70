"""Python source files: what they import and call, as soon as they are executed or later.

The grammar is that of the interpreter that runs the scanner; what it refuses is a gap, and only words are looked at.
Source is decoded as Python decodes it (PEP 263) and parsed to a tree; nothing is compiled to code or executed.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import Identity
from weighbridge.core.modules import fetch
from weighbridge.core.programs import CodeUnit, SourceCall, SourceImport
from weighbridge.core.source import BytesSource
from weighbridge.core.texts import HiddenText
from weighbridge.core.when import When
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.python.statements import Walk

CALLS = 6_000
"""Different calls of one source that are told; the largest modules of real libraries have some 2,000."""

PAYLOADS = 200
"""Long literals of one source that are looked at for files of their own."""

ROLES = {
    "handler.py": "handler of an inference endpoint",
    "inference.py": "entry point of an inference server",
    "predict.py": "predictor of an inference server",
    "app.py": "application",
    "setup.py": "build script",
    "conftest.py": "test configuration that is run without being asked for",
    "sitecustomize.py": "start-up code of the interpreter",
    "usercustomize.py": "start-up code of the interpreter",
    "noxfile.py": "build script",
    "fabfile.py": "deployment script",
}
"""Names that some tool looks for and runs; other source runs when somebody imports it."""

_PROSE = (".txt", ".md", ".rst", ".log", ".csv", ".tsv", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".cfg", ".ini")
_ENCODINGS = frozenset({"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii", "latin-1", "latin1", "iso-8859-1", "cp1252"})


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001
    """Tell whether text begins with an import statement, as source under another name would."""
    import re

    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    name = rb"[A-Za-z_][\w.]*( as \w+)?"
    statement = rb"(import " + name + rb"(, ?" + name + rb")*|from [\w.]+ import [\w*(][^\n]*)(;[^\n]*)?\r?(\n|$)"
    return "python.bare" if re.match(statement, begin) else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a source file; raises OverLimit. TorchScript is no Python: its own reader has read it."""
    if node.role == "torch.script":
        return
    yield Identity(at=node.at(), format="python")
    role = ROLES.get(node.name.lower().rpartition("/")[2])
    if role is not None:
        yield CodeUnit(at=node.at(), language="python", carrier=role, name=node.name, when=When.FLAG)
    if source.size > bench.limits.source_bytes:
        reason = f"source of more than {bench.limits.source_bytes} bytes is not read"
        yield node.gap(GapKind.OVER_LIMIT, reason)
        head = source.read_at(0, bench.limits.source_bytes)
        yield from _words(head, node, _starts(head.split(b"\n"), 0), "the source")
        return
    yield from inspect(source.read_at(0, source.size), node, bench, carrier="the source")


def bare(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read what only looks like source: if it is, it is told like source, if not it is some other text."""
    if node.name.lower().endswith((*_PROSE, ".py", ".pyw", ".pyi", ".pth")) or source.size > bench.limits.source_bytes:
        return
    content = source.read_at(0, source.size)
    if is_source(content):
        yield Identity(at=node.at(), format="python")
        yield CodeUnit(at=node.at(), language="python", carrier="the file", name=node.name, when=When.FLAG)
        yield from inspect(content, node, bench, carrier="the source")


def path_lines(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a ``.pth`` file as ``site`` does: lines that begin with ``import`` are executed at every start."""
    if source.size > bench.limits.source_bytes:
        return
    lines = source.read_at(0, source.size).decode("utf-8-sig", "replace").splitlines()
    code = [line for line in lines if line.startswith(("import ", "import\t"))]
    if code:
        yield Identity(at=node.at(), format="python path configuration")
        yield CodeUnit(at=node.at(), language="python", carrier="path configuration", name=node.name, when=When.FLAG)
        for line in code[:PAYLOADS]:
            yield from inspect(line.encode(), node, bench, carrier="a line for `site`", base=None)


def inspect(content: bytes, node: Node, bench: Bench, *, carrier: str, base: int | None = 0) -> Iterator[Yield]:
    """Tell what source does; ``base`` is where it begins in the node, None where it has no place. Raises OverLimit."""
    from weighbridge.formats.python.syntax import TOKENS, is_dense, parsed

    yield from _declared(content, node)
    lines = content.split(b"\n")
    starts = _starts(lines, base)
    dense = is_dense(content)
    tree = None if dense else parsed(content)
    if tree is None:
        what = f"has more than {TOKENS} words and signs" if dense else "is no Python that this version parses"
        kind = GapKind.OVER_LIMIT if dense else GapKind.UNPARSED
        yield node.gap(kind, f"{carrier} {what}; only its words are looked at")
        yield from _words(content, node, starts, carrier)
        return
    walk: Walk = fetch("weighbridge.formats.python.statements").Walk(lines)
    try:
        walk.walk(tree)
    except RecursionError:
        raise OverLimit(f"{carrier} nests too deep") from None
    yield from _facts(walk, node, starts, carrier)
    yield from _held(walk, node, bench, starts)
    for reason in walk.unread[:PAYLOADS]:
        yield node.gap(GapKind.UNPARSED, reason)
    if walk.spent:
        yield node.gap(GapKind.OVER_LIMIT, f"{carrier} takes too many steps to follow")


def _starts(lines: list[bytes], base: int | None) -> list[int | None]:
    if base is None:
        return [None] * (len(lines) + 1)
    starts: list[int | None] = [base]
    at = base
    for line in lines:
        at += len(line) + 1
        starts.append(at)
    return starts


def is_source(content: bytes) -> bool:
    """Tell whether this interpreter's grammar allows it as a module; raises OverLimit."""
    from weighbridge.formats.python.syntax import is_dense, parsed

    return not is_dense(content) and parsed(content) is not None


def _declared(content: bytes, node: Node) -> Iterator[Yield]:
    """Tell an encoding (PEP 263) in which text may read differently than it looks."""
    import re

    for line in content.split(b"\n", 2)[:2]:
        found = re.match(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", line)
        if found:
            name = found[1].decode("ascii", "replace").lower().replace("_", "-")
            if name.removesuffix("-unix").removesuffix("-dos") not in _ENCODINGS:
                yield HiddenText(at=node.at(0, len(line)), how=f"the encoding {name[:40]}", text="", count=len(content))
            return


def _words(content: bytes, node: Node, starts: list[int | None], carrier: str) -> Iterator[Yield]:
    from weighbridge.formats.python.lexical import called_names

    for path, line in called_names(content.decode("utf-8", "replace")):
        module, _, name = path.rpartition(".")
        yield SourceCall(
            at=node.at(starts[line - 1]), language="python", module=module, name=name, phase="import",
            carrier=carrier, when=When.FLAG,
        )  # fmt: skip


def _facts(walk: Walk, node: Node, starts: list[int | None], carrier: str) -> Iterator[Yield]:
    for one in walk.imports.values():
        yield SourceImport(
            at=node.at(_start(starts, one.line)), language="python", module=one.module, level=one.level,
            names=one.names, phase=one.phase,
        )  # fmt: skip
    for number, (call, count) in enumerate(walk.found.values()):
        if number == CALLS:
            yield node.gap(GapKind.OVER_LIMIT, f"{carrier} calls more than {CALLS} different things")
            return
        module, _, name = call.path.rpartition(".")
        inside = f"text that {carrier} executes" if call.inside else carrier
        yield SourceCall(
            at=node.at(_start(starts, call.line) if not call.inside else starts[0]),
            language="python", module=module,
            name=name, phase=call.phase, carrier=inside, when=When.FLAG, arguments=call.arguments, count=count,
            literal=call.literal, made_by=call.made_by,
        )  # fmt: skip


def _start(starts: list[int | None], line: int) -> int | None:
    return starts[min(line, len(starts)) - 1]


def _held(walk: Walk, node: Node, bench: Bench, starts: list[int | None]) -> Iterator[Yield]:
    """Look into long literals, and at data that the source unpickles or unmarshals."""
    from weighbridge.formats.pickle.embedded import held_by_bytes

    for line, path, content in walk.carried[:PAYLOADS]:
        at = node.at(_start(starts, line))
        if path == "marshal.loads":
            yield CodeUnit(at=at, language="marshal", carrier="a constant of the source", name="", when=When.FLAG)
        else:
            yield Child(f"constant@line{line}", Stored(BytesSource(content)), role="loaded")
    for line, literal in walk.literals[:PAYLOADS]:
        raw = literal.encode("utf-8", "surrogatepass") if isinstance(literal, str) else literal
        yield from held_by_bytes(raw, node.at(_start(starts, line)), node, bench.limits)
