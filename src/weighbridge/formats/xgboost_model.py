"""Models of XGBoost as JSON or UBJSON (doc/model.schema of XGBoost 3.2): its lengths, indices and links.

XGBoost reads the arrays of a tree and takes their numbers for indices: of nodes, features, categories and outputs.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.values import replace
from weighbridge.formats.tree_links import Links, follow
from weighbridge.formats.xgboost_text import trees_apart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from weighbridge.core.location import Location
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

    Found: TypeAlias = object

SHOWN = 16
"""Contradictions that are told one by one."""

CATEGORY = 1 << 24
"""Categories are float32 in memory, whole numbers of which end here (``OutOfRangeCat``)."""

DELETED = 0x7FFF_FFFF
"""What a node that was pruned away tests."""

_WHOLE = ("left_children", "right_children", "parents", "split_indices")
_COUNTED = (*_WHOLE, "split_conditions", "default_left", "loss_changes", "sum_hessian", "split_type")


def inspect(document: JsonValue, source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Check a JSON document that has a learner; one of another program that has that key is left alone."""
    if not isinstance(document, dict):
        return
    model = Model(node)
    booster = _under(document, "learner", "gradient_booster")
    if not isinstance(booster, dict):
        return
    trees = _under(_forest(booster), "trees")
    for tree in trees if isinstance(trees, list) else ():
        if isinstance(tree, dict):
            yield from model.tree(tree, node.at())
    if trees == []:
        for offset, apart in trees_apart(source):
            for odd in apart.oddities:
                yield Inconsistency(at=node.at(offset), what=odd.kind, detail=odd.detail)
            if isinstance(apart.value, dict):
                yield from model.tree(apart.value, node.at(offset))
    yield from model.whole(document)


