"""torch.export: the graph of an exported program, and which of its payloads are unpickled.

Source: ``torch/_export/serde/schema.py`` and ``serialize.py``, ``torch/export/pt2_archive``. A node's ``target`` is
resolved by walking attributes from ``torch``, ``operator`` or ``math``, so that it may be any function that they lead
to. Payloads with ``use_pickle`` are given to ``torch.load`` without restriction (CVE-2026-4538).
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.location import Location
from weighbridge.core.programs import CodeUnit, ConfiguredCall, Operator
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats.containers.zip_text import content_of
from weighbridge.formats.torch_zip import spelt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

CONFIG = 32 << 20
"""Bytes of one table of payloads that are read; each entry has some 300 bytes."""

OPERATORS = 4_000
"""Different operators of one graph that are told apart; torch has some 2,300."""

_PAYLOADS = ("data/weights/", "data/constants/")
_SHOWN = 64
_TEXT = 200
_LONGEST = 1 << 16  # characters of one expression; those of unbacked sizes have some hundred
_KEYWORDS = frozenset({"lambda", "await", "yield", "import"})
FUNCTIONS = frozenset({
    "Abs", "Add", "And", "CeilDiv", "CeilToInt", "CleanDiv", "Dummy", "Eq", "Equality", "Float", "FloatPow",
    "FloatTrueDiv", "FloorDiv", "FloorToInt", "Ge", "GreaterThan", "Gt", "Identity", "IntTrueDiv", "Integer",
    "IsNonOverlappingAndDenseIndicator", "LShift", "Le", "LessThan", "Lt", "Max", "Min", "Mod", "ModularIndexing",
    "Mul", "Ne", "Not", "Or", "Piecewise", "Pow", "PowByNatural", "PythonMod", "RShift", "Rational", "RoundDecimal",
    "RoundToInt", "StrictGreaterThan", "StrictLessThan", "Symbol", "ToFloat", "TruncToFloat", "TruncToInt",
    "Unequality", "Where", "ceiling", "floor", "log", "sqrt",
})  # fmt: skip
"""What an expression over sizes calls: sympy's own functions and those of ``torch/utils/_sympy/functions.py``."""
_ITEM_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 2, 7: 4, 8: 8, 9: 4, 10: 8, 11: 16, 12: 1, 13: 2}
"""Bytes of an element by the numbers that the schema gives to types."""


