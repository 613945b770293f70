"""What a worker answers: read back as it was written, and refused where it has another shape."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.errors import Malformed
from weighbridge.inventory.application import facts, terms
from weighbridge.inventory.application.facts import Call, FileFacts, Setting
from weighbridge.inventory.application.terms import (
    Choice,
    Document,
    Imported,
    Item,
    Joined,
    Option,
    Parameter,
    Plain,
    Sequence,
    Span,
    Table,
    Text,
    Unknown,
    Variable,
)

FILE = 3
words = st.text(max_size=20)
spans = st.builds(
    Span, line=st.integers(1, 9), column=st.integers(1, 9), end_line=st.integers(1, 9), end_column=st.integers(1, 9),
    start=st.integers(-1, 99), end=st.integers(-1, 99), file=st.just(FILE),
)  # fmt: skip
leaves = st.one_of(
    st.builds(Text, text=words, at=spans, literal=st.booleans()), st.builds(Plain, word=words),
    st.builds(Imported, path=words, file=st.just(FILE)), st.builds(Unknown, why=words),
)  # fmt: skip


def _more(inner: st.SearchStrategy[terms.Term]) -> st.SearchStrategy[terms.Term]:
    several = st.lists(inner, max_size=3).map(tuple)
    maybe = st.none() | inner
    return st.one_of(
        st.builds(Variable, name=words, at=spans, default=maybe), st.builds(Option, name=words, default=maybe),
        st.builds(Parameter, function=words, name=words, position=st.integers(-1, 9), default=maybe),
        st.builds(Joined, parts=several, between=words, at=spans), st.builds(Choice, of=several),
        st.lists(st.tuples(words, inner), max_size=3).map(
            lambda pairs: Table(keys=tuple(key for key, _ in pairs), values=tuple(one for _, one in pairs))
        ),
        st.builds(Sequence, items=several), st.builds(Document, path=inner, file=st.just(FILE)),
        st.builds(Item, of=inner, key=words),
    )  # fmt: skip


any_term = st.recursive(leaves, _more, max_leaves=8)
calls = st.builds(
    Call, loader=words, callable=words, given=st.lists(st.tuples(words, any_term), max_size=2).map(tuple), at=spans,
    entry=st.integers(0, 5), cell=st.integers(0, 5),
    replaced=st.lists(words, max_size=2).map(tuple),
)  # fmt: skip
all_facts = st.builds(
    FileFacts, calls=st.lists(calls, max_size=2).map(tuple),
    settings=st.lists(st.builds(Setting, name=words, term=any_term, scope=words), max_size=2).map(tuple),
    exports=st.lists(st.tuples(words, any_term), max_size=2).map(tuple), held=words, digest=words,
    trouble=st.lists(words, max_size=2).map(tuple),
)  # fmt: skip


@given(all_facts)
def test_facts_come_back_as_they_were(found: FileFacts) -> None:
    assert facts.loads(facts.dumps(found), FILE) == found


DEEP = ["unknown", ""]
for _ in range(40):
    DEEP = ["item", DEEP, ""]


@pytest.mark.parametrize(
    "change",
    [
        {"calls": 7}, {"calls": [[]]}, {"calls": [["a", "b", [], [1, 1, 1, 1, 0], 0, 0]]},
        {"calls": [["a", "b", [], [1, 1, 1, 1, 0, "0"], 0, 0]]},
        {"calls": [["a", "b", [], [1, 1, 1, 1, 0, 0], True, 0]]},
        {"calls": [["a", "b", [], [1, 1, 1, 1, 0, 0], 0, -9]]}, {"settings": [["a", ["text", "b"], "env"]]},
        {"settings": [["a", ["eval", "b"], "env"]]}, {"settings": [["a", ["plain", 7], "env"]]},
        {"exports": [["a", ["table", ["k"], []]]]}, {"exports": [["a", DEEP]]}, {"exports": [["a", ["choice", {}]]]},
        {"held": "x" * 5_000}, {"trouble": ["x"] * 1_000}, {"more": 1}, {"digest": None},
    ],
    ids=range(16),
)  # fmt: skip
def test_what_has_another_shape_is_refused(change: dict[str, object]) -> None:
    honest = json.loads(facts.NOTHING)
    facts.loads(json.dumps(honest).encode(), FILE)
    with pytest.raises(Malformed):
        facts.loads(json.dumps(honest | change).encode(), FILE)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\x80\x04.", b"nul", facts.NOTHING[:-1], b"[" * 100_000])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        facts.loads(data, FILE)


def test_a_worker_answers_no_more_than_is_taken() -> None:
    at = Span(line=1, column=1, end_line=1, end_column=2)
    huge = Choice(of=tuple(Text(text="x" * 9_999, at=at) for _ in range(900)))
    nested: terms.Term = huge
    for _ in range(100):
        nested = Sequence(items=(nested,))
    many = FileFacts(
        calls=tuple(Call(loader="l", callable="c" * 999, given=(("subject", nested),), at=at) for _ in range(9)) * 300,
        exports=(("a", huge),),
        trouble=("t" * 9_999,) * 99,
    )
    found = facts.loads(facts.dumps(many), FILE)
    assert len(found.calls) == facts.CALLS
    assert found.trouble[-1].startswith("more than")
