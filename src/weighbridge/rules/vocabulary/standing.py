"""How a pickle fact stands: vetted, dangerous, or unknown, and in which words. Default deny (DESIGN, law 1)."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.facts import (
    Call,
    GlobalReference,
    ItemChange,
    Origin,
    StateChange,
)
from weighbridge.core.values import value
from weighbridge.rules.vocabulary.contracts import holds, state_holds
from weighbridge.rules.vocabulary.tables import Tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from weighbridge.rules.vocabulary.lists import Lists
    from weighbridge.rules.vocabulary.lookalikes import Lookalikes

    PickleFact: TypeAlias = GlobalReference | Call | StateChange | ItemChange


class Kind(StrEnum):
    """How a use of a name stands."""

    VETTED = "vetted"
    DANGEROUS = "dangerous"
    BROKEN_CONTRACT = "broken_contract"
    MUTATION = "mutation"
    INDIRECT = "indirect"
    STDLIB = "stdlib"
    UNKNOWN = "unknown"
    COVERED = "covered"
    """Another fact about the same name says all there is to say."""


@value
class Standing:
    """The judgement of one fact: ``category`` names the danger, ``reason`` is a clause for people."""

    kind: Kind
    category: str = ""
    reason: str = ""


_SETTLED = frozenset({Kind.VETTED, Kind.COVERED})
_VETTED = Standing(kind=Kind.VETTED)
_COVERED = Standing(kind=Kind.COVERED)

_CERTAIN = frozenset({Kind.VETTED, Kind.DANGEROUS, Kind.STDLIB})
"""What is believed of a name that only one loader arrives at, by a path that mixes names up."""

_METHOD_DUNDERS = frozenset({
    "__setstate__", "__class__", "__reduce__", "__reduce_ex__", "__call__", "__getattr__", "__getattribute__",
    "__setattr__", "__delattr__", "__del__", "__init__", "__new__", "__getstate__", "__builtins__", "__globals__",
    "__code__", "__wrapped__", "__func__", "__self__", "__import__", "__loader__", "__spec__", "__path__",
    "__set_name__", "__get__", "__set__", "__iter__", "__next__", "__eq__", "__hash__", "__repr__",
    "__str__", "__len__", "__bool__", "…",
})  # fmt: skip
"""Keys of a state that turn an instance dict into behaviour (PKL-08). Plain metadata dunders are not among them."""


def _takes_method(fact: Call) -> bool:
    """Tell whether ``getattr`` does what pickled bound methods do: a plain attribute of an object of the stream."""
    if tuple(argument.kind for argument in fact.arguments) != ("object", "str"):
        return False
    name = fact.arguments[1]
    return not name.truncated and not name.text.startswith("__")


class Vocabulary:
    """Judges facts about names by the tables."""

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables = tables or Tables()
        self._lists: Lists | None = None
        self._lookalikes: Lookalikes | None = None
        self._last: tuple[PickleFact, Standing] | None = None

    @property
    def lists(self) -> Lists:
        """The lists of operators, layers and targets; pickles need none of them."""
        if self._lists is None:
            from weighbridge.rules.vocabulary.lists import Lists

            self._lists = Lists()
        return self._lists

    @property
    def lookalikes(self) -> Lookalikes:
        """The names of packages that are worth imitating."""
        if self._lookalikes is None:
            from weighbridge.rules.vocabulary.lookalikes import Lookalikes

            self._lookalikes = Lookalikes()
        return self._lookalikes

    def standing(self, fact: PickleFact) -> Standing:
        """Judge one fact; the answer is kept for the next rule that asks."""
        if self._last is None or self._last[0] is not fact:
            judged = self._judge(fact)
            if isinstance(fact, GlobalReference | Call) and fact.only and judged.kind not in _CERTAIN:
                judged = _COVERED
            self._last = (fact, judged)
        return self._last[1]

    def settles(self, fact: PickleFact) -> bool:
        """Tell whether no rule has anything to say about a fact."""
        return self.standing(fact).kind in _SETTLED

    def _judge(self, fact: PickleFact) -> Standing:
        if isinstance(fact, GlobalReference):
            return self._reference(fact)
        if isinstance(fact, Call):
            return self._call(fact)
        if isinstance(fact, StateChange):
            return self._state(fact)
        return self._items(fact)

    def _reference(self, fact: GlobalReference) -> Standing:
        if self.tables.vetted(fact.module, fact.name) is not None:
            return _VETTED
        if fact.called:
            return _COVERED
        return self._named(fact.module, fact.name)

    def _named(self, module: str, name: str) -> Standing:
        """Judge a name that is not vetted."""
        danger = self.tables.danger(module, name)
        if danger is not None:
            return Standing(kind=Kind.DANGEROUS, category=danger.category, reason=danger.reason)
        parts = name.split(".")
        if any(part.startswith("__") and part.endswith("__") for part in parts):
            if parts[-1] == "__new__" and self.tables.vetted(module, ".".join(parts[:-1])) is None:
                return self._named(module, ".".join(parts[:-1]))  # a class is no better known by its ``__new__``
            return Standing(kind=Kind.DANGEROUS, category="interpreter", reason="it walks through a special attribute")
        for start in range(1, len(parts)):
            # ``pathlib`` + ``os.system``: from protocol 4 the parts are walked, so each tail is a name of its own.
            danger = self.tables.danger(".".join(parts[start - 1 : -1]), parts[-1])
            if danger is not None:
                return Standing(kind=Kind.DANGEROUS, category=danger.category, reason=danger.reason)
        if self.tables.is_stdlib(module):
            return Standing(kind=Kind.STDLIB, reason="it is a part of the standard library that is not plain data")
        return Standing(kind=Kind.UNKNOWN)

    def _may_call(self, dotted: str) -> bool:
        module, _, name = dotted.rpartition(".")
        while module:
            entry = self.tables.vetted(module, name)
            if entry is not None:
                return "call" in entry.uses or "new" in entry.uses
            module, _, front = module.rpartition(".")
            name = f"{front}.{name}"
        return False

    def _call(self, fact: Call) -> Standing:
        getattr_of = (fact.module, fact.name) == ("builtins", "getattr")
        if fact.origin is Origin.GLOBAL and getattr_of and _takes_method(fact):
            return Standing(kind=Kind.BROKEN_CONTRACT, reason="it takes a method of an object")
        if fact.origin is Origin.RESULT and getattr_of:
            return Standing(kind=Kind.INDIRECT, reason="it calls what builtins.getattr returned")
        if fact.origin is Origin.GLOBAL:
            if (fact.module, fact.name) == ("builtins", "type") and len(fact.arguments) == 3:
                return Standing(kind=Kind.DANGEROUS, category="code_object", reason="it makes a class")
            entry = self.tables.vetted(fact.module, fact.name)
            if entry is None:
                return self._named(fact.module, fact.name)
            use = "new" if fact.opcode.startswith("NEWOBJ") else "call"
            if use not in entry.uses:
                return Standing(kind=Kind.BROKEN_CONTRACT, reason=f"it is vetted as data, not for {fact.opcode}")
            if fact.keywords or not holds(entry.arguments, fact.arguments, self._may_call):
                return Standing(kind=Kind.BROKEN_CONTRACT, reason="its arguments are not those of an honest file")
            return _VETTED
        if fact.origin is Origin.RESULT:
            if self.tables.vetted(fact.module, fact.name) is not None:
                return Standing(kind=Kind.INDIRECT, reason=f"it calls what {fact.module}.{fact.name} returned")
            return (
                _COVERED if self._named(fact.module, fact.name).kind is Kind.DANGEROUS else Standing(kind=Kind.UNKNOWN)
            )
        return Standing(kind=Kind.INDIRECT, reason="what it calls cannot be known")

    def _state(self, fact: StateChange) -> Standing:
        if fact.origin is Origin.GLOBAL:
            return Standing(kind=Kind.MUTATION, reason="BUILD sets attributes of something that was imported")
        methods = [key for key in fact.dunder_keys if key in _METHOD_DUNDERS]
        if methods:
            return Standing(kind=Kind.MUTATION, reason=f"the state of an object replaces its {', '.join(methods)}")
        if fact.origin is Origin.RESULT:
            entry = self.tables.vetted(fact.module, fact.name)
            if entry is None:
                return _COVERED
            if "build" in entry.uses and state_holds(entry.state, fact.state):
                return _VETTED
            return Standing(kind=Kind.BROKEN_CONTRACT, reason="its state is not that of an honest file")
        return Standing(kind=Kind.INDIRECT, reason="what it sets the state of cannot be known")

    def _items(self, fact: ItemChange) -> Standing:
        if fact.origin is Origin.GLOBAL:
            return Standing(kind=Kind.MUTATION, reason=f"{fact.opcode} changes something that was imported")
        if fact.module == "torch._utils":
            # Unpicklers of torch before 2.10 write outside the memory of what they take for a dict (CVE-2026-24747).
            return Standing(kind=Kind.MUTATION, reason=f"{fact.opcode} treats a tensor as a container")
        if fact.origin is Origin.RESULT:
            entry = self.tables.vetted(fact.module, fact.name)
            if entry is None:
                return _COVERED
            if "items" in entry.uses:
                return _VETTED
            return Standing(kind=Kind.BROKEN_CONTRACT, reason=f"{fact.opcode} is not how an honest file fills it")
        return Standing(kind=Kind.INDIRECT, reason=f"what {fact.opcode} changes cannot be known")