class Model:
    """What is known of a model while its trees come one by one: its head may stand behind them."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.told = 0
        self.count = 0
        self.highest = -1
        self.numbers: set[int] = set()

    def tree(self, found: Mapping[str, Found], at: Location) -> Iterator[Yield]:
        """Check one tree by itself, and remember what is to be compared with the head."""
        name = f"tree {self.count}"
        self.count += 1
        number = found.get("id")
        if type(number) is int:
            self.numbers.add(number)
        for fact in self._of_tree(found, name, at):
            self.told += 1
            if self.told <= SHOWN:
                yield fact

    def _of_tree(self, found: Mapping[str, Found], name: str, at: Location) -> Iterator[Yield]:
        arrays = {key: _whole(found.get(key)) for key in _WHOLE}
        count = _number(_under(found, "tree_param", "num_nodes"))
        if count is None or any(numbers is None for numbers in arrays.values()):
            yield self.node.gap(GapKind.UNPARSED, f"{name} lacks its nodes", at.offset)
            return
        if count < 1:
            yield Inconsistency(at=at, what="nodes of a tree", detail=f"{name} says it has {count}", memory=True)
        for key in _COUNTED:
            held = _length(found.get(key))
            if held != count and key in found:
                detail = f"{name}: {held} {key} for {count} nodes"
                yield Inconsistency(at=at, what="array of a tree", detail=detail, memory=held < count)
        left, right, parents, features = ((arrays[key] or ()) for key in _WHOLE)
        outputs = max(_number(_under(found, "tree_param", "size_leaf_vector")) or 1, 1)
        held = _length(found.get("base_weights"))
        if "base_weights" in found and held < count:
            detail = f"{name}: {held} base_weights for {count} nodes"
            yield Inconsistency(at=at, what="array of a tree", detail=detail, memory=True)
        vectors = _length(found.get("leaf_weights")) // outputs
        if len({len(left), len(right), len(parents), len(features)}) == 1:
            links = Links(left=left, right=right, parents=parents, features=features, vectors=vectors)
            yield from follow(links, name, at, -1)
            highest = max(features, default=-1)
            if highest >= DELETED:
                tested = (feature for child, feature in zip(left, features, strict=True) if child != -1)
                highest = max(tested, default=-1)
            self.highest = max(self.highest, highest)
        yield from _categories(found, name, at, len(left))

    def whole(self, root: Mapping[str, Found]) -> Iterator[Yield]:
        """Compare the head of the model with its trees."""
        model = root.get("Model")
        if isinstance(model, dict) and "learner" not in root:
            root = model
        yield Identity(at=self.node.at(), format="xgboost")
        booster = _under(root, "learner", "gradient_booster")
        head = _under(root, "learner", "learner_model_param")
        width, classes, targets = (_number(_under(head, key)) for key in ("num_feature", "num_class", "num_target"))
        if not isinstance(booster, dict) or width is None:
            yield self.node.gap(GapKind.UNPARSED, "the model lacks its booster or its number of features")
            return
        groups = max(classes or 0, targets or 0, 1)
        if self.highest >= width:
            yield self._lie("split index of a tree", f"a node tests feature {self.highest} of {width}")
        if booster.get("name") == "gblinear":
            held = _length(_under(booster, "model", "weights"))
            if held < (width + 1) * groups:
                yield self._lie("linear weights", f"{held} weights for {width} features and {groups} outputs")
            return
        if booster.get("name") not in ("gbtree", "dart"):
            yield self.node.gap(GapKind.UNSUPPORTED, f"booster {str(booster.get('name'))[:40]!r}")
        forest = _forest(booster)
        trees = _number(_under(forest, "gbtree_model_param", "num_trees"))
        if trees != self.count:
            yield self._lie("number of trees", f"{trees} are promised, {self.count} are there")
        if self.numbers and self.numbers != set(range(self.count)):
            detail = f"{self.count} trees do not have the numbers from 0 to {self.count - 1}"
            yield replace(self._lie("number of a tree", detail), memory=False)
        yield from self._infos(booster, forest, groups)
        yield from self._containers(_under(forest, "cats"))
        if self.told > SHOWN:
            yield Inconsistency(at=self.node.at(), what="trees", detail=f"{self.told - SHOWN} more contradictions")

    def _infos(self, booster: Mapping[str, Found], forest: Found, groups: int) -> Iterator[Yield]:
        infos = _whole(_under(forest, "tree_info")) or ()
        if len(infos) != self.count:
            yield self._lie("outputs of trees", f"{len(infos)} outputs for {self.count} trees")
        if infos and not 0 <= min(infos) <= max(infos) < groups:
            yield self._lie("output of a tree", f"outputs {min(infos)} to {max(infos)} of {groups}")
        rounds = _whole(_under(forest, "iteration_indptr")) or ()
        if rounds and (min(rounds) < 0 or max(rounds) > self.count or list(rounds) != sorted(rounds)):
            yield self._lie("trees of a round", f"from {min(rounds)} to {max(rounds)} of {self.count} trees")
        if booster.get("name") == "dart" and _length(booster.get("weight_drop")) < self.count:
            yield self._lie("weights of trees", f"{_length(booster.get('weight_drop'))} for {self.count} trees")

    def _containers(self, found: Found) -> Iterator[Yield]:
        """Check the names of categories that newer models carry: offsets into one row of values."""
        encoded = _under(found, "enc")
        for number, one in enumerate(encoded if isinstance(encoded, list) else ()):
            offsets = _whole(_under(one, "offsets")) or ()
            held = _length(_under(one, "values"))
            if offsets and (min(offsets) < 0 or max(offsets) > held or list(offsets) != sorted(offsets)):
                yield self._lie("names of categories", f"feature {number}: offsets to {max(offsets)} of {held} bytes")
                return
        segments, order = (_whole(_under(found, key)) or () for key in ("feature_segments", "sorted_idx"))
        if segments and (min(segments) < 0 or max(segments) > len(order) or list(segments) != sorted(segments)):
            yield self._lie("order of categories", f"segments to {max(segments)} of {len(order)} categories")
        if order and not 0 <= min(order) <= max(order) < len(order):
            yield self._lie("order of categories", f"categories {min(order)} to {max(order)} of {len(order)}")

    def _lie(self, what: str, detail: str) -> Inconsistency:
        return Inconsistency(at=self.node.at(), what=what, detail=detail, memory=True)


def _categories(found: Mapping[str, Found], name: str, at: Location, count: int) -> Iterator[Yield]:
    """Check the sets of categories of a tree: a set is a stretch of one row of numbers, which index bits."""
    nodes, segments, sizes, held = (
        _whole(found.get(key)) or () for key in ("categories_nodes", "categories_segments", "categories_sizes",
                                                 "categories")
    )  # fmt: skip
    detail = ""
    if not len(nodes) == len(segments) == len(sizes):
        detail = f"{len(nodes)} nodes, {len(segments)} segments, {len(sizes)} sizes"
    elif nodes and not 0 <= min(nodes) <= max(nodes) < count:
        detail = f"nodes {min(nodes)} to {max(nodes)} of {count}"
    elif any(begin < 0 or size < 0 or begin + size > len(held) for begin, size in zip(segments, sizes, strict=True)):
        detail = f"a segment ends behind the last of {len(held)} categories"
    elif held and not 0 <= min(held) <= max(held) < CATEGORY:
        detail = f"categories {min(held)} to {max(held)}"
    if detail:
        yield Inconsistency(at=at, what="categories of a tree", detail=f"{name}: {detail}", memory=True)


def _forest(booster: Found) -> Found:
    return _under(booster, "gbtree", "model") if _under(booster, "name") == "dart" else _under(booster, "model")


def _under(found: Found, *keys: str) -> Found:
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _number(found: Found) -> int | None:
    """Read a number that XGBoost writes as text."""
    if isinstance(found, str) and len(found) < 20 and found.removeprefix("-").isdecimal():
        return int(found)
    return found if type(found) is int else None


def _length(found: Found) -> int:
    return len(found) if hasattr(found, "__len__") else 0


def _whole(found: Found) -> Sequence[int] | None:
    """Give an array of whole numbers, whichever way it was written."""
    if isinstance(found, list):
        return found if all(type(item) is int for item in found) else None
    from array import array

    return found if isinstance(found, array) else None
