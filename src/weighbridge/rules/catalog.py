"""The set of rules: immutable, indexed by the type of fact that each rule asks for.

A rule is a module with ``INFO`` and ``match(fact: A | B, words: Vocabulary)``; the annotation of ``fact`` is its
subscription. A rule on whole repositories has ``survey(repository: Repository, words: Vocabulary)`` in its place.
``INDEX`` is generated from the modules (``make generate``), so that a rule is imported only when a fact that it asks
for appears; a test holds the two together.
"""

from __future__ import annotations

from weighbridge.core.facts import Call, GlobalReference, ItemChange, StateChange
from weighbridge.core.modules import fetch
from weighbridge.rules.index import INDEX

_NAMED = GlobalReference | Call | StateChange | ItemChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from weighbridge.core.facts import Fact
    from weighbridge.core.finding import Match, RuleInfo
    from weighbridge.core.repository import Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

    class Rule(Protocol):
        """A module under ``rules``."""

        INFO: RuleInfo

        def match(self, fact: Fact, words: Vocabulary) -> Iterator[Match]:
            """Yield what the rule finds in a fact."""
            ...

    class RepositoryRule(Protocol):
        """A module under ``rules/repository``."""

        INFO: RuleInfo

        def survey(self, repository: Repository, words: Vocabulary) -> Iterator[tuple[str, Match]]:
            """Yield paths of files and what the rule finds about them."""
            ...


class RuleSet:
    """All rules; ``disabled`` rules are never shown a fact."""

    def __init__(self, *, disabled: frozenset[str] = frozenset(), words: Vocabulary | None = None) -> None:
        self._words = words
        self._wanted: dict[str, list[str]] = {}
        for rule, (module, subscriptions) in INDEX.items():
            for subscription in subscriptions if rule not in disabled else ():
                self._wanted.setdefault(subscription, []).append(module)

    @property
    def words(self) -> Vocabulary:
        """The vocabulary; made when a rule first needs it, because plain data has no names to look up."""
        if self._words is None:
            from weighbridge.rules.vocabulary.standing import Vocabulary

            self._words = Vocabulary()
        return self._words

    def matches(self, fact: Fact) -> Iterator[tuple[RuleInfo, Match]]:
        """Yield every match of a fact. A vetted use of a name is not worth importing a rule for."""
        modules = self._wanted.get(type(fact).__name__)
        if not modules:
            return
        if isinstance(fact, _NAMED) and self.words.settles(fact):
            return
        for module in modules:
            rule: Rule = fetch(module)
            for match in rule.match(fact, self.words):
                yield rule.INFO, match

    def survey(self, repository: Repository) -> Iterator[tuple[str, RuleInfo, Match]]:
        """Yield what the rules on whole repositories find, each with the path of the file that it is about."""
        for module in self._wanted.get("Repository", ()):
            rule: RepositoryRule = fetch(module)
            for path, match in rule.survey(repository, self.words):
                yield path, rule.INFO, match


def info(rule: str) -> RuleInfo | None:
    """Find the words of a rule by its id."""
    entry = INDEX.get(rule.upper())
    if entry is None:
        return None
    found: RuleInfo = fetch(entry[0]).INFO
    return found


def all_infos() -> tuple[RuleInfo, ...]:
    """Give the words of every rule, in the order of their ids."""
    return tuple(found for found in (info(rule) for rule in INDEX) if found is not None)
