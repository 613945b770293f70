"""package-lock.json and npm-shrinkwrap.json, versions 1 to 3: the tree of folders that npm makes.

Source: docs.npmjs.com, "package-lock.json". Which of several versions a package gets is found as Node finds it: in the
nearest ``node_modules`` on the way up.
"""

from __future__ import annotations

from weighbridge.core.errors import OverLimit
from weighbridge.inventory.software import names
from weighbridge.inventory.software.projects import wanted
from weighbridge.inventory.software.shapes import PACKAGES, Lines, json_table, pointer, table, text_of, word
from weighbridge.inventory.software.values import Ecosystem, Edge, Manifest, Package, Place, Source, Standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.formats.strict_json import JsonValue

DEEPEST = 50
"""Packages within packages; npm flattens to some five."""

_FOLDER = "node_modules/"
_NEEDED = ("dependencies", "optionalDependencies", "peerDependencies")
_ROOT = (*_NEEDED, "devDependencies")


def read(content: bytes) -> Manifest:
    """Read a lock; raises Malformed and OverLimit."""
    document, lines = json_table(content), Lines(text_of(content))
    tree = table(document.get("packages"))
    where: tuple[str, ...] = ("packages",)
    if not tree:
        tree = {"": {}}
        _flatten(document, "", tree, 0)
        where = ()
    if len(tree) > PACKAGES:
        raise OverLimit(f"more than {PACKAGES:,} packages")
    root = table(tree.get(""))
    direct = {found for key in _ROOT for name in table(root.get(key)) if (found := _found(tree, "", name)) is not None}
    packages = []
    for path, held in tree.items():
        entry = table(held)
        made = _package(path, entry, tree) if path and entry.get("link") is not True else None
        if made is None:
            continue
        is_direct = path in direct if where else None
        packages.append(_located(made, path, where, lines, is_direct=is_direct))
    return Manifest(
        kind="package-lock.json", name=word(document.get("name")), version=names.version(document.get("version")),
        packages=tuple(packages),
    )  # fmt: skip


def _located(package: Package, path: str, where: tuple[str, ...], lines: Lines, *, is_direct: bool | None) -> Package:
    from weighbridge.core.values import replace

    parts = (*where, path) if where else tuple(
        part for name in path.removeprefix(_FOLDER).split(f"/{_FOLDER}") for part in ("dependencies", name)
    )  # fmt: skip
    return replace(package, pointer=pointer(*parts), line=lines.of(path if where else package.name), direct=is_direct)


def _flatten(held: dict[str, JsonValue], path: str, tree: dict[str, JsonValue], depth: int) -> None:
    """Turn the nested tree of version 1 into the flat one of the later versions."""
    if depth > DEEPEST or len(tree) > PACKAGES:
        raise OverLimit(f"more than {DEEPEST} packages within each other, or more than {PACKAGES:,}")
    for name, found in table(held.get("dependencies")).items():
        entry = table(found)
        here = f"{path}/{_FOLDER}{name}" if path else f"{_FOLDER}{name}"
        tree[here] = {**entry, "dependencies": entry.get("requires")}
        _flatten(entry, here, tree, depth + 1)


def _package(path: str, entry: dict[str, JsonValue], tree: dict[str, JsonValue]) -> Package | None:
    """Give the package in a folder; None for a workspace of the project and what has no name."""
    _, mark, last = path.rpartition(_FOLDER)
    if not mark:
        return None
    written = word(entry.get("name")) or last
    name = names.normal(Ecosystem.NPM, written)
    if not name:
        return None
    version, resolved = word(entry.get("version")), word(entry.get("resolved"))
    source = names.index(resolved)
    if not _is_plain(version):  # version 1 writes where it comes from in place of the version
        made = wanted(written, version, "", 0, ())
        source, version = (made.source if made is not None else source), ""
    elif resolved.startswith("git"):
        source = names.repository(resolved.partition("#")[0], "", resolved.partition("#")[2])
    elif resolved.startswith("file:"):
        source = Source(place=Place.PATH, address=resolved[5:])
    elif source.address:
        source = _registry(source.address, name)
    hashed = names.digest(entry.get("integrity"))
    groups = tuple(key for key in ("dev", "optional", "peer") if entry.get(key) is True)
    return Package(
        ecosystem=Ecosystem.NPM, name=name, written=written, version=names.version(version), standing=Standing.LOCKED,
        hashes=(hashed,) if hashed else (), source=source, groups=groups, requires=tuple(_edges(path, entry, tree)),
        license=word(entry.get("license"), 200),
    )  # fmt: skip


def _registry(address: str, name: str) -> Source:
    """Tell a registry, which keeps files as ``<registry>/<name>/-/<file>.tgz``, from any other address."""
    base, mark, _ = address.partition(f"/{name}/-/")
    return Source(address=base) if mark else Source(place=Place.URL, address=address)


def _is_plain(version: str) -> bool:
    return not version or (bool(names.version(version)) and ":" not in version)


def _edges(path: str, entry: dict[str, JsonValue], tree: dict[str, JsonValue]) -> Iterator[Edge]:
    for key in _NEEDED:
        for name in table(entry.get(key)):
            found = _found(tree, path, name)
            if found is not None:
                held = table(tree[found])
                real = names.normal(Ecosystem.NPM, word(held.get("name")) or name)
                yield Edge(name=real, version=names.version(held.get("version")))


def _found(tree: dict[str, JsonValue], path: str, name: str) -> str | None:
    """Look for a package from a folder upwards, as Node does."""
    here = path
    for _ in range(DEEPEST + 1):
        wanted_ = f"{here}/{_FOLDER}{name}" if here else f"{_FOLDER}{name}"
        if wanted_ in tree:
            return wanted_
        if not here:
            return None
        here = here.rpartition(f"/{_FOLDER}")[0] if f"/{_FOLDER}" in here else ""
    return None
