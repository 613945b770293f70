"""picklescan: streams that it read otherwise than the loader does (memo, operands, breaks, framing)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.builders import torch_legacy
from tests.builders.pickles import hostile_calls, hostile_streams
from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import SHELL, VETTED, Target, call, call_target, pickled_call, program
from tests.builders.pickles.writer import data
from tests.museum.exhibit import Exhibit, Form

_SOURCE = "picklescan, issue or advisory on parsing"
_SAFE = ("torch._utils", "_rebuild_tensor_v2")


def _remembered(text: str, store: bytes) -> bytes:
    return op.BINSTRING(text.encode()) + store


def mixed_memo(target: Target = SHELL) -> bytes:
    """PUT and MEMOIZE mixed: a reader that counts only MEMOIZE takes slots 0 and 1 for harmless names."""
    real = _remembered(target.module, op.BINPUT(0)) + _remembered(target.name, op.BINPUT(1))
    shown = b"".join(_remembered(name, op.MEMOIZE) for name in _SAFE)
    called = op.BINGET(0) + op.BINGET(1) + op.STACK_GLOBAL + data(target.arguments) + op.REDUCE
    return program(real, op.POP * 2, shown, op.POP * 2, called)


def shuffled_slots(target: Target = SHELL) -> bytes:
    """PUT fills slots 2 and 3 before 0 and 1: a reader that appends takes the last two for the first two."""
    names = zip((2, 3, 0, 1), (target.module, target.name, "torch", "LongStorage"), strict=True)
    stored = b"".join(op.UNICODE(text) + op.PUT(slot) + op.POP for slot, text in names)
    return program(
        stored, op.GET(2), op.GET(3), op.STACK_GLOBAL, op.MARK, *_pushed(target), op.TUPLE, op.REDUCE, protocol=0
    )


def _pushed(target: Target) -> list[bytes]:
    return [data(argument, 0) for argument in target.arguments]


def missing_memo_name(target: Target = SHELL) -> bytes:
    """After the payload, STACK_GLOBAL on a slot that was never filled."""
    filled = data("os") + op.MEMOIZE
    return program(call_target(target), op.POP, filled, op.BINGET(3), op.BINGET(0), op.STACK_GLOBAL, data(66))


def number_for_name(target: Target = SHELL) -> bytes:
    """After the payload, STACK_GLOBAL on a number and a string."""
    filled = data(42) + op.MEMOIZE + data("os") + op.MEMOIZE
    return program(call_target(target), op.POP, filled, op.BINGET(0), op.BINGET(1), op.STACK_GLOBAL, data(66))


def broken_model(target: Target = SHELL) -> bytes:
    """GLOBAL, arguments, REDUCE, then a string that promises more bytes than there are: nullifAI's shape."""
    return call_target(target, protocol=1) + op.BINUNICODE(b".", length=1 << 20)[:2]


def invalid_tail(target: Target = SHELL) -> bytes:
    """A whole stream and a few bytes that are no pickle."""
    return shuffled_slots(target) + b"\n\n\t\t"


def sour_pickle() -> bytes:
    """The exploit of 2011: `globals`, `compile`, `eval`, `getattr` and `apply` of Python 2, one after another."""
    kept = op.PUT
    steps = [
        op.GLOBAL("__builtin__", "globals") + op.EMPTY_TUPLE + op.REDUCE + kept(100) + op.POP,
        call("__builtin__", "compile", "'INERT'", "", "eval", protocol=0) + kept(101) + op.POP,
        op.GLOBAL("__builtin__", "eval") + op.MARK + op.GET(101) + op.GET(100) + op.TUPLE + op.REDUCE + op.POP,
        call("__builtin__", "getattr", Global("__builtin__", "dict"), "get", protocol=0) + kept(103) + op.POP,
        op.GLOBAL("__builtin__", "apply")
        + op.MARK
        + op.GET(103)
        + op.MARK
        + op.GET(100)
        + op.LIST
        + op.TUPLE
        + op.REDUCE,
    ]
    return program(*steps, protocol=1)


