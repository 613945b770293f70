"""The lists of operators: every row is whole, and each operator that acts has its inputs looked up."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import weighbridge.rules.vocabulary
from weighbridge.formats.tensorflow.acting import ACTING, DIRECT_CALLS, PASSING
from weighbridge.rules.execution import graph_operator as rule

LISTS = Path(weighbridge.rules.vocabulary.__path__[0]) / "lists"
CATEGORIES = {rule.FINE, rule.PLACE, rule.ASKED, *rule.GRAVE, "opaque", "native", "custom"}


def rows(name: str) -> list[list[str]]:
    lines = (LISTS / f"operators_{name}.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("name", ["tensorflow", "mxnet"])
def test_rows_are_whole_sorted_and_said_once(name: str) -> None:
    listed = rows(name)
    assert all(len(row) == 4 and all(row) for row in listed)
    assert {row[1] for row in listed} <= CATEGORIES
    names = [row[0] for row in listed]
    assert names == sorted(names)
    assert not [one for one, count in Counter(names).items() if count > 1]


def test_the_registry_is_there_in_full() -> None:
    assert len(rows("tensorflow")) > 1_900
    assert len(rows("mxnet")) > 900


def test_whatever_depends_on_text_has_its_text_looked_up() -> None:
    conditional = {row[0] for row in rows("tensorflow") if row[1] in (rule.PLACE, rule.ASKED)}
    assert conditional <= ACTING.keys()
    listed = {row[0]: row[1] for row in rows("tensorflow")}
    assert {name for name in ACTING if listed.get(name, "") in ("", rule.FINE)} <= {"StablehloCustomCall"}
    assert {*DIRECT_CALLS, *PASSING} <= listed.keys()
    assert {listed[name] for name in PASSING} == {rule.FINE}
