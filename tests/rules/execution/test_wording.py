"""Uses of names as lines of Python."""

from __future__ import annotations

import pytest

from tests.rules.execution.samples import ECHO, HERE, call, items, reference, state
from weighbridge.core.facts import Argument, Call, Origin
from weighbridge.core.values import replace
from weighbridge.rules.execution.wording import LINE, NAME, line, short, subject, written

ONE = Argument(kind="int", text="1", number=1)


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        (ECHO, "'echo INERT'"),
        (replace(ECHO, truncated=True), "'echo INERT…'"),
        (ONE, "1"),
        (Argument(kind="none", text="None"), "None"),
        (Argument(kind="bytes", text="b'N.'"), "b'N.'"),
        (Argument(kind="global", text="posix.system"), "posix.system"),
        (Argument(kind="unknown"), "<unknown>"),
        (Argument(kind="persid"), "<persid>"),
        (Argument(kind="list"), "[]"),
        (Argument(kind="tuple", items=(ONE,)), "(1,)"),
        (Argument(kind="tuple", items=(ONE, ONE)), "(1, 1)"),
        (Argument(kind="tuple", items=(ONE,), truncated=True), "(1, …)"),
        (Argument(kind="dict", items=(ECHO, ONE)), "{'echo INERT': 1}"),
        (Argument(kind="set", items=(ONE,) * 20), "{1, 1, 1, 1, 1, 1, 1, 1, …}"),
    ],
)
def test_an_argument_reads_like_python(argument: Argument, text: str) -> None:
    assert written(argument) == text


def test_containers_end_at_the_third_level() -> None:
    nested = Argument(kind="list", items=(Argument(kind="list", items=(Argument(kind="list", items=(ONE,)),)),))
    assert written(nested) == "[[[…]]]"


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (reference("posix", "system"), "from posix import system"),
        (call("posix", "system", ECHO), "posix.system('echo INERT')"),
        (call("torch", "Size", *[ONE] * 9), "torch.Size(1, 1, 1, 1, 1, 1, 1, 1, …)"),
        (call("my_pkg", "build", origin=Origin.RESULT), "my_pkg.build(…)()"),
        (replace(call("my_pkg", "Net", opcode="NEWOBJ_EX"), keywords=("width",)), "my_pkg.Net(width=…)"),
        (state("my_pkg", "Net"), "my_pkg.Net.__setstate__({})"),
        (items("os", "environ", "'a'", "'b'"), "os.environ['a', 'b'] = …"),
        (items("sys", "path", opcode="APPENDS"), "sys.path.appends(…)"),
    ],
)
def test_a_use_reads_like_python(fact: Call, text: str) -> None:
    assert line(fact) == text


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin.GLOBAL, "`my_pkg.build`"),
        (Origin.RESULT, "the result of `my_pkg.build`"),
        (Origin.PERSISTENT, "what the loader makes of a persistent id"),
        (Origin.DATA, "plain data"),
        (Origin.UNKNOWN, "something unknown"),
    ],
)
def test_the_subject_says_where_it_comes_from(origin: Origin, text: str) -> None:
    assert subject(call("my_pkg", "build", origin=origin)) == text


def test_nothing_that_a_file_holds_makes_a_long_line() -> None:
    long = Argument(kind="str", text="x" * 100_000)
    fact = Call(
        at=HERE, opcode="NEWOBJ_EX", origin=Origin.GLOBAL, module="m" * 100_000, name="n" * 100_000,
        arguments=(Argument(kind="list", items=(long,) * 50),) * 50, keywords=("k" * 100_000,) * 50,
    )  # fmt: skip
    assert len(line(fact)) <= LINE + 1
    assert len(subject(fact)) <= NAME + 3


def test_shortening_keeps_both_ends() -> None:
    assert short("abcdefgh", 8) == "abcdefgh"
    assert short("abcdefghi", 8) == "abcd…fghi"
