"""Are two files the same weights? Compared by name, type, shape and content, whatever the files' formats."""

from __future__ import annotations

from weighbridge.conversion.convert import digest_of
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.conversion.plan import Plan, Tensor
    from weighbridge.conversion.sources import RangeSource


@value
class Difference:
    """A tensor that is not the same in both files."""

    name: str
    detail: str


def differences(a: Plan, of_a: RangeSource, b: Plan, of_b: RangeSource) -> Iterator[Difference]:
    """Yield what differs, by name; aliases count as the tensors that they name. Raises AccessError, OSError."""
    left, right = _named(a), _named(b)
    same: dict[tuple[str, str], bool] = {}
    for name in sorted(left.keys() | right.keys()):
        one, other = left.get(name), right.get(name)
        if one is None or other is None:
            yield Difference(name=name, detail="only in the second file" if one is None else "only in the first file")
        elif one.dtype != other.dtype or one.shape != other.shape:
            yield Difference(name=name, detail=f"{_words(one)} and {_words(other)}")
        else:
            pair = one.name, other.name
            if pair not in same:
                same[pair] = digest_of(of_a, one) == digest_of(of_b, other)
            if not same[pair]:
                yield Difference(name=name, detail="other values")
    for where, plan in (("first", a), ("second", b)):
        for name, why in plan.unsupported:
            yield Difference(name=name, detail=f"cannot be compared, in the {where} file: {why}")


def _named(plan: Plan) -> dict[str, Tensor]:
    tensors = {one.name: one for one in plan.tensors}
    return tensors | {name: tensors[kept] for name, kept in plan.aliases}


def _words(one: Tensor) -> str:
    return f"{one.dtype} {list(one.shape)}"
