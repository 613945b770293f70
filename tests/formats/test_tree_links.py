"""Links of trees: the quick way and the thorough one agree on every small tree."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.core.facts import Fact, Inconsistency, ResourceClaim
from weighbridge.core.location import Location
from weighbridge.formats import tree_links
from weighbridge.formats.tree_links import DEEPEST, Links, follow, leaf_or_node

AT = Location(offset=0)


def told(tree: Links, width: int = 2) -> list[Fact]:
    return list(follow(tree, "tree 0", AT, width))


def leads_only_down(tree: Links, width: int) -> bool:
    """The law, told once more: from the root each step ends, inside the arrays, and no node is met twice."""
    waiting, seen = [0], set()
    while waiting:
        node = waiting.pop()
        if not 0 <= node < len(tree.left) or node in seen:
            return False
        seen.add(node)
        if tree.left[node] != -1:
            if not 0 <= tree.features[node] < width:
                return False
            waiting += [tree.left[node], tree.right[node]]
    return True


small = st.integers(1, 7).flatmap(
    lambda count: st.tuples(
        *(st.lists(st.integers(-2, count), min_size=count, max_size=count) for _ in range(2)),
        st.lists(st.integers(-1, 2), min_size=count, max_size=count),
    )
)


@settings(max_examples=400)
@given(small)
def test_what_is_not_told_leads_only_down(arrays: tuple[list[int], list[int], list[int]]) -> None:
    tree = Links(left=arrays[0], right=arrays[1], parents=(), features=arrays[2])
    if not any(isinstance(one, Inconsistency) for one in told(tree)):
        assert leads_only_down(tree, 2)


@settings(max_examples=200)
@given(st.integers(0, 40), st.randoms(use_true_random=False))
def test_trees_that_grow_leaf_by_leaf_are_sound(splits: int, choice: object) -> None:
    left, right, parents = [-1], [-1], [-1]
    for _ in range(splits):
        node = choice.choice([at for at, child in enumerate(left) if child == -1])  # type: ignore[attr-defined]
        left[node], right[node] = len(left), len(left) + 1
        left += [-1, -1]
        right += [-1, -1]
        parents += [node, node]
    tree = Links(left=left, right=right, parents=parents, features=[1] * len(left))
    assert told(tree) == []
    assert tree_links._is_plain(tree, 2)
    if splits:
        assert told(tree, 1)


def test_leaves_of_lightgbm_become_nodes() -> None:
    tree = leaf_or_node(Links(left=[1, -1], right=[-2, -3], parents=(), features=[0, 1]), 3)
    assert (list(tree.left), list(tree.right)) == ([1, 2, -1, -1, -1], [3, 4, -1, -1, -1])
    assert told(tree) == []


def test_depth() -> None:
    count = DEEPEST + 5
    size = 2 * count + 1
    left, right = [-1] * size, [-1] * size
    for at in range(count):
        left[2 * at], right[2 * at] = 2 * at + 1, 2 * at + 2
    (claim,) = told(Links(left=left, right=right, parents=(), features=[0] * size))
    assert isinstance(claim, ResourceClaim)
    assert claim.claimed == count + 1
