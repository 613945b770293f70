"""Where hand-made facts lie, and what a rule says about them."""

from __future__ import annotations

from types import ModuleType

from weighbridge.core.facts import Fact
from weighbridge.core.finding import Match
from weighbridge.core.location import Location
from weighbridge.rules.vocabulary.standing import Vocabulary

FILE = Location(offset=0, length=64)
MEMBER = Location(member=("archive/data.pkl",), offset=17, length=64)
WORDS = Vocabulary()


def found(rule: ModuleType, fact: Fact) -> tuple[Match, ...]:
    """What a rule finds in a fact that is not about names."""
    matches: tuple[Match, ...] = tuple(rule.match(fact, WORDS))
    assert all(match.fact is fact and "\n" not in match.message for match in matches)
    return matches


def only(rule: ModuleType, fact: Fact) -> Match:
    """The one match that there is."""
    (match,) = found(rule, fact)
    return match
