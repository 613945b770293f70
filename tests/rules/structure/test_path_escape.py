"""Names and links that leave the folder; links inside it are another rule's affair."""

from __future__ import annotations

from tests.rules.facts import found, only
from tests.rules.structure.samples import kinds_of, odd
from weighbridge.core.facts import Oddity
from weighbridge.core.finding import Harm
from weighbridge.rules.structure import path_escape


def test_it_knows_these_kinds() -> None:
    assert set(kinds_of(path_escape)) == {Oddity.PATH_ESCAPE, Oddity.LINK_ESCAPE}
    assert path_escape.INFO.harm is Harm.EXECUTION


def test_the_plain_form() -> None:
    match = only(path_escape, odd(Oddity.PATH_ESCAPE, member="../inert.txt", detail="climbs out of the folder"))
    assert match.message == "`../inert.txt`: unpacking it writes outside the folder"
    assert match.severity is None


def test_the_twin_that_stays_inside_is_silent() -> None:
    assert not found(path_escape, odd(Oddity.LINK))
