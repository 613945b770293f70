"""The catalogue: all rows of the annexes, feeds that exist, dates with a source, and none anywhere else."""

from __future__ import annotations

import ast
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.inventory.views import samples
from weighbridge.governance import dossier as package
from weighbridge.governance.dossier.feeds import Feeds
from weighbridge.governance.dossier.rows import Fill, Row, obligations, parts, row_of, rows
from weighbridge.governance.dossier.telling import NOTICE

HERE = Path(str(package.__file__)).parent


def of(part: str) -> list[Row]:
    return [row for row in rows() if row.part == part]


def test_annex_iv_has_its_23_rows() -> None:
    wanted = [f"{point}({letter})" for point in (1, 2) for letter in "abcdefgh"] + list("3456789")
    assert [row.number for row in of("iv")] == wanted
    assert Counter(row.fill for row in of("iv")) == {Fill.AUTOMATIC: 2, Fill.PRE_FILLED: 11, Fill.HUMAN: 10}


def test_annexes_xi_and_xii_and_the_summary_have_theirs() -> None:
    first = [f"Section 1, 1({letter})" for letter in "abcdef"] + [f"Section 1, 2({letter})" for letter in "abcde"]
    assert [row.number for row in of("xi")] == first + [f"Section 2, {number}" for number in "123"]
    assert [row.number for row in of("xii")] == [f"1({letter})" for letter in "abcdefgh"] + ["2(a)", "2(b)", "2(c)"]
    numbers = {row.number.partition(",")[0] for row in of("ts")}
    assert numbers == {"1.1", "1.2", "1.3", *(f"2.{number}" for number in range(1, 7)), "3.1", "3.2", "3.3"}
    assert [row.number for row in of("art50")] == ["50(1)", "50(2)", "50(3)", "50(4)"]


def test_every_row_says_all_that_it_must() -> None:
    assert len({row.id for row in rows()}) == len(rows())
    for row in rows():
        assert row_of(row.id) is row
        assert row.part in {part.id for part in parts()}
        assert row.title
        assert row.question.endswith(("?", "."))
        assert row.who
        assert row.article
        assert set(row.needs) <= set(row.evidence), row.id
        assert bool(row.needs) == (row.fill is Fill.AUTOMATIC), row.id
        assert row.fill is Fill.HUMAN or row.evidence, row.id
    assert row_of("iv.2.z") is None


@pytest.mark.parametrize("feed", sorted({feed for row in rows() for feed in (*row.evidence, *row.needs, *row.binds)}))
def test_every_feed_can_be_gathered(feed: str) -> None:
    for graph in (samples.model(), samples.application()):
        feeds = Feeds(graph, ())
        assert all(one.feed == feed and one.what for one in feeds.gather(feed))
        feeds.lacking(feed)


def test_the_notice_counts_as_the_catalogue_does() -> None:
    words = {10: "ten", 11: "eleven"}
    counts = Counter(row.fill for row in of("iv"))
    assert f"{words[counts[Fill.HUMAN]]} of its {len(of('iv'))} rows" in NOTICE
    assert f"{words[counts[Fill.PRE_FILLED]]} more" in NOTICE


def test_dates_have_a_source_and_what_is_not_confirmed_says_so() -> None:
    held = obligations()
    date.fromisoformat(held.checked)
    dates = [one.date for one in held.duties]
    assert dates == sorted(dates)
    for one in held.duties:
        date.fromisoformat(one.date)
        assert one.source.startswith("https://")
        assert one.article
        assert one.what
        assert bool(one.note) != one.confirmed, one.date
        assert set(one.parts) <= {part.id for part in parts()}
    told = {part for one in held.duties for part in one.parts}
    assert told == {part.id for part in parts()}, "a document without a date"


@pytest.mark.parametrize("path", sorted(HERE.glob("*.py")), ids=lambda path: path.name)
def test_no_date_stands_in_the_code(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not [text for text in texts - docs if re.search(r"\b20[23]\d\b", text) and text != "as 2026-11-30"]
