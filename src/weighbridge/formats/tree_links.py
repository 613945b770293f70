"""Decision trees as arrays of links: what a native reader follows without a look at where it leads.

XGBoost, LightGBM and scikit-learn keep a tree as arrays: for each node its two children and the feature that it tests.
A prediction goes from index to index in memory; a search for the depth of a tree calls itself for each child.
"""

from __future__ import annotations

from weighbridge.core.facts import Inconsistency, ResourceClaim
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from weighbridge.core.facts import Fact
    from weighbridge.core.location import Location

DEEPEST = 4_096
"""Nodes from a root to a leaf: readers call themselves for each. Trees grown by loss end at some hundreds."""

_ROOTS = (-1, 0x7FFF_FFFF)
"""What XGBoost writes as the parent of a root: -1, or the same without the bit that tells left from right."""


@value
class Links:
    """One tree. A child that is no node's number is a leaf: ``leaves`` says how such numbers are meant.

    ``right`` of a leaf names one of ``leaves`` vectors where there are any. ``parents`` may be empty.
    """

    left: Sequence[int]
    right: Sequence[int]
    parents: Sequence[int]
    features: Sequence[int]
    vectors: int = 0


def follow(tree: Links, name: str, at: Location, width: int) -> Iterator[Fact]:
    """Go through every node that the root leads to, and compare what it names with what is there.

    ``width`` is the number of features; below zero it is not known.
    """
    if _is_plain(tree, width):
        return
    told: dict[str, tuple[str, bool]] = {}
    count = len(tree.left)
    left, right, parents, features = tree.left, tree.right, tree.parents, tree.features
    seen = bytearray(count)
    level, depth = ([0], 0) if count else ([], 0)
    if count:
        seen[0] = 1
    while level:
        below: list[int] = []
        for node in level:
            first, second = left[node], right[node]
            if first == -1:
                if tree.vectors and not 0 <= second < tree.vectors:
                    told.setdefault("leaf", (f"node {node} names vector {second} of {tree.vectors}", True))
                continue
            feature = features[node]
            if feature < 0 or (0 <= width <= feature):
                told.setdefault("split index", (f"node {node} tests feature {feature} of {max(width, 0)}", True))
            for child in (first, second):
                if not 0 <= child < count:
                    told.setdefault("node index", (f"node {node} leads to node {child} of {count}", True))
                elif seen[child]:
                    told.setdefault("cycle", (f"node {node} leads back to node {child}", True))
                else:
                    seen[child] = 1
                    below.append(child)
                    if parents and parents[child] != node:
                        detail = f"node {child} says its parent is {parents[child]}, it is {node}"
                        told.setdefault("parent", (detail, False))
        level = below
        depth += 1
    _unreached(tree, told)
    for what, (detail, memory) in told.items():
        yield Inconsistency(at=at, what=f"{what} of a tree", detail=f"{name}: {detail}", memory=memory)
    if depth > DEEPEST:
        yield ResourceClaim(at=at, what=f"depth of {name}", claimed=depth, limit=DEEPEST, unit="nodes")


def _is_plain(tree: Links, width: int) -> bool:
    """Tell quickly of most trees that all is well: each node but the root is the child of one node before it."""
    left, right, parents = tree.left, tree.right, tree.parents
    inner = [node for node, child in enumerate(left) if child != -1]
    if tree.vectors or not left or len(left) != 2 * len(inner) + 1 or len(inner) > DEEPEST:
        return False
    first, second = [left[node] for node in inner], [right[node] for node in inner]
    children = {*first, *second}
    if len(children) != 2 * len(inner) or (children and not 0 < min(children) <= max(children) < len(left)):
        return False
    if not (all(map(int.__lt__, inner, first)) and all(map(int.__lt__, inner, second))) or min(right) < -1:
        return False
    if parents and ([parents[node] for node in first] != inner or [parents[node] for node in second] != inner):
        return False
    tested = [tree.features[node] for node in inner]
    is_tested = not tested or (min(tested) >= 0 and (width < 0 or max(tested) < width))
    return is_tested and (not parents or parents[0] in _ROOTS) and max(right) < len(left)


def _unreached(tree: Links, told: dict[str, tuple[str, bool]]) -> None:
    """Look at the nodes that no other leads to as well: readers copy and number them all."""
    count = len(tree.left)
    for links, most in ((tree.left, count), (tree.right, max(count, tree.vectors))):
        if links and (min(links) < -1 or max(links) >= most):
            told.setdefault("node index", (f"a child between {min(links)} and {max(links)} of {count} nodes", True))
    for node, parent in enumerate(tree.parents):
        if not 0 <= parent < count and parent not in _ROOTS:
            told["parent"] = (f"node {node} says its parent is {parent} of {count}", True)
            return
    if tree.parents and tree.parents[0] not in _ROOTS:
        told.setdefault("parent", (f"the root says its parent is {tree.parents[0]}", True))


def leaf_or_node(tree: Links, leaves: int) -> Links:
    """Turn LightGBM's numbering, where ``~leaf`` stands among the children, into nodes alone.

    Leaf *n* becomes the node behind the last inner one plus *n*; a number of no leaf stays outside.
    """
    inner = len(tree.left)
    bare = [-1] * leaves
    return Links(
        left=[_moved(child, inner, leaves) for child in tree.left] + bare,
        right=[_moved(child, inner, leaves) for child in tree.right] + bare,
        parents=(),
        features=[*tree.features, *([0] * leaves)],
    )


def _moved(child: int, inner: int, leaves: int) -> int:
    if child >= 0:
        return child if child < inner else inner + leaves + child
    return inner + ~child
