"""Models of LightGBM as text, put together row by row: honest ones, and each lie that the format allows."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LIES", "categorical", "honest", "linear", "model", "tree"]

_HEAD = {
    "version": "v4",
    "num_class": "1",
    "num_tree_per_iteration": "1",
    "label_index": "0",
    "max_feature_idx": "1",
    "objective": "regression",
    "feature_names": "a b",
    "feature_infos": "[-1:1] [-1:1]",
}

_TREE = {
    "num_leaves": "3",
    "num_cat": "0",
    "split_feature": "1 0",
    "split_gain": "2 1",
    "threshold": "0.25 0.5",
    "decision_type": "2 2",
    "left_child": "-1 -2",
    "right_child": "1 -3",
    "leaf_value": "0.5 -0.5 0.25",
    "leaf_weight": "4 4 4",
    "leaf_count": "4 4 4",
    "internal_value": "0 0",
    "internal_weight": "12 8",
    "internal_count": "12 8",
    "is_linear": "0",
    "shrinkage": "1",
}


def tree(number: int, **changes: str) -> str:
    """One tree; rows that are None-like (``-``) are left out."""
    rows = {**_TREE, **changes}
    lines = [f"Tree={number}", *(f"{key}={text}" for key, text in rows.items() if text != "-")]
    return "\n".join(lines) + "\n\n\n"


def model(trees: tuple[str, ...] = (), *, sizes: str = "", head: Mapping[str, str] = {}, first: str = "tree") -> bytes:
    """A model of ``trees``; ``sizes`` overrides the true ones, ``-`` leaves them out."""
    trees = trees or (tree(0), tree(1))
    rows = {**_HEAD, **head}
    true = " ".join(str(len(one)) for one in trees)
    lines = [first, *(f"{key}={text}" for key, text in rows.items())]
    if sizes != "-":
        lines.append(f"tree_sizes={sizes or true}")
    end = "end of trees\n\nfeature_importances:\na=2\nb=2\n\nparameters:\n[boosting: gbdt]\n\nend of parameters\n"
    return ("\n".join(lines) + "\n\n" + "".join(trees) + end + "\npandas_categorical:null\n").encode()


def honest() -> bytes:
    """Two trees of three leaves."""
    return model()


def changed(**changes: str) -> bytes:
    """The honest model with rows of its first tree replaced."""
    return model((tree(0, **changes), tree(1)))


def categorical(**changes: str) -> bytes:
    """A model whose first tree tests a set of categories."""
    rows = {
        "num_cat": "1", "decision_type": "1 2", "threshold": "0 0.5", "cat_boundaries": "0 1", "cat_threshold": "6",
    }  # fmt: skip
    return changed(**{**rows, **changes})


def linear(**changes: str) -> bytes:
    """A model with a linear model in each leaf."""
    rows = {
        "is_linear": "1", "leaf_const": "1 2 3", "num_features": "1 0 1", "leaf_features": "0   1 ",
        "leaf_coeff": "0.5   0.25 ",
    }  # fmt: skip
    return changed(**{**rows, **changes})


LIES: Mapping[str, tuple[bytes, bytes]] = {
    "left_child_beyond": (changed(left_child="-1 5"), honest()),
    "right_leaf_beyond": (changed(right_child="1 -90"), honest()),
    "cycle": (changed(right_child="0 -3"), honest()),
    "leaf_twice": (changed(right_child="1 -2"), honest()),
    "child_no_number": (changed(left_child="-1 x"), honest()),
    "child_beyond_64_bits": (changed(left_child="-1 " + "9" * 30), honest()),
    "feature_beyond": (changed(split_feature="2 0"), honest()),
    "feature_negative": (changed(split_feature="-1 0"), honest()),
    "fewer_features": (model(head={"max_feature_idx": "0"}), honest()),
    "features_negative": (model(head={"max_feature_idx": "-2"}), honest()),
    "more_leaves_than_there_are": (changed(num_leaves="4000"), honest()),
    "no_leaves": (changed(num_leaves="0"), honest()),
    "leaves_negative": (changed(num_leaves="-5"), honest()),
    "too_few_values": (changed(leaf_value="0.5"), honest()),
    "no_values": (changed(leaf_value="-"), honest()),
    "too_few_kinds": (changed(decision_type="2"), honest()),
    "size_beyond": (model(sizes=f"{len(tree(0))} 999999"), honest()),
    "size_negative": (model(sizes=f"-40 {len(tree(1))}"), honest()),
    "size_too_small": (model(sizes=f"4 {len(tree(1))}"), honest()),
    "sizes_too_many": (model(sizes=f"{len(tree(0))} {len(tree(1))} 12"), honest()),
    "sizes_no_number": (model(sizes="many few"), honest()),
    "rounds_that_do_not_fit": (model(head={"num_tree_per_iteration": "3", "num_class": "3"}), honest()),
    "no_trees_in_a_round": (model(head={"num_tree_per_iteration": "0"}), honest()),
    "set_beyond": (categorical(threshold="7 0.5"), categorical()),
    "set_without_sets": (changed(decision_type="1 2"), honest()),
    "set_bounds_beyond": (categorical(cat_boundaries="0 90"), categorical()),
    "set_bounds_backwards": (categorical(num_cat="2", cat_boundaries="0 1 0"), categorical()),
    "linear_feature_beyond": (linear(leaf_features="0   9 "), linear()),
    "linear_counts_beyond": (linear(num_features="1 500 1"), linear()),
    "linear_counts_negative": (linear(num_features="1 -1 1"), linear()),
    "linear_without_constants": (linear(leaf_const="1"), linear()),
}
"""What a native reader would follow outside its memory: the lie, and the honest model that it was."""
