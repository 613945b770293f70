"""What R's ``saveRDS`` and ``save`` write, item by item, in each of the three notations.

An item is a row of whole numbers, doubles and byte strings; the notation decides how they are spelt.
"""

from __future__ import annotations

import gzip
import struct

Item = list[int | float | bytes]

NIL: Item = [254]
GLOBAL: Item = [253]
UNBOUND: Item = [252]
MISSING: Item = [251]
INERT = "echo INERT"


def flags(kind: int, *, attributes: bool = False, tag: bool = False, levels: int = 0) -> int:
    """The first number of an object."""
    packed = kind | attributes << 9 | tag << 10 | levels << 12
    return packed - (1 << 32) if packed >> 31 else packed


def char(text: bytes) -> Item:
    """A string inside a vector or a symbol."""
    return [flags(9, levels=64), len(text), text]


def sym(name: str) -> Item:
    """A symbol, written out."""
    return [1, *char(name.encode())]


def strs(*texts: str) -> Item:
    """A vector of strings."""
    return [16, len(texts), *(part for text in texts for part in char(text.encode()))]


def ints(*numbers: int) -> Item:
    """A vector of whole numbers."""
    return [13, len(numbers), *numbers]


def reals(*numbers: float) -> Item:
    """A vector of doubles."""
    return [14, len(numbers), *map(float, numbers)]


def vector(*items: Item) -> Item:
    """A list of any objects."""
    return [19, len(items), *(part for item in items for part in item)]


def pairs(*cells: tuple[str, Item], kind: int = 2, levels: int = 0) -> Item:
    """A pairlist; an empty name is no tag."""
    made: Item = list(NIL)
    for name, item in reversed(cells):
        made = [flags(kind, tag=bool(name), levels=levels), *(sym(name) if name else []), *item, *made]
    return made


def call(function: str | Item, *arguments: Item) -> Item:
    """A call that nobody has evaluated yet."""
    head = sym(function) if isinstance(function, str) else function
    return [6, *head, *pairs(*(("", one) for one in arguments))]


def promise(code: Item, value: Item = UNBOUND) -> Item:
    """CVE-2024-27322: an expression that is evaluated when it is looked at."""
    return [flags(5, tag=True), *GLOBAL, *value, *code]


def closure(body: Item, formals: Item = NIL) -> Item:
    """A function."""
    return [flags(3, tag=True), *GLOBAL, *formals, *body]


def environment(frame: Item, table: Item = NIL) -> Item:
    """An environment with bindings in a list or in a table."""
    return [4, 0, *GLOBAL, *frame, *table, *NIL]


def bytecode(*constants: Item, reps: int = 1) -> Item:
    """Compiled code: instructions, then constants with their types."""
    return [21, reps, *ints(12, 1), len(constants), *(part for one in constants for part in one)]


def constant(item: Item) -> Item:
    """A constant of bytecode that is an object like any other."""
    return [int(item[0]) & 0xFF, *item]


def language(function: str, argument: Item) -> Item:
    """A call among the constants of bytecode."""
    return [6, *NIL, 0, *sym(function), 2, *NIL, 0, *argument, 0, *NIL]


def altrep(name: str, package: str, state: Item) -> Item:
    """A vector that a class makes of a state."""
    return [238, *pairs(("", sym(name)), ("", sym(package)), ("", ints(13))), *state, *NIL]


def written(item: Item, notation: str = "X", version: int = 3) -> bytes:
    """Spell an object out with its header."""
    head: Item = [version, 0x00040301, 0x00030500 if version == 3 else 0x00020300]
    head += [5, b"UTF-8"] if version == 3 else []
    start = notation.encode() + b"\n"
    return start + b"".join(_spelt(part, notation) for part in head + item)


def _spelt(part: float | bytes, notation: str) -> bytes:
    if notation == "A":
        if isinstance(part, bytes):
            return (
                b"".join(bytes([byte]) if 32 < byte < 127 and byte != 92 else b"\\%03o" % byte for byte in part) + b"\n"
            )
        return f"{part}\n".encode()
    if isinstance(part, bytes):
        return part
    order = ">" if notation == "X" else "<"
    return struct.pack(f"{order}d", part) if isinstance(part, float) else struct.pack(f"{order}i", part)


def rda(notation: str = "X", **variables: Item) -> bytes:
    """Variables by name, as ``save`` writes them."""
    return b"RD%s3\n" % notation.encode() + written(pairs(*variables.items()), notation)


def harmful() -> Item:
    """A call of the shell."""
    return call("system", strs(INERT))


def fitted(code: Item | None = None) -> Item:
    """What a fitted model looks like: coefficients, its call, a formula, a function in an environment."""
    mean = call("mean", sym("x"))
    function = closure(call("{", code or mean), pairs(("x", MISSING)))
    return vector(
        reals(1.5, -2.25), call("lm", call("~", sym("y"), sym("x")), sym("data")), function,
        environment(pairs(("n", ints(7)), ("p", promise(mean, reals(2.0))))), strs("a", "b"),
    )  # fmt: skip


