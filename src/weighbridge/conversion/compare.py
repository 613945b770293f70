"""Are two files the same weights? Compared by name, type, shape and content, whatever the files' formats."""

from __future__ import annotations

import json

from weighbridge.conversion.carry import Item
from weighbridge.conversion.convert import digest_of
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weighbridge.conversion.plan import Plan, Tensor
    from weighbridge.conversion.sources import RangeSource


@value
class Difference:
    """A tensor that is not the same in both files."""

    name: str
    detail: str


def differences(a: Plan, of_a: RangeSource, b: Plan, of_b: RangeSource) -> Iterator[Difference]:
    """Yield what differs, by name; aliases count as the tensors that they name. Raises AccessError, OSError."""
    yield from differences_of(contents_of(a, of_a), contents_of(b, of_b))
    yield from made_differently(dict(a.encoded), dict(b.encoded))
    for where, plan in (("first", a), ("second", b)):
        for name, why in plan.unsupported:
            yield Difference(name=name, detail=f"cannot be compared, in the {where} file: {why}")


def contents_of(plan: Plan, source: RangeSource) -> dict[str, Item]:
    """Give the tensors of a file by name, under the names of their aliases too."""
    items = {one.name: Item(source=source, tensor=one) for one in plan.tensors}
    return items | {name: items[kept] for name, kept in plan.aliases}


def differences_of(a: Mapping[str, Item], b: Mapping[str, Item], *, tied: bool = False) -> Iterator[Difference]:
    """Yield what differs, by name; raises AccessError, OSError.

    With ``tied``, a name that only one side has is no difference when its tensor is that of a name that both have:
    libraries leave out the second name of tied weights.
    """
    digests = _Digests()
    shared = a.keys() & b.keys()
    repeated = (
        {digests.content(side[name]) for side in (a, b) for name in shared} if tied and a.keys() ^ b.keys() else ()
    )
    for name in sorted(a.keys() | b.keys()):
        one, other = a.get(name), b.get(name)
        if one is None or other is None:
            alone, side = (b[name], "second") if one is None else (a[name], "first")
            if not repeated or digests.content(alone) not in repeated:
                yield Difference(name=name, detail=f"only in the {side} file")
        elif (one.tensor.dtype, one.tensor.shape) != (other.tensor.dtype, other.tensor.shape):
            yield Difference(name=name, detail=f"{_words(one.tensor)} and {_words(other.tensor)}")
        elif digests.content(one) != digests.content(other):
            yield Difference(name=name, detail="other values")


def made_differently(a: Mapping[str, str], b: Mapping[str, str]) -> Iterator[Difference]:
    """Yield tensors that are made of others and not in the same way on both sides."""
    for name in sorted(a.keys() | b.keys()):
        if json.loads(a.get(name, "0")) != json.loads(b.get(name, "0")):
            yield Difference(name=name, detail="made of its parts in another way")


class _Digests:
    """What tensors are, each hashed once however many names it has."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], tuple[str, tuple[int, ...], str]] = {}

    def content(self, item: Item) -> tuple[str, tuple[int, ...], str]:
        """Give type, shape and SHA-256."""
        key, tensor = (id(item.source), item.tensor.name), item.tensor
        if key not in self._known:
            self._known[key] = tensor.dtype, tensor.shape, digest_of(item.source, tensor)
        return self._known[key]


def _words(one: Tensor) -> str:
    return f"{one.dtype} {list(one.shape)}"
