"""Models of XGBoost, put together value by value: as JSON and as UBJSON, honest and lying.

Each lie changes one number of the honest model: two trees of three nodes over two features.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["LIES", "as_json", "as_ubjson", "linear", "model"]

Document = dict[str, Any]

_ROOT = 0x7FFF_FFFF
_INTEGERS = ("left_children", "right_children", "parents", "split_indices", "categories", "categories_nodes")
_LONGS = ("categories_segments", "categories_sizes")
_REALS = ("base_weights", "loss_changes", "split_conditions", "sum_hessian", "weights", "weight_drop")
_BYTES = ("default_left", "split_type")


def tree(number: int = 0) -> Document:
    """A root that tests feature 1, and two leaves."""
    return {
        "base_weights": [0.0, -0.5, 0.5],
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": [0, 0, 0],
        "id": number,
        "left_children": [1, -1, -1],
        "loss_changes": [1.5, 0.0, 0.0],
        "parents": [_ROOT, 0, 0],
        "right_children": [2, -1, -1],
        "split_conditions": [0.25, -0.5, 0.5],
        "split_indices": [1, 0, 0],
        "split_type": [0, 0, 0],
        "sum_hessian": [4.0, 2.0, 2.0],
        "tree_param": {"num_deleted": "0", "num_feature": "2", "num_nodes": "3", "size_leaf_vector": "1"},
    }


def model() -> Document:
    """An honest model of two trees."""
    forest = {
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "2"},
        "iteration_indptr": [0, 1, 2],
        "tree_info": [0, 0],
        "trees": [tree(0), tree(1)],
    }
    return {
        "learner": {
            "attributes": {},
            "feature_names": [],
            "feature_types": [],
            "gradient_booster": {"model": forest, "name": "gbtree"},
            "learner_model_param": {"base_score": "5E-1", "num_class": "0", "num_feature": "2", "num_target": "1"},
            "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
        },
        "version": [3, 2, 0],
    }


def linear(weights: int = 3) -> Document:
    """A linear model: a weight for each feature and one more."""
    document = model()
    document["learner"]["gradient_booster"] = {
        "model": {"boosted_rounds": 1, "weights": [0.5] * weights},
        "name": "gblinear",
    }
    return document


def dart(drops: int = 2) -> Document:
    """A model whose trees have weights of their own."""
    document = model()
    forest = document["learner"]["gradient_booster"]["model"]
    document["learner"]["gradient_booster"] = {
        "gbtree": {"model": forest, "name": "gbtree"},
        "name": "dart",
        "weight_drop": [1.0] * drops,
    }
    return document


def categorical(**changes: list[int]) -> Document:
    """A model whose first tree tests a category."""
    document = model()
    first = _first(document)
    first.update(
        split_type=[1, 0, 0], categories=[0, 2], categories_nodes=[0], categories_segments=[0], categories_sizes=[2]
    )
    first.update(changes)
    return document


def named_categories(last: int = 4, order: int = 1) -> Document:
    """A model that carries the names of its categories."""
    document = model()
    document["learner"]["gradient_booster"]["model"]["cats"] = {
        "enc": [{"offsets": [], "values": []}, {"offsets": [0, 2, last], "values": [97, 97, 98, 98]}],
        "feature_segments": [0, 0, 2],
        "sorted_idx": [0, order],
    }
    return document


def _first(document: Document) -> Document:
    found: Document = document["learner"]["gradient_booster"]["model"]["trees"][0]
    return found


def _changed(key: str, index: int, number: int) -> Document:
    document = model()
    _first(document)[key][index] = number
    return document


def _cut(key: str) -> Document:
    document = model()
    _first(document)[key].pop()
    return document


def _promised(section: str, key: str, text: str) -> Document:
    document = model()
    learner = document["learner"]
    forest = learner["gradient_booster"]["model"]
    place = {
        "tree": _first(document)["tree_param"],
        "forest": forest["gbtree_model_param"],
        "learner": learner["learner_model_param"],
    }[section]
    place[key] = text
    return document


def _output(key: str, numbers: list[int]) -> Document:
    document = model()
    document["learner"]["gradient_booster"]["model"][key] = numbers
    return document


LIES: Mapping[str, tuple[Callable[[], Document], Callable[[], Document]]] = {
    "left_child_beyond": (lambda: _changed("left_children", 0, 9), model),
    "right_child_negative": (lambda: _changed("right_children", 0, -7), model),
    "child_beyond_32_bits": (lambda: _changed("left_children", 0, (1 << 32) + 1), model),
    "cycle": (lambda: _changed("left_children", 0, 0), model),
    "one_child_twice": (lambda: _changed("left_children", 0, 2), model),
    "leaf_that_is_none": (lambda: _changed("left_children", 2, 1), model),
    "parent_beyond": (lambda: _changed("parents", 1, 40), model),
    "feature_beyond": (lambda: _changed("split_indices", 0, 2), model),
    "feature_negative": (lambda: _changed("split_indices", 0, -3), model),
    "fewer_features": (lambda: _promised("learner", "num_feature", "1"), model),
    "more_nodes_than_there_are": (lambda: _promised("tree", "num_nodes", "300"), model),
    "no_nodes": (lambda: _promised("tree", "num_nodes", "0"), model),
    "more_trees_than_there_are": (lambda: _promised("forest", "num_trees", "9"), model),
    "output_beyond": (lambda: _output("tree_info", [0, 7]), model),
    "output_negative": (lambda: _output("tree_info", [-1, 0]), model),
    "outputs_too_few": (lambda: _output("tree_info", [0]), model),
    "round_beyond": (lambda: _output("iteration_indptr", [0, 1, 70]), model),
    **{f"short_{key}": ((lambda key=key: _cut(key)), model) for key in ("split_conditions", "default_left", "parents")},
    "linear_weights_too_few": (lambda: linear(2), linear),
    "dart_weights_too_few": (lambda: dart(1), dart),
    "category_negative": (lambda: categorical(categories=[0, -2]), categorical),
    "category_huge": (lambda: categorical(categories=[0, 1 << 30]), categorical),
    "category_segment_beyond": (lambda: categorical(categories_segments=[1]), categorical),
    "category_size_negative": (lambda: categorical(categories_sizes=[-1]), categorical),
    "category_node_beyond": (lambda: categorical(categories_nodes=[3]), categorical),
    "category_without_size": (lambda: categorical(categories_sizes=[]), categorical),
    "category_name_beyond": (lambda: named_categories(90), named_categories),
    "category_order_beyond": (lambda: named_categories(4, 9), named_categories),
}
"""What a native reader would follow outside its memory: the lie, and the honest model that it was."""


def wrong_parent() -> Document:
    """A leaf that names the other leaf as its parent."""
    return _changed("parents", 1, 2)


def same_numbers() -> Document:
    """Two trees with one number."""
    document = model()
    document["learner"]["gradient_booster"]["model"]["trees"][1]["id"] = 0
    return document


def chain(depth: int) -> Document:
    """A tree that is as deep as it has inner nodes."""
    document = model()
    count = 2 * depth + 1
    left, right, parents = [-1] * count, [-1] * count, [_ROOT] * count
    for node in range(depth):
        here = 2 * node
        left[here], right[here] = here + 1, here + 2
        parents[here + 1] = parents[here + 2] = here
    first = _first(document)
    first.update(left_children=left, right_children=right, parents=parents, split_indices=[0] * count)
    for key in ("base_weights", "default_left", "loss_changes", "split_conditions", "split_type", "sum_hessian"):
        first[key] = [first[key][1]] * count
    first["tree_param"]["num_nodes"] = str(count)
    return document


def as_json(document: Document) -> bytes:
    """Write a model as ``save_model`` writes ``.json``."""
    return json.dumps(document, separators=(",", ":")).encode()


def as_ubjson(document: Document) -> bytes:
    """Write a model as ``save_model`` writes ``.ubj``: big-endian, arrays of numbers with a type."""
    return _value(document, "")


def _value(found: Any, key: str) -> bytes:
    if isinstance(found, dict):
        return b"{" + b"".join(_text(name) + _value(item, name) for name, item in found.items()) + b"}"
    if isinstance(found, list):
        for keys, mark, form in (
            (_INTEGERS, b"l", "i"), (_LONGS, b"L", "q"), (_REALS, b"d", "f"), (_BYTES, b"U", "B"),
        ):  # fmt: skip
            if key in keys:
                if mark == b"l" and any(abs(number) > _ROOT for number in found):
                    return _value(found, "categories_sizes")
                return b"[$" + mark + b"#" + _length(len(found)) + struct.pack(f">{len(found)}{form}", *found)
        return b"[#" + _length(len(found)) + b"".join(_value(item, "") for item in found)
    if isinstance(found, str):
        return b"S" + _text(found)
    return b"i" + struct.pack(">b", found) if abs(found) < 128 else b"L" + struct.pack(">q", found)


def _length(count: int) -> bytes:
    return b"L" + struct.pack(">q", count)


def _text(text: str) -> bytes:
    return _length(len(text)) + text.encode()


def honest_json() -> bytes:
    """The honest model as JSON."""
    return as_json(model())


def honest_ubjson() -> bytes:
    """The honest model as UBJSON."""
    return as_ubjson(model())


def claimed_array(claim: int = 1 << 40) -> bytes:
    """UBJSON whose first array of nodes says that it is longer than the file."""
    honest = honest_ubjson()
    at = honest.index(b"left_children") + len(b"left_children") + 4
    return honest[: at + 1] + struct.pack(">q", claim) + honest[at + 9 :]


def claimed_text(claim: int = 1 << 40) -> bytes:
    """UBJSON whose last text says that it is longer than the file."""
    honest = honest_ubjson()
    at = honest.index(b"reg:squarederror") - 8
    return honest[:at] + struct.pack(">q", claim) + honest[at + 8 :]


def claimed_list(claim: int = 1 << 40) -> bytes:
    """UBJSON whose list of trees says that it has more items than the file has bytes."""
    honest = honest_ubjson()
    at = honest.index(b"treesS"[:5] + b"[#L") + 8
    return honest[:at] + struct.pack(">q", claim) + honest[at + 8 :]


def nested(depth: int = 500) -> bytes:
    """UBJSON of lists within each other."""
    return b"{" + _text("learner") + b"[" * depth + b"]" * depth + b"}"


def repeated_key() -> bytes:
    """UBJSON with two learners, of which XGBoost takes the first."""
    honest = honest_ubjson()
    return honest[:-1] + _text("version") + b"[#" + _length(0) + b"}"


def foreign_ubjson() -> bytes:
    """UBJSON of another program."""
    return b"{" + _text("note") + b"S" + _text("INERT") + b"}"
