"""Checks the vocabulary tables, and lists for a reader what the source behind each vetted name could run.

Without options it lints every table and exits 1 when one breaks a rule. With `--sinks` it looks up each vetted entry in
the installed libraries, without importing any of them, follows the code that a load runs, and lists the calls that
could execute, import, open or resolve something; an entry with such a call must name it in its `reason`.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

TABLES = Path(__file__).resolve().parent.parent / "src" / "weighbridge" / "rules" / "vocabulary"
VETTED_COLUMNS = ("module", "qualname", "uses", "arguments", "state", "reviewed", "reason")
DANGEROUS_COLUMNS = ("pattern", "category", "source", "reason")
USES = ("reference", "call", "new", "build", "items")
CATEGORIES = (
    "process", "code_execution", "import_resolution", "file", "network", "interpreter", "scanner_evasion",
    "native_code", "deserialiser", "code_object", "indirect_call", "installer", "denial", "evaluator",
)  # fmt: skip
KINDS = (
    "none", "bool", "int", "float", "complex", "str", "bytes", "list", "tuple", "dict", "set", "frozenset",
    "global", "object", "persid", "constant", "number", "scalar", "any", "callable",
)  # fmt: skip

_DOTTED = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_NAME = re.compile(_DOTTED)
_BOUND = re.compile(r"(?:int|float|number)(?:<=?|>=?)-?\d+(?:\.\d+)?")
_LITERAL = re.compile(rf"=(?:'[^',|\t]*'|-?\d+|None|True|False|{_DOTTED}\.\w+)")
_PATTERN = re.compile(rf"{_DOTTED}(?:\.\*)?")
_SOURCE = re.compile(
    r"(?:(?:PKL|GAD|SCN|TOR|KER|TF|ONX|GGU|SAF|OTH|REP|WGT)-\d\d|GHSA(?:-[0-9a-z]{4}){3}|CVE-\d{4}-\d{4,}|CWE-\d+"
    r"|(?:picklescan|modelscan|fickling|modelaudit) \S.*|cpython docs|library docs)"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, with the place to name in a complaint."""

    place: str
    cells: tuple[str, ...]


