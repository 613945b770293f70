"""``@value`` keeps the contract of a frozen, slotted, keyword-only dataclass, which serves here as the oracle."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import textwrap
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.values import field_names, replace, value


@value
class Point:
    """A point."""

    x: int
    y: int = 7
    KIND: ClassVar[str] = "point"

    @property
    def sum(self) -> int:
        return self.x + self.y


@value
class Named(Point):
    name: str = ""

    def __repr__(self) -> str:
        return f"<{self.name}>"


@value
class Moved(Point):
    y: int


@value
class Other:
    x: int
    y: int = 7


@value
class Nothing:
    """No field at all."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    x: int
    y: int = 7


NUMBERS = st.integers(-2, 2)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_equality_and_hash_are_those_of_the_contents(a: int, b: int, c: int, d: int) -> None:
    ours, theirs = (Point(x=a, y=b), Point(x=c, y=d)), (Oracle(x=a, y=b), Oracle(x=c, y=d))
    assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])
    assert len(set(ours)) == len(set(theirs))
    assert repr(ours[0]) == repr(theirs[0]).replace("Oracle", "Point")


def test_values_of_different_classes_are_never_equal() -> None:
    point: object = Point(x=1)
    for other in (Other(x=1), Named(x=1), (1, 7), Moved(x=1, y=7)):
        assert point != other
        assert other != point
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())


@pytest.mark.parametrize("name", ["x", "y", "KIND", "sum", "unheard_of"])
def test_nothing_can_be_set_or_deleted(name: str) -> None:
    point = Point(x=1)
    with pytest.raises(AttributeError, match=f"Point is frozen: '{name}'"):
        setattr(point, name, 2)
    with pytest.raises(AttributeError, match="frozen"):
        delattr(point, name)
    assert point == Point(x=1)


def test_there_is_no_room_for_other_attributes() -> None:
    assert not hasattr(Point(x=1), "__dict__")
    with pytest.raises(AttributeError):
        object.__setattr__(Point(x=1), "unheard_of", 1)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [({}, "Point needs 'x'"), ({"x": 1, "z": 2}, "Point has no field 'z'"), ({"y": 1}, "Point needs 'x'")],
)
def test_missing_and_unknown_fields_are_refused(given: dict[str, int], complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        Point(**given)


def test_fields_are_never_positional() -> None:
    positional: Any = Point
    with pytest.raises(TypeError):
        positional(1)


def test_fields_of_base_classes_come_first_and_may_be_declared_again() -> None:
    assert field_names(Named) == ("x", "y", "name")
    assert field_names(Moved) == ("x", "y")
    assert field_names(Nothing) == ()
    assert Named(x=1, name="a").y == 7
    assert Moved(x=1, y=2).sum == 3
    incomplete: Any = Moved
    with pytest.raises(TypeError, match="Moved needs 'y'"):
        incomplete(x=1)
    assert Named(x=1, y=2, name="a").sum == 3
    assert Point.KIND == "point"
    assert Point.__doc__ == "A point."


def test_a_repr_of_its_own_is_kept() -> None:
    assert repr(Named(x=1, name="a")) == "<a>"


@given(NUMBERS, NUMBERS)
def test_replace_changes_what_it_is_told_and_nothing_else(x: int, y: int) -> None:
    first = Named(x=0, y=1, name="a")
    assert replace(first, x=x, y=y) == Named(x=x, y=y, name="a")
    assert first == Named(x=0, y=1, name="a")
    assert type(replace(first)) is Named
    with pytest.raises(TypeError, match="no field 'z'"):
        replace(first, z=1)


@pytest.mark.parametrize("made", [Point(x=1, y=2), Named(x=1, name="a"), Nothing()])
def test_values_can_be_copied_and_sent(made: object) -> None:
    assert copy.copy(made) == made
    assert copy.deepcopy(made) == made
    assert pickle.loads(pickle.dumps(made)) == made


def test_a_field_that_cannot_be_hashed_makes_the_value_so_too() -> None:
    held: Any = [1]
    with pytest.raises(TypeError, match="unhashable"):
        hash(Point(x=held))


def test_type_checkers_see_fields_and_frozenness(tmp_path: Path) -> None:
    from mypy import api

    source = tmp_path / "uses.py"
    source.write_text(
        textwrap.dedent("""
        from weighbridge.core.values import value

        @value
        class Point:
            x: int
            y: int = 7

        Point(x=1)
        Point(1)
        Point(x="a")
        Point()
        Point(x=1).x = 2
        Point(x=1).z
        """)
    )
    said, _, _ = api.run(["--strict", "--no-incremental", "--follow-imports=silent", str(source)])
    wrong = {int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line}
    assert wrong == {10, 11, 12, 13, 14}
