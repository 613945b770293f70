"""Facts of one container are bounded."""

from __future__ import annotations

from weighbridge.core.facts import ContainerOddity, Oddity, TrailingData
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers.oddities import COMMENT, PER_KIND, Notes, Oddities, Remark, comment, excerpt, span
from weighbridge.formats.node import Node


def remark(number: int, kind: Oddity = Oddity.LINK) -> Remark:
    return Remark(kind=kind, member=f"m{number}", detail="d", offset=number)


def test_each_fact_is_told_where_it_is() -> None:
    tell = Oddities("zip", Node(name="n", member=("outer",)))
    (fact,) = tell.note(Oddity.LINK, "m", "detail", 3, 4)
    assert isinstance(fact, ContainerOddity)
    assert (fact.container, fact.kind, fact.member, fact.detail) == ("zip", Oddity.LINK, "m", "detail")
    assert (fact.at.member, fact.at.offset, fact.at.length) == (("outer",), 3, 4)
    assert not list(tell.rest())


def test_a_flood_of_one_kind_is_cut_and_said_to_be_cut() -> None:
    tell = Oddities("zip", Node(name="n"))
    told = [fact for number in range(1000) for fact in tell.say(remark(number))]
    told += tell.note(Oddity.OVERLAP, "other", "kind")
    assert len(told) == PER_KIND + 1
    (rest,) = tell.rest()
    assert isinstance(rest, ContainerOddity)
    assert (rest.kind, rest.detail) == (Oddity.LINK, "more of the same")


def test_trailing_data_is_told_with_its_span_and_cut_as_well() -> None:
    source = BytesSource(bytes(10) + b"x")
    tell = Oddities("zip", Node(name="n"))
    (fact,) = tell.say(span(source, "gap", 2, 5, "a"))
    assert isinstance(fact, TrailingData)
    assert (fact.where, fact.zero, fact.after, fact.at.offset, fact.at.length) == ("gap", True, "a", 2, 3)
    (fact,) = tell.say(span(source, "tail", 2, 11, "a"))
    assert isinstance(fact, TrailingData)
    assert not fact.zero
    for _ in range(PER_KIND):
        list(tell.say(span(source, "gap", 2, 5, "a")))
    (rest,) = tell.rest()
    assert isinstance(rest, TrailingData)
    assert rest.where == "gap"


def test_notes_are_bounded_and_say_nothing_twice() -> None:
    notes = Notes()
    for number in range(10 * PER_KIND):
        notes.add(remark(number), remark(0, Oddity.COMMENT))
    kinds = [one.kind for one in notes.said]
    assert kinds.count(Oddity.LINK) == PER_KIND + 1
    assert kinds.count(Oddity.COMMENT) == 1


def test_excerpts_are_short() -> None:
    assert excerpt("x" * 10) == "x" * 10
    assert len(excerpt("x" * 10_000)) < 300


def test_a_comment_is_words() -> None:
    def where(content: bytes) -> str:
        return comment(BytesSource(content), "tail", 0, len(content), "end").where

    assert where(b"3f786850e387550fdab836ed7e6dc881de23001b") == "comment"
    assert where("zwei\tW\u00f6rter\r\n".encode()) == "comment"
    assert where(b"") == "comment"
    for content in (b"\0words", b"\x80\4K\1.", b"\xff\xfe", b"\x1b[31m", b"w" * (COMMENT + 1)):
        assert where(content) == "tail"