def rows(path: Path) -> Iterator[Row]:
    """Lines of one table that are neither blank nor a comment."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            yield Row(f"{path.parent.name}/{path.name}:{number}", tuple(line.split("\t")))


def kind_faults(alternatives: str) -> Iterator[str]:
    """What is wrong with one argument position, such as `int<1048576|none`."""
    for kind in alternatives.split("|"):
        if kind not in KINDS and not _BOUND.fullmatch(kind) and not _LITERAL.fullmatch(kind):
            yield f"unknown kind {kind!r}"


def argument_faults(arguments: str) -> Iterator[str]:
    """What is wrong with an `arguments` cell."""
    if arguments in {"-", "*"}:
        return
    optional = False
    items = arguments.split(",")
    for position, item in enumerate(items, 1):
        kind = item.removesuffix("...").removesuffix("?")
        if item.endswith("...") and position != len(items):
            yield "only the last kind may repeat"
        if optional and not item.endswith(("?", "...")):
            yield "a required kind stands after an optional one"
        optional = optional or item.endswith("?")
        yield from kind_faults(kind)


def vetted_faults(path: Path) -> Iterator[str]:
    """What is wrong with one file of the allowlist."""
    order: list[tuple[str, str]] = []
    for row in rows(path):
        if len(row.cells) != len(VETTED_COLUMNS):
            yield f"{row.place}: {len(row.cells)} columns, not {len(VETTED_COLUMNS)}"
            continue
        module, qualname, uses, arguments, state, reviewed, reason = row.cells
        order.append((module, qualname))
        used = uses.split(",")
        faults: list[str] = []
        if not _NAME.fullmatch(module) or not _NAME.fullmatch(qualname):
            faults.append("module and qualname are exact dotted names: no wildcard, nothing else")
        if module.partition(".")[0] != path.stem:
            faults.append(f"{module} does not belong in {path.name}")
        if [use for use in USES if use in used] != used:
            faults.append(f"uses are out of {','.join(USES)}, in that order")
        if arguments != "-" and not {"call", "new"} & set(used):
            faults.append("arguments without call or new")
        if ("build" in used) == (state == "none"):
            faults.append("a state contract and the use build go together")
        faults += argument_faults(arguments)
        if state not in {"none", "dict", "any"}:
            faults += kind_faults(state)
        if not re.search(r"\d", reviewed):
            faults.append("reviewed names a library and a version")
        if len(reason) < 8 or reason != reason.strip():
            faults.append("reason is missing or padded")
        yield from (f"{row.place}: {fault}" for fault in faults)
    yield from order_faults(path, order)


def reference_faults(path: Path, vetted: dict[str, str]) -> Iterator[str]:
    """Names that a contract accepts as an argument though they are not vetted themselves."""
    for row in rows(path):
        contract = "|".join(row.cells[3:5]).replace(",", "|")
        for kind in contract.split("|"):
            name = kind.removesuffix("...").removesuffix("?").removeprefix("=")
            if kind.startswith("=") and "." in name and not name.startswith("'") and name not in vetted:
                yield f"{row.place}: accepts {name}, which is not vetted"


def order_faults(path: Path, keys: list[tuple[str, str]]) -> Iterator[str]:
    """Entries that stand out of order or twice in one file."""
    for before, after in pairwise(keys):
        if before == after:
            yield f"{path.parent.name}/{path.name}: {'.'.join(after)} stands twice"
        elif before > after:
            yield f"{path.parent.name}/{path.name}: {'.'.join(after)} is out of order"


def dangerous_faults(path: Path) -> Iterator[str]:
    """What is wrong with one file of dangerous names."""
    order: list[tuple[str, str]] = []
    if path.stem not in CATEGORIES:
        yield f"{path.parent.name}/{path.name}: no such category"
    for row in rows(path):
        if len(row.cells) != len(DANGEROUS_COLUMNS):
            yield f"{row.place}: {len(row.cells)} columns, not {len(DANGEROUS_COLUMNS)}"
            continue
        pattern, category, source, reason = row.cells
        order.append((pattern, ""))
        if not _PATTERN.fullmatch(pattern) or "." not in pattern:
            yield f"{row.place}: a pattern is module.qualname or module.*"
        if category != path.stem:
            yield f"{row.place}: category {category} in {path.name}"
        if not all(_SOURCE.fullmatch(part) for part in source.split("; ")):
            yield f"{row.place}: source {source!r} is no catalogue row, advisory or other known source"
        if len(reason) < 8 or reason != reason.strip():
            yield f"{row.place}: reason is missing or padded"
    yield from order_faults(path, order)


def overlap_faults(vetted: dict[str, str], dangerous: dict[str, str]) -> Iterator[str]:
    """Names that both sides claim, and patterns below a wider one of their category; of others the nearest counts."""
    for name, place in sorted(vetted.items()):
        claimed = covering(name, dangerous)
        if claimed:
            yield f"{place}: {name} is vetted and dangerous ({claimed})"
    for pattern, place in sorted(dangerous.items()):
        table = place.partition(":")[0]
        same = {key: "" for key, other in dangerous.items() if key != pattern and other.partition(":")[0] == table}
        wider = covering(pattern.removesuffix(".*"), same)
        if wider:
            yield f"{place}: {pattern} is already covered by {wider}"


def covering(name: str, patterns: dict[str, str]) -> str | None:
    """The pattern that covers a dotted name, if there is one."""
    if name in patterns:
        return name
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        candidate = ".".join(parts[:length]) + ".*"
        if candidate in patterns:
            return candidate
    return None


def stdlib_faults(path: Path) -> Iterator[str]:
    """What is wrong with the list of standard library modules."""
    names = path.read_text(encoding="utf-8").splitlines()
    names = [name for name in names if not name.startswith("#")]
    if names != sorted(set(names)):
        yield f"{path.name}: not sorted, or a name stands twice"
    yield from (f"{path.name}: {name!r} is no top-level module name" for name in names if not name.isidentifier())


def lint(tables: Path) -> list[str]:
    """Every fault of the tables below one folder; an empty list when they keep all rules."""
    faults: list[str] = []
    vetted: dict[str, str] = {}
    dangerous: dict[str, str] = {}
    for path in sorted((tables / "vetted").glob("*.tsv")):
        faults += vetted_faults(path)
        vetted |= {".".join(row.cells[:2]): row.place for row in rows(path) if len(row.cells) > 1}
    for path in sorted((tables / "vetted").glob("*.tsv")):
        faults += reference_faults(path, vetted)
    for path in sorted((tables / "dangerous").glob("*.tsv")):
        faults += dangerous_faults(path)
        for row in rows(path):
            if row.cells[0] in dangerous:
                faults.append(f"{row.place}: {row.cells[0]} stands in {dangerous[row.cells[0]]} too")
            dangerous[row.cells[0]] = row.place
    faults += overlap_faults(vetted, dangerous)
    faults += stdlib_faults(tables / "stdlib.txt")
    return faults


# What a load runs of a class, by use, with the calls that it makes.
RUN_BY_USE = {
    "call": ("__new__", "__init__", "__post_init__", "_missing_"),
    "new": ("__new__",),
    "build": ("__setstate__", "__setattr__"),
    "items": ("__setitem__", "append", "extend", "add", "update"),
    "reference": (),
}
# Read whatever the use is, but not followed: BUILD asks instances for `__setstate__`, keys are hashed and compared.
RUN_ALWAYS = ("__getattr__", "__getattribute__", "__hash__", "__eq__", "__del__")
DEPTH = 4  # calls followed from a method that a load runs; scipy.stats reaches exec in the third
SINK_NAMES = (
    "eval", "exec", "execfile", "compile", "__import__", "import_module", "open", "getattr", "setattr", "input",
    "breakpoint",
)  # fmt: skip
SINK_METHODS = (
    "system", "popen", "import_module", "load", "loads", "open", "urlopen", "memmap", "fromfile", "read_pickle",
    "load_library", "LoadLibrary", "CDLL", "_load_from_bytes", "run_module", "run_path", "resolve_name",
)  # fmt: skip
SINK_MODULES = (
    "subprocess", "socket", "ctypes", "pickle", "marshal", "cloudpickle", "dill", "shelve", "importlib", "runpy",
)  # fmt: skip
DATA_READERS = frozenset({"json"})  # json.loads is no deserialiser of objects

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Hit:
    """A call that could do more than handle data, and the calls that lead to it."""

    sink: str
    file: str
    line: int
    path: tuple[str, ...]


@dataclass(slots=True)
class Module:
    """The top level of one source file."""

    name: str
    file: Path
    definitions: dict[str, Definition] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)


class Library:
    """Source files below some folders, found by path and parsed; nothing is imported."""

    def __init__(self, sites: list[str]) -> None:
        self.sites = sites
        self.modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """The parsed module of that name, or None where there is no Python source for it."""
        if name not in self.modules:
            self.modules[name] = self._read(name)
        return self.modules[name]

    def _read(self, name: str) -> Module | None:
        folders = self.sites
        file: Path | None = None
        for part in name.split("."):
            places = [Path(folder, part) for folder in folders]
            file = next((place / "__init__.py" for place in places if (place / "__init__.py").is_file()), None)
            if file is None:
                file = next((place.with_suffix(".py") for place in places if place.with_suffix(".py").is_file()), None)
            folders = [str(place) for place in places if place.is_dir()]
        if file is None:
            return None
        module = Module(name, file)
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        self._collect(module, package, ast.parse(file.read_bytes()).body)
        return module

    def _collect(self, module: Module, package: str, body: list[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, Definition):
                module.definitions[node.name] = node
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    module.imports[bound] = (alias.name if alias.asname else bound, None)
            elif isinstance(node, ast.ImportFrom):
                base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                origin = ".".join([*base, *([node.module] if node.module else [])])
                for alias in node.names:
                    if alias.name == "*":
                        module.stars.append(origin)
                    else:
                        module.imports[alias.asname or alias.name] = (origin, alias.name)
            elif isinstance(node, ast.If | ast.Try | ast.With):
                inner: list[ast.stmt] = [*node.body, *getattr(node, "orelse", []), *getattr(node, "finalbody", [])]
                for handler in getattr(node, "handlers", []):
                    inner += handler.body
                self._collect(module, package, inner)

    def find(self, module_name: str, qualname: str, hops: int = 8) -> tuple[Module, Definition] | None:
        """Where a dotted name of a module is defined, through its re-exports."""
        module = self.module(module_name)
        head, _, rest = qualname.partition(".")
        if module is None or hops == 0:
            return None
        found: tuple[Module, Definition] | None = None
        if head in module.definitions:
            found = module, module.definitions[head]
        elif head in module.imports:
            origin, name = module.imports[head]
            if name is None:
                return self.find(origin, rest, hops - 1) if rest else None
            found = self.find(origin, name, hops - 1)
            if found is None and rest:
                return self.find(f"{origin}.{name}", rest, hops - 1)
        else:
            found = next(filter(None, (self.find(star, head, hops - 1) for star in module.stars)), None)
        if found and rest and isinstance(found[1], ast.ClassDef):
            return self.method(found[0], found[1], rest)
        return None if rest and found and not isinstance(found[1], ast.ClassDef) else found

    def bases(self, module: Module, node: ast.ClassDef) -> Iterator[tuple[Module, ast.ClassDef]]:
        """The base classes whose source is here."""
        for base in node.bases:
            found = self.find(module.name, ast.unparse(base)) if isinstance(base, ast.Name | ast.Attribute) else None
            if found and isinstance(found[1], ast.ClassDef):
                yield found[0], found[1]

    def method(self, module: Module, node: ast.ClassDef, name: str) -> tuple[Module, Definition] | None:
        """The method of that name, of the class or the first base that has it."""
        for item in node.body:
            if isinstance(item, Definition) and item.name == name:
                return module, item
        found = (self.method(*base, name) for base in self.bases(module, node))
        return next(filter(None, found), None)


def sink_of(call: ast.Call) -> str | None:
    """The word for a call that could execute, import, open or resolve something."""
    if isinstance(call.func, ast.Name):
        name = call.func.id
        if name in {"getattr", "setattr"} and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
            return None
        return name if name in SINK_NAMES else None
    if isinstance(call.func, ast.Attribute):
        roots = [node.id for node in ast.walk(call.func) if isinstance(node, ast.Name)]
        if set(SINK_MODULES) & set(roots):
            return next(root for root in roots if root in SINK_MODULES)
        if call.func.attr in SINK_METHODS and not DATA_READERS & set(roots):
            return call.func.attr
    return None


def callees(
    library: Library,
    module: Module,
    owner: tuple[Module, ast.ClassDef] | None,
    holder: ast.ClassDef | None,
    call: ast.Call,
) -> Iterator[tuple[Module, Definition, ast.ClassDef | None]]:
    """Functions and methods of the same library that a call can enter."""
    function = call.func
    if isinstance(function, ast.Attribute) and owner:
        target = function.value
        if isinstance(target, ast.Name) and target.id in {"self", "cls"}:
            found = library.method(*owner, function.attr)
            if found:
                yield *found, None
        elif isinstance(target, ast.Call) and isinstance(target.func, ast.Name) and target.func.id == "super":
            for base in library.bases(module, holder or owner[1]):
                found = library.method(*base, function.attr)
                if found:
                    yield *found, base[1]
    if isinstance(function, ast.Name | ast.Attribute):
        found = library.find(module.name, ast.unparse(function))
        if found and isinstance(found[1], ast.ClassDef):
            for name in RUN_BY_USE["call"]:
                inner = library.method(found[0], found[1], name)
                if inner:
                    yield *inner, found[1]
        elif found:
            yield *found, None


def loading_code(library: Library, module: str, qualname: str, uses: frozenset[str]) -> list[Hit] | None:
    """Risky calls in what a load runs of one entry; None where its Python source is not here."""
    found = library.find(module, qualname)
    if found is None:
        return None
    home, node = found
    owner = (home, node) if isinstance(node, ast.ClassDef) else None
    queue: list[tuple[Module, Definition, ast.ClassDef | None, tuple[str, ...]]] = []
    if owner:
        by_use = dict.fromkeys(name for use in sorted(uses) for name in RUN_BY_USE[use])
        for name in [*by_use, *RUN_ALWAYS]:
            method = library.method(*owner, name)
            if method:
                queue.append((*method, None, (name,)))
    elif uses & {"call", "new"}:
        queue.append((home, node, None, (node.name,)))
    hits: dict[Hit, None] = {}
    seen: set[int] = set()
    while queue:
        place, body, holder, path = queue.pop(0)
        if id(body) in seen:
            continue
        seen.add(id(body))
        for call in (node for statement in body.body for node in ast.walk(statement)):
            if not isinstance(call, ast.Call):
                continue
            sink = sink_of(call)
            if sink:
                hits[Hit(sink, place.name, call.lineno, path)] = None
            elif len(path) < DEPTH and path[0] not in RUN_ALWAYS:
                for inner_module, inner, inner_holder in callees(library, place, owner, holder, call):
                    queue.append((inner_module, inner, inner_holder, (*path, inner.name)))
    return list(hits)


def report_sinks(tables: Path, only: str, sites: list[str]) -> int:
    """Prints the risky calls behind each vetted entry; the number of entries whose reason does not name one of them."""
    library = Library(sites or sys.path)
    unnamed = unseen = seen = 0
    for path in sorted((tables / "vetted").glob("*.tsv")):
        for row in rows(path):
            module, qualname, uses, _, _, _, reason = row.cells
            if only and not f"{module}.{qualname}".startswith(only):
                continue
            found = loading_code(library, module, qualname, frozenset(uses.split(",")))
            if found is None:
                unseen += 1
                continue
            seen += 1
            missing = sorted({hit.sink for hit in found if hit.sink not in reason})
            unnamed += bool(missing)
            for hit in found:
                mark = " " if hit.sink in reason else "!"
                print(f"{mark} {module}.{qualname}: {hit.sink} at {hit.file}:{hit.line} by {' > '.join(hit.path)}")
    print(f"{seen} entries read, {unseen} without Python source here (compiled, or another version), {unnamed} unnamed")
    return unnamed


def main(argv: list[str] | None = None) -> int:
    """Runs the lint or the sink report; returns the exit code."""
    parser = argparse.ArgumentParser(description=ast.get_docstring(ast.parse(Path(__file__).read_text())))
    parser.add_argument("--tables", type=Path, default=TABLES, help="folder with vetted/, dangerous/ and stdlib.txt")
    parser.add_argument("--sinks", action="store_true", help="list risky calls in the source behind vetted entries")
    parser.add_argument("--only", default="", help="with --sinks: entries whose name starts with this")
    parser.add_argument("--site", action="append", default=[], help="with --sinks: a folder of libraries to read")
    options = parser.parse_args(argv)
    faults = lint(options.tables)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} faults")
        return 1
    if options.sinks:
        return 1 if report_sinks(options.tables, options.only, options.site) else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
