"""One tree of a LightGBM model (``Tree::Tree`` in ``src/io/tree.cpp``): rows of numbers that index each other."""

from __future__ import annotations

from weighbridge.core.facts import Inconsistency
from weighbridge.formats.tree_links import Links, follow, leaf_or_node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weighbridge.core.facts import Fact
    from weighbridge.core.location import Location

LEAVES = 1 << 18
"""Leaves of a tree that are followed; LightGBM grows at most 131,072."""

_INNER = ("split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child", "internal_value",
          "internal_weight", "internal_count")  # fmt: skip
_OUTER = ("leaf_value", "leaf_weight", "leaf_count")
_BY_CATEGORY = 1
_ROW = frozenset("0123456789- ")


def check(rows: Mapping[str, str], name: str, at: Location, width: int) -> Iterator[Fact]:
    """Compare what a tree promises with what it holds; ``width`` is the number of features."""
    leaves = whole(rows.get("num_leaves", ""))
    sets = whole(rows.get("num_cat", "0"))
    if leaves is None or sets is None or leaves < 1 or sets < 0 or leaves > LEAVES:
        detail = f"{name}: {rows.get('num_leaves', 'no')[:40]} leaves, {rows.get('num_cat', 'no')[:40]} sets"
        yield _lie("leaves of a tree", detail, at)
        return
    yield from _lengths(rows, name, at, leaves)
    if "leaf_value" not in rows:
        yield _lie("row of a tree", f"{name} has no leaf_value", at)
    if leaves > 1:
        left, right, features, kinds = (
            whole_row(rows.get(key, "")) for key in ("left_child", "right_child", "split_feature", "decision_type")
        )
        if left is None or right is None or features is None or kinds is None:
            yield _lie("row of a tree", f"{name}: a child, a feature or a kind is no whole number", at)
        elif len(left) == len(right) == len(features) == leaves - 1:
            links = Links(left=left, right=right, parents=(), features=features)
            yield from follow(leaf_or_node(links, leaves), name, at, width)
            yield from _sets(rows, name, at, sets, kinds)
    if rows.get("is_linear", "0").strip() not in ("", "0"):
        yield from _linear(rows, name, at, leaves, width)


def _lengths(rows: Mapping[str, str], name: str, at: Location, leaves: int) -> Iterator[Fact]:
    for keys, count in ((_INNER, leaves - 1), (_OUTER, leaves)):
        for key in keys:
            held = len(rows[key].split()) if key in rows else count
            # A tree of one leaf has no rows but its value; some writers give the other two a number each.
            if held != count and not (leaves == 1 and key != "leaf_value"):
                yield _lie("row of a tree", f"{name}: {held} numbers in {key}, {count} are needed", at)
        missing = [key for key in ("split_feature", "threshold", "left_child", "right_child") if key not in rows]
        if keys is _INNER and leaves > 1 and missing:
            yield _lie("row of a tree", f"{name} has no {missing[0]}", at)


def _sets(rows: Mapping[str, str], name: str, at: Location, sets: int, kinds: list[int]) -> Iterator[Fact]:
    """Check the sets of categories: a threshold of such a split numbers one, its bits lie between two bounds."""
    numbered = [text for kind, text in zip(kinds, rows.get("threshold", "").split(), strict=False)
                if kind & _BY_CATEGORY]  # fmt: skip
    outside = [text for text in numbered if not _is_below(text, sets)]
    if outside:
        yield _lie("categories of a tree", f"{name}: set {outside[0][:40]} of {sets}", at)
    if sets:
        bounds = whole_row(rows.get("cat_boundaries", "")) or []
        held = len(rows.get("cat_threshold", "").split())
        if len(bounds) != sets + 1 or bounds[0] != 0 or bounds != sorted(bounds) or bounds[-1] > held:
            detail = f"{name}: {len(bounds)} bounds for {sets} sets, to {bounds[-1] if bounds else 'none'} of {held}"
            yield _lie("categories of a tree", detail, at)


def _linear(rows: Mapping[str, str], name: str, at: Location, leaves: int, width: int) -> Iterator[Fact]:
    """Check the models in the leaves: how many features each takes, and which."""
    counts = whole_row(rows.get("num_features", ""))
    features = whole_row(rows.get("leaf_features", ""))
    needed = sum(counts) if counts else 0
    if counts is None or features is None or len(counts) != leaves or min(counts, default=0) < 0:
        yield _lie("linear leaves", f"{name}: {len(counts or ())} numbers of features for {leaves} leaves", at)
        return
    held = (len(features), len(rows.get("leaf_coeff", "").split()))
    if held != (needed, needed) or len(rows.get("leaf_const", "").split()) != leaves:
        yield _lie("linear leaves", f"{name}: {needed} features are promised, {held[0]} and {held[1]} are there", at)
    if features and not 0 <= min(features) <= max(features) < width:
        yield _lie("linear leaves", f"{name}: features {min(features)} to {max(features)} of {width}", at)


def whole(text: str) -> int | None:
    """Read a whole number; None where it is none or beyond every type of C."""
    text = text.strip()
    digits = text.removeprefix("-")
    return int(text) if digits.isdecimal() and digits.isascii() and len(digits) < 20 else None


def whole_row(text: str) -> list[int] | None:
    """Read a row of whole numbers; None where one of them is none."""
    if not _ROW.issuperset(text):
        return None
    try:
        return list(map(int, text.split()))
    except ValueError:
        return None


def _is_below(text: str, sets: int) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return 0 <= number < sets


def _lie(what: str, detail: str, at: Location) -> Inconsistency:
    return Inconsistency(at=at, what=what, detail=detail, memory=True)
