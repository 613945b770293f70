"""The enumeration of words behaves as ``enum.StrEnum``, which serves here as the oracle."""

from __future__ import annotations

import copy
import enum
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import weighbridge
from weighbridge.core import enums
from weighbridge.core.finding import Severity

SOURCE = Path(weighbridge.__file__).parents[1]


class Ours(enums.StrEnum):
    """Words."""

    FIRST = "first"
    """The first."""
    SECOND = "second word"

    @property
    def shout(self) -> str:
        return self.upper()


class Theirs(enum.StrEnum):
    FIRST = "first"
    SECOND = "second word"


BOTH = pytest.mark.parametrize("kind", [Ours, Theirs])


@BOTH
def test_members_are_strings_in_order(kind: Any) -> None:
    assert list(kind) == ["first", "second word"]
    assert list(reversed(kind)) == ["second word", "first"]
    assert len(kind) == 2
    assert list(kind.__members__) == ["FIRST", "SECOND"]
    assert isinstance(kind.FIRST, str)
    assert isinstance(kind.FIRST, kind)


@BOTH
def test_a_word_gives_the_one_member(kind: Any) -> None:
    assert kind("second word") is kind.SECOND
    assert kind(kind.FIRST) is kind.FIRST
    for word in ("third", "FIRST", "", None, 1, ["first"]):
        with pytest.raises(ValueError, match="is not a valid"):
            kind(word)


@BOTH
def test_a_member_can_be_told_by_its_texts(kind: Any) -> None:
    member = kind.SECOND
    assert (member.name, member.value, str(member)) == ("SECOND", "second word", "second word")
    assert f"{member:>12}" == " second word"
    assert repr(member) == f"<{kind.__name__}.SECOND: 'second word'>"
    assert {member: 1}["second word"] == 1
    assert type(str(member)) is str


@BOTH
def test_copies_are_the_same_object(kind: Any) -> None:
    for member in kind:
        assert copy.copy(member) is member
        assert copy.deepcopy(member) is member
        assert pickle.loads(pickle.dumps(member)) is member


@BOTH
def test_nothing_can_be_changed(kind: Any) -> None:
    with pytest.raises(AttributeError):
        kind.FIRST = "other"
    with pytest.raises(AttributeError):
        del kind.FIRST


def test_membership_takes_any_object() -> None:
    kind: Any = Ours
    assert "first" in kind
    assert Ours.FIRST in kind
    for other in ("FIRST", 1, None, ["first"]):
        assert other not in kind


def test_members_have_no_room_for_attributes() -> None:
    member: Any = Ours.FIRST
    with pytest.raises(AttributeError):
        member.other = 1


def test_methods_and_documentation_stay() -> None:
    assert Ours.FIRST.shout == "FIRST"
    assert Ours.__doc__ == "Words."
    assert [severity.rank for severity in Severity] == [0, 1, 2, 3, 4]


def test_enum_itself_is_not_imported() -> None:
    program = "import sys; import weighbridge.core.finding, weighbridge.core.facts; print('enum' in sys.modules)"
    command, environment = [sys.executable, "-S", "-c", program], {"PYTHONPATH": str(SOURCE)}
    assert subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout == "False\n"
