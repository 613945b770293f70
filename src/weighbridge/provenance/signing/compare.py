"""What differs between the files of a model and the list that was signed; and all that the list does not speak of."""

from __future__ import annotations

import os

from weighbridge.core.values import value
from weighbridge.provenance.signing import digests as hashing
from weighbridge.provenance.signing.statement import piece
from weighbridge.provenance.signing.tree import SINGLE, Tree, folded, is_below, is_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from weighbridge.provenance.signing.model import Layout, Statement
    from weighbridge.provenance.signing.tree import TreeFile

_NAMED = 3
"""Paths that a warning names; a problem names them all."""


@value
class Comparison:
    """Paths by how they differ, as in ``SignatureReport``; ``empty`` are empty files that shards do not cover.

    ``odd`` pairs signed paths, and paths that pass for those, with what is wrong with them beside; ``foreign`` does so
    for what nobody signed: links, pipes. ``files`` and ``size`` are what was compared.
    """

    files: int
    size: int
    missing: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    odd: tuple[tuple[str, str], ...] = ()
    foreign: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


def compare(
    tree: Tree, statement: Statement, *, digests: Mapping[str, str] | None = None, jobs: int = 0,
    tell: Callable[[str, int], None] = lambda _path, _size: None,
) -> Comparison:  # fmt: skip
    """Hold a model against a statement that is believed; names are compared, not only the digest of the whole."""
    layout = statement.layout
    expected = _expected(statement)
    tree = _single(tree, expected)
    ignored_paths = effective(layout.ignored)
    places: dict[str, list[str]] = {"extra": [], "ignored": [], "unsigned": [], "empty": []}
    covered = []
    for file in tree.files:
        if file.path in expected:
            covered.append(file)
        else:
            places[_place(file.path, ignored_paths, is_empty=bool(layout.shard) and not file.size)].append(file.path)
    odd, foreign = [], []
    signed = {folded(path) for path in expected} if tree.troubles else set()
    for path, why in tree.troubles:
        place = _place(path, ignored_paths, is_empty=False)
        if folded(path) in signed:
            # Where case does not count it takes the place of a signed file, so no pattern may let it pass.
            odd.append((path, why))
        elif place == "extra":
            foreign.append((path, why))
        elif path not in places[place]:
            places[place].append(path)
    computed = hashing.compute(covered, layout, known=digests, jobs=jobs, tell=tell)
    odd += computed.troubles.items()
    altered = [file.path for file in covered if _differs(file, expected[file.path], layout, computed)]
    there = {file.path for file in covered} | {path for path, _ in odd}
    return Comparison(
        files=len(covered), size=sum(file.size for file in covered),
        missing=tuple(sorted(expected.keys() - there)), altered=tuple(altered),
        **{place: tuple(sorted(paths)) for place, paths in places.items()},
        odd=tuple(sorted(odd)), foreign=tuple(sorted(foreign)), warnings=tuple(_warnings(tree, statement, covered)),
    )  # fmt: skip


def effective(ignored: Iterable[str]) -> tuple[str, ...]:
    """Give the paths that were left out as paths of the model; what leads out of it leaves nothing out."""
    plain = [os.path.normpath(one) for one in ignored if "\0" not in one and not one.startswith("/")]
    return tuple(one for one in plain if one != ".." and not one.startswith("../"))


def _expected(statement: Statement) -> dict[str, dict[str, str]]:
    """Sort the resources by file: digests by the name of the resource."""
    found: dict[str, dict[str, str]] = {}
    for one in statement.resources:
        found.setdefault(piece(one.name, statement.layout).path, {})[one.name] = one.digest
    return found


def _single(tree: Tree, expected: Mapping[str, object]) -> Tree:
    """Give the only file of a model that is a file the name that was signed: its own, or a dot from older tools."""
    own = os.path.basename(tree.root)
    if [file.path for file in tree.files] != [SINGLE] or tree.files[0].real != tree.root or list(expected) != [own]:
        return tree
    file = tree.files[0]
    return Tree(root=tree.root, files=(type(file)(path=own, real=file.real, size=file.size),))


def _place(path: str, ignored: tuple[str, ...], *, is_empty: bool) -> str:
    if is_git(path):
        return "unsigned"
    if is_below(path, ignored):
        return "ignored"
    return "empty" if is_empty else "extra"


def _differs(file: TreeFile, signed: Mapping[str, str], layout: Layout, computed: hashing.Digests) -> bool:
    if file.path in computed.troubles:
        return False
    return signed != {one.name: computed.found[one.name] for one in hashing.pieces(file, layout)}


def _warnings(tree: Tree, statement: Statement, covered: list[TreeFile]) -> Iterable[str]:
    """Say what no signature of this format covers."""
    links = [file.path for file in covered if file.link]
    if links:
        yield f"{some(links)} is a link; what it leads to was compared"
    executable = [file.path for file in tree.files if file.executable]
    if executable:
        yield f"{some(executable)} may be executed; no signature covers that right"
    if tree.empty:
        yield f"{some(list(tree.empty))} is an empty directory; no signature covers those"
    own = os.path.basename(tree.root)
    if statement.subject and own != statement.subject:
        yield f"it was called {statement.subject} when it was signed, here {own}; no signature covers that name"


def some(paths: list[str]) -> str:
    """Name the first of several paths, so that the sentence can go on in the singular."""
    named = ", ".join(paths[:_NAMED])
    return f"{named} and {len(paths) - _NAMED} more: each" if len(paths) > _NAMED else named