def honest_named_rds() -> bytes:
    """A fitted model."""
    return written(fitted())


def promise_named_rds() -> bytes:
    """A promise where an object should be."""
    return written(promise(harmful()))


def kept_promise_named_rds() -> bytes:
    """A promise with its value: nothing is left to be run."""
    return written(promise(call("mean", sym("x")), ints(1)))


def harmless_promise() -> bytes:
    """The same promise without its value: what it calls is chosen by whoever wrote the file."""
    return written(promise(call("mean", sym("x"))))


def promise_of(notation: str) -> bytes:
    """The promise in another notation."""
    return written(promise(harmful()), notation)


def promise_in_rda() -> bytes:
    """A variable that runs code when it is read."""
    return rda(model=promise(harmful()))


def honest_rda() -> bytes:
    """A variable."""
    return rda(model=fitted())


def packed_promise() -> bytes:
    """As ``saveRDS`` compresses it."""
    return gzip.compress(promise_named_rds(), mtime=0)


def packed_honest() -> bytes:
    """An honest file as ``saveRDS`` compresses it."""
    return gzip.compress(honest_named_rds(), mtime=0)


def strange_second_byte() -> bytes:
    """R does not look at the byte behind the letter."""
    return b"X\x80" + promise_named_rds()[2:]


def promise_with_attributes() -> bytes:
    """A promise as an attribute of a vector."""
    return written([flags(13, attributes=True), 1, 1, *pairs(("class", promise(harmful())))])


def lazy_variable(code: Item | None = None) -> bytes:
    """An argument of an environment that was never evaluated."""
    return written(environment(pairs(("x", promise(code or harmful())))))


def lazy_in_table() -> bytes:
    """The same in an environment with a table."""
    return written(environment(NIL, vector(NIL, pairs(("x", promise(harmful()))))))


def harmless_lazy_variable() -> bytes:
    """An argument that waits, as honest environments have them."""
    return lazy_variable(call("mean", sym("y")))


def lazy_dots() -> bytes:
    """Arguments that wait behind three dots."""
    return written(environment(pairs(("...", pairs(("", promise(call("mean", sym("y")))), kind=17)))))


def active_binding() -> bytes:
    """A variable that is a function call in disguise."""
    cells = pairs(("x", closure(call("mean", sym("y")))), levels=1 << 15)
    return written(environment(cells))


def plain_binding() -> bytes:
    """The same variable without the disguise."""
    return written(environment(pairs(("x", closure(call("mean", sym("y")))))))


def function_calling(name: str = "system") -> bytes:
    """A model whose function reaches beyond computing."""
    return written(fitted(call(name, strs(INERT))))


def qualified_call() -> bytes:
    """The same with the package's name."""
    return written(fitted(call(call("::", sym("base"), sym("system")), strs(INERT))))


def call_by_string() -> bytes:
    """The same by ``do.call``."""
    return written(fitted(call("do.call", strs("system"), strs(INERT))))


def call_by_argument() -> bytes:
    """The same by ``lapply``."""
    return written(fitted(call("lapply", strs(INERT), sym("system"))))


def compiled() -> bytes:
    """Compiled code that calls the shell."""
    return written(closure(bytecode(language("system", strs(INERT)))))


def uncompiled() -> bytes:
    """A function that is not compiled."""
    return written(closure(call("mean", sym("x"))))


def compiled_symbol() -> bytes:
    """Compiled code whose constants have a bare name only."""
    return written(closure(bytecode(constant(sym("system")))))


def shared_constant_beyond() -> bytes:
    """A shared constant that is not there: R does not check its number."""
    return written(closure(bytecode([243, 99], reps=1)))


def shared_constant() -> Item:
    """A constant that is kept, and used again."""
    kept: Item = [244, 0, 6, *NIL, *sym("mean"), 0, *NIL]
    return closure(bytecode(kept, [243, 0]))


def foreign_class() -> bytes:
    """A vector whose class is in a package that is loaded for it."""
    return written(altrep("inert_class", "inertAbsentPkg", ints(1)))


def compact() -> bytes:
    """The numbers from 1 to 10 as R writes them."""
    return written(altrep("compact_intseq", "base", reals(10, 1, 1)))


def mapped_file() -> bytes:
    """A vector that is a file of the machine."""
    return written(altrep("mmap_real", "base", pairs(("", strs("/inert/absent")), ("", ints(1)))))


def claiming(count: int = 1 << 30) -> bytes:
    """A vector of more numbers than the file has bytes."""
    return written([14, count, 1.0])


def deep(depth: int = 20_000) -> bytes:
    """Lists within lists."""
    return written([19, 1] * depth + NIL)