def attribute_chain() -> bytes:
    """`operator.attrgetter("system")(__import__("os"))`, called."""
    got = call("operator", "attrgetter", "system") + call("builtins", "__import__", "os") + op.TUPLE1 + op.REDUCE
    return program(got, data(("echo INERT",)), op.REDUCE)


def evaluated_magic() -> bytes:
    """A legacy torch file whose magic number is what `eval` returns; the object is hostile too."""
    magic = program(call("builtins", "eval", "MAGIC_NUMBER", protocol=2), protocol=2)
    return torch_legacy.legacy((), poisoned=call_target(SHELL, protocol=2), replaced={"magic": magic})


def swapped_modules() -> bytes:
    """`sys.modules` gets another module under a harmless name, which is imported next."""
    swap = op.GLOBAL("sys", "modules") + data("torch") + call("importlib", "import_module", "os") + op.SETITEM + op.POP
    return program(swap, call("torch", "system", "echo INERT"))


def _around(id_: str, title: str, build: Callable[..., bytes], **ids: tuple[str, ...]) -> Exhibit:
    """The twin has the same structure around a vetted name."""
    twin = partial(build, target=VETTED)
    return Exhibit(id=id_, title=title, source=_SOURCE, build=build, twin=twin, also=ids.get("also", ()))


def _against(id_: str, title: str, build: Callable[[], bytes], **ids: tuple[str, ...]) -> Exhibit:
    """The structure itself is the trick; the twin is a whole stream around a vetted name."""
    return Exhibit(id=id_, title=title, source=_SOURCE, build=build, also=ids.get("also", ()))


def _legacy(id_: str, title: str, build: Callable[[], bytes], **ids: tuple[str, ...]) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build,
        twin=partial(torch_legacy.legacy, ()),
        plain=partial(torch_legacy.legacy, (), poisoned=call_target(SHELL, protocol=2)),
        name="model.bin",
        plain_name="model.pth",
        also=ids.get("also", ()),
    )


EXHIBITS = (
    _around("picklescan#14", "put_and_memoize", mixed_memo),
    _around("picklescan#22", "slots_out_of_order", shuffled_slots),
    _around("picklescan#22", "memo_desync", hostile_streams.memo_desync, also=("card rowandwhelan",)),
    _around("picklescan#21", "inst", hostile_calls.inst),
    _around(
        "GHSA-9gvj-pp9x-gcfr",
        "string_operands",
        partial(hostile_calls.stack_global, push=op.STRING),
        also=("CVE-2025-71325",),
    ),
    _around("picklescan#46", "shuffled_operands", hostile_streams.shuffled_operands),
    _around("card EnigmaConsultant reused slots", "reused_slots", hostile_streams.reused_slots),
    _against("picklescan#52", "keyerror", missing_memo_name),
    _against("picklescan#52", "type_confusion", number_for_name),
    _against("picklescan#33", "broken_model", broken_model, also=("nullifAI 2025",)),
    _against("picklescan#33", "invalid_tail", invalid_tail),
    _against("picklescan malicious0", "sour_pickle", sour_pickle),
    _against("picklescan malicious12", "attribute_chain", attribute_chain),
    _against("picklescan sys_module_override", "swapped_modules", swapped_modules),
    _against("picklescan sys_module_override", "swapped_entry", hostile_calls.swapped_module),
    *(
        Exhibit(
            id="card xiaoyaoes multipickle",
            title=f"after_{count}",
            source=_SOURCE,
            build=partial(hostile_streams.stacked, SHELL, count),
            twin=partial(hostile_streams.stacked, VETTED, count),
        )
        for count in (1, 6, 40)
    ),
    _legacy("GHSA-97f8-7cmv-76j2", "evaluated_magic", evaluated_magic, also=("CVE-2026-53875",)),
    _legacy(
        "GHSA-jgw4-cr84-mqxg",
        "computed_magic",
        partial(torch_legacy.computed_magic, (), poisoned=call_target(SHELL, protocol=2)),
    ),
    Exhibit(
        id="GHSA-jgw4-cr84-mqxg",
        title="bare_pickle_as_bin",
        source=_SOURCE,
        build=partial(
            pickled_call, Target("asyncio.unix_events", "_UnixSubprocessTransport._start", ({}, "echo INERT"))
        ),
        twin=plain_data,
        name="model.bin",
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