def inspect(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Yield the operators of an exported program, custom classes, and expressions that are more than arithmetic."""
    if not isinstance(document, dict) or not isinstance(document.get("graph_module"), dict):
        return
    yield Identity(at=node.at(), format="torch.export.program")
    uses: dict[tuple[str, str, str, tuple[str, ...]], int] = {}
    told = 0
    pending: list[JsonValue] = [document]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending += item
        elif isinstance(item, dict):
            pending += item.values()
            expression = item.get("expr_str")
            if isinstance(expression, str) and not _is_arithmetic(expression) and told < _SHOWN:
                told += 1
                yield CodeUnit(
                    at=node.at(), language="python", carrier="an expression that sympy evaluates",
                    name=expression[:_TEXT], when=When.LOAD,
                )  # fmt: skip
            key = _use(item)
            if key is not None and (key in uses or len(uses) < OPERATORS):
                uses[key] = uses.get(key, 0) + 1
            elif key is not None:
                yield node.gap(GapKind.OVER_LIMIT, f"more than {OPERATORS} different operators in a graph")
                break
    for (framework, domain, name, texts), count in uses.items():
        yield Operator(at=node.at(), framework=framework, domain=domain, name=name, constants=texts, count=count)


def _use(item: dict[str, JsonValue]) -> tuple[str, str, str, tuple[str, ...]] | None:
    """Read a node's operator: those below ``torch.ops`` are TorchScript's, all others are functions of Python."""
    target, inputs = item.get("target"), item.get("inputs")
    custom = item.get("class_fqn")
    if isinstance(custom, str):
        parts = custom.removeprefix("__torch__.").split(".")
        return "torchscript", ".".join(parts[:-1]), parts[-1], ()
    if not isinstance(target, str) or not isinstance(inputs, list):
        return None
    words = target.split(".")
    if words[:2] == ["torch", "ops"] and len(words) >= 4:
        if words[2] == "higher_order":
            return "torch_export", "higher_order", ".".join(words[3:]), ()
        plain = words[2] in {"aten", "prim", "prims", "quantized"} and words[3] not in {"from_file", "save"}
        return "torchscript", words[2], words[3], () if plain else _texts(inputs)
    return "torch_export", "", target, _texts(inputs)


def _texts(inputs: list[JsonValue]) -> tuple[str, ...]:
    found: list[str] = []
    for given in inputs[:_SHOWN]:
        value = given.get("arg") if isinstance(given, dict) else None
        text = value.get("as_string") if isinstance(value, dict) else None
        if isinstance(text, str):
            found.append(text[:_TEXT])
    return tuple(found)


def _is_arithmetic(text: str) -> bool:
    """Tell whether an expression is what ``sympy.srepr`` writes: numbers, names, signs, and calls of known functions.

    ``sympy.sympify`` evaluates the text as Python: an attribute, an index or any other function leads out of it.
    """
    import re

    if "__" in text or len(text) > _LONGEST:
        return False
    plain = re.sub(r"'[A-Za-z0-9_.+-]*'", "text", text)
    plain = re.sub(r"\b(?:positive|integer|nonnegative|nonzero|real|finite|precision|evaluate|even|odd)=", "", plain)
    plain = re.sub(r"(?<![A-Za-z_])(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", "0", plain)
    if re.fullmatch(r"[A-Za-z0-9_ +*/%(),<>=!&|~-]*", plain) is None:
        return False
    return all(
        name in FUNCTIONS or name.startswith(("OpaqueUnaryFn_", "BitwiseFn_"))
        for name in re.findall(r"([A-Za-z_][A-Za-z0-9_]*) *\(", plain)
    ) and not _KEYWORDS & set(re.findall(r"[A-Za-z_]+", plain))


def payloads(
    root: str, entries: Iterable[Entry], source: ByteSource, node: Node, bench: Bench
) -> Generator[Yield, None, frozenset[str]]:
    """Read the tables of payloads of a ``.pt2``: which are unpickled, and whether the others are as long as they say.

    Returns the lower-cased names of records that are unpickled.
    """
    from weighbridge.formats.strict_json import read_json

    pickled: set[str] = set()
    listed = list(entries)
    sizes = {spelt(entry.name): entry.size for entry in listed}
    for entry in listed:
        name = spelt(entry.name)
        folder = next((root + place for place in _PAYLOADS if name.startswith(root + place)), "")
        if not folder or not name.endswith(".json"):
            continue
        content = content_of(entry, source, bench, CONFIG)
        if content is None:
            yield node.gap(GapKind.UNPARSED, f"the table {entry.name!r} is broken or too long", entry.data_offset)
            continue
        try:
            table = read_json(content).value
        except Malformed:
            continue  # the member is read as JSON, too, and its reader says what is wrong
        config = table.get("config") if isinstance(table, dict) else None
        at = Location(member=(*node.member, entry.name))
        count = 0
        for key, payload in config.items() if isinstance(config, dict) else ():
            if not isinstance(payload, dict) or not isinstance(payload.get("path_name"), str):
                continue
            path = str(payload["path_name"])
            record = spelt(folder + path)
            if ".." in path or path.startswith(("/", "\\")):
                yield Reference(
                    at=at, relation="weights", kind=Target.PATH, target=path[:_TEXT], key=key, escapes=True,
                    when=When.LOAD,
                )  # fmt: skip
            if payload.get("use_pickle") is not False and not path.startswith(_TORCHBIND):
                pickled.add(record)
                count += 1
                if count <= _SHOWN:
                    yield ConfiguredCall(
                        at=at, scheme="torch.export", key=f"config.{key}.use_pickle", module="",
                        name="use_pickle", when=When.LOAD,
                    )  # fmt: skip
            elif record in sizes:
                problem = _too_short(payload.get("tensor_meta"), sizes[record])
                if problem:
                    yield Inconsistency(at=at, what="payload size", detail=f"{key[:_TEXT]}: {problem}")
    return frozenset(pickled)


_TORCHBIND = "custom_obj_"
"""Objects of classes in C++: torch's own reader takes their bytes, which are looked at as any member."""


def _too_short(meta: JsonValue, held: int) -> str:
    """Compare what a tensor's table asks for with the bytes of its record; the reader in Python checks it as well."""
    if not isinstance(meta, dict):
        return ""
    sizes, strides = (_whole(meta.get(name)) for name in ("sizes", "strides"))
    offset, kind = _whole([meta.get("storage_offset")]), meta.get("dtype")
    item = _ITEM_SIZES.get(kind) if isinstance(kind, int) else None
    if sizes is None or strides is None or offset is None or item is None or len(sizes) != len(strides):
        return ""
    if min((*sizes, *strides, *offset)) < 0:
        return "a size, stride or offset is negative"
    last = offset[0] + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    needed = (last + 1) * item
    return f"it needs {needed} bytes, its record has {held}" if 0 not in sizes and needed > held else ""


def _whole(found: JsonValue) -> list[int] | None:
    if not isinstance(found, list):
        return None
    numbers = [one.get("as_int") if isinstance(one, dict) else None for one in found]
    whole = [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
    return whole if len(whole) == len(numbers) else None
