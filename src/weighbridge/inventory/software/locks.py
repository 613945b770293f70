"""Locks of Python and Rust: which version of each package a resolver has chosen, and what needs what.

Sources: PEP 751 (pylock.toml); documentation and lock files of uv, Poetry, PDM and Pipenv; The Cargo Book, "Cargo.toml
vs Cargo.lock". What a lock does not say, such as which packages are wanted directly, stays open.
"""

from __future__ import annotations

from weighbridge.inventory.software import names
from weighbridge.inventory.software.requirement_files import one
from weighbridge.inventory.software.shapes import Lines, items, json_table, pointer, table, text_of, toml, word, words
from weighbridge.inventory.software.values import Ecosystem, Edge, Manifest, Package, Place, Source, Standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.formats.strict_json import JsonValue


class _Locked:
    """The ``[[package]]`` tables of a lock, with the lines on which they begin."""

    def __init__(self, content: bytes, heading: str = "package") -> None:
        text = text_of(content)
        self.document = toml(text)
        self.tables = [table(each) for each in items(self.document.get(heading))]
        lines = Lines(text).headings(f"[[{heading}]]")
        self.lines = lines if len(lines) == len(self.tables) else [0] * len(self.tables)
        self.heading = heading

    def __iter__(self) -> Iterator[tuple[dict[str, JsonValue], str, int]]:
        for number, (held, line) in enumerate(zip(self.tables, self.lines, strict=True)):
            yield held, pointer(self.heading, number), line


def _python(
    held: dict[str, JsonValue], where: str, line: int, source: Source, *, direct: bool | None = None,
    groups: tuple[str, ...] = (), requires: tuple[Edge, ...] = (), hashes: tuple[str, ...] = (), marker: str = "",
    ecosystem: Ecosystem = Ecosystem.PYPI,
) -> Iterator[Package]:  # fmt: skip
    """Yield the package of a table that has a name and perhaps a version; none for a name that is none."""
    written = word(held.get("name"))
    name = names.normal(ecosystem, written)
    if name:
        yield Package(
            ecosystem=ecosystem, name=name, written=written, version=names.version(held.get("version")),
            standing=Standing.LOCKED, marker=marker, hashes=hashes, source=source, direct=direct, groups=groups,
            requires=requires, pointer=where, line=line,
        )  # fmt: skip


def _hashes(*found: JsonValue) -> tuple[str, ...]:
    """Collect the digests of files: tables with ``hash`` or ``hashes``."""
    collected = set()
    for each in found:
        for file in [each] if isinstance(each, dict) else items(each):
            held = table(file)
            collected.add(names.digest(held.get("hash")))
            collected |= {names.digest(f"{kind}:{word(text)}") for kind, text in table(held.get("hashes")).items()}
    return tuple(sorted(collected - {""}))


def uv(content: bytes) -> Manifest:
    """Read uv.lock; raises Malformed and OverLimit."""
    locked = _Locked(content)
    roots = [held for held, _, _ in locked if _is_root(table(held.get("source")))]
    direct = {
        names.normal(Ecosystem.PYPI, edge.name): edge.extra
        for held in roots for edge in reversed(_uv_edges(held))
    }  # fmt: skip
    packages: list[Package] = []
    for held, where, line in locked:
        if _is_root(table(held.get("source"))):
            continue
        name = names.normal(Ecosystem.PYPI, word(held.get("name")))
        is_direct = name in direct if roots else None
        packages += _python(
            held, where, line, _uv_source(table(held.get("source"))), direct=is_direct,
            groups=tuple(filter(None, [direct.get(name, "")])), requires=_uv_edges(held),
            hashes=_hashes(held.get("sdist"), held.get("wheels")),
            marker=" or ".join(words(held.get("resolution-markers"))),
        )  # fmt: skip
    root = roots[0] if roots else {}
    return Manifest(
        kind="uv.lock", name=word(root.get("name")), version=names.version(root.get("version")),
        packages=tuple(packages),
    )  # fmt: skip


def _is_root(source: dict[str, JsonValue]) -> bool:
    return word(source.get("virtual")) == "." or word(source.get("editable")) == "."


def _uv_edges(held: dict[str, JsonValue]) -> tuple[Edge, ...]:
    parts = [("", held.get("dependencies"))]
    for key in ("optional-dependencies", "dev-dependencies"):
        parts += list(table(held.get(key)).items())
    return tuple(
        Edge(
            name=names.normal(Ecosystem.PYPI, word(table(each).get("name"))),
            version=names.version(table(each).get("version")), marker=word(table(each).get("marker")),
            extra=group[:200],
        )
        for group, found in parts for each in items(found)
    )  # fmt: skip


def _uv_source(source: dict[str, JsonValue]) -> Source:
    if git := word(source.get("git")):
        address, _, fixed = git.partition("#")
        address, _, query = address.partition("?")
        return names.repository(address, query.partition("=")[2], fixed)
    if url := word(source.get("url")):
        return Source(place=Place.URL, address=names.shown(url))
    for key in ("path", "directory", "editable", "virtual"):
        if path := word(source.get(key)):
            return Source(place=Place.PATH, address=path, editable=key == "editable")
    return names.index(source.get("registry"))


def poetry(content: bytes) -> Manifest:
    """Read poetry.lock; raises Malformed and OverLimit."""
    locked = _Locked(content)
    old = table(table(locked.document.get("metadata")).get("files"))  # before Poetry 1.3
    packages: list[Package] = []
    for held, where, line in locked:
        source = table(held.get("source"))
        kind, address = word(source.get("type")), word(source.get("url"))
        if kind == "git":
            found = names.repository(address, word(source.get("reference")), word(source.get("resolved_reference")))
        elif kind == "url":
            found = Source(place=Place.URL, address=names.shown(address))
        elif kind in {"directory", "file"}:
            found = Source(place=Place.PATH, address=address, editable=held.get("develop") is True)
        else:
            found = names.index(address)
        requires = []
        for name, needed in table(held.get("dependencies")).items():
            first = table(items(needed)[0]) if isinstance(needed, list) and needed else table(needed)
            requires.append(Edge(name=names.normal(Ecosystem.PYPI, name), marker=word(first.get("markers"))))
        groups = words(held.get("groups")) or tuple(filter(None, [word(held.get("category"))]))
        packages += _python(
            held, where, line, found, groups=tuple(each for each in groups if each != "main"), requires=tuple(requires),
            hashes=_hashes(held.get("files"), old.get(word(held.get("name")))),
        )  # fmt: skip
    return Manifest(kind="poetry.lock", packages=tuple(packages))


def pdm(content: bytes) -> Manifest:
    """Read pdm.lock; raises Malformed and OverLimit."""
    packages: list[Package] = []
    for held, where, line in _Locked(content):
        source = Source()
        if git := word(held.get("git")):
            source = names.repository(git, word(held.get("ref")), word(held.get("revision")))
        elif url := word(held.get("url")):
            source = Source(place=Place.URL, address=names.shown(url))
        elif path := word(held.get("path")):
            source = Source(place=Place.PATH, address=path, editable=held.get("editable") is True)
        asked = [one(text, pointer="") for text in words(held.get("dependencies"))]
        packages += _python(
            held, where, line, source, groups=tuple(each for each in words(held.get("groups")) if each != "default"),
            requires=tuple(Edge(name=each.name, marker=each.marker) for each in asked if each is not None),
            hashes=_hashes(held.get("files")), marker=word(held.get("marker")),
        )  # fmt: skip
    return Manifest(kind="pdm.lock", packages=tuple(packages))


def pylock(content: bytes) -> Manifest:
    """Read pylock.toml (PEP 751); raises Malformed and OverLimit."""
    packages: list[Package] = []
    for held, where, line in _Locked(content, "packages"):
        vcs, folder, archive = table(held.get("vcs")), table(held.get("directory")), table(held.get("archive"))
        source = names.index(held.get("index"))
        if vcs:
            address = word(vcs.get("url")) or word(vcs.get("path"))
            source = names.repository(address, word(vcs.get("requested-revision")), word(vcs.get("commit-id")))
        elif folder:
            source = Source(place=Place.PATH, address=word(folder.get("path")), editable=folder.get("editable") is True)
        elif archive:
            url = word(archive.get("url"))
            place = Place.URL if url else Place.PATH
            source = Source(place=place, address=names.shown(url) or word(archive.get("path")))
        edges = [table(each) for each in items(held.get("dependencies"))]
        packages += _python(
            held, where, line, source, marker=word(held.get("marker")),
            requires=tuple(
                Edge(
                    name=names.normal(Ecosystem.PYPI, word(each.get("name"))),
                    version=names.version(each.get("version")),
                )
                for each in edges
            ),
            hashes=_hashes(held.get("sdist"), held.get("wheels"), archive),
        )  # fmt: skip
    return Manifest(kind="pylock.toml", packages=tuple(packages))


def pipenv(content: bytes) -> Manifest:
    """Read Pipfile.lock; raises Malformed and OverLimit."""
    document, lines, packages = json_table(content), Lines(text_of(content)), list[Package]()
    for part, held in document.items():
        if part == "_meta":
            continue
        groups = () if part == "default" else ("dev" if part == "develop" else part[:200],)
        for written, found in table(held).items():
            entry = table(found)
            source = Source()
            if git := word(entry.get("git")):
                source = names.repository(git, word(entry.get("ref")), editable=entry.get("editable") is True)
            elif path := word(entry.get("path")) or word(entry.get("file")):
                is_url = "://" in path and not path.startswith("file:")
                source = Source(
                    place=Place.URL if is_url else Place.PATH, address=names.shown(path),
                    editable=entry.get("editable") is True,
                )  # fmt: skip
            name = names.normal(Ecosystem.PYPI, written)
            if name:
                packages.append(Package(
                    ecosystem=Ecosystem.PYPI, name=name, written=written,
                    version=names.exact(word(entry.get("version"))), standing=Standing.LOCKED,
                    marker=word(entry.get("markers")), extras=words(entry.get("extras")), source=source,
                    hashes=tuple(filter(None, map(names.digest, items(entry.get("hashes"))))), groups=groups,
                    pointer=pointer(part, written), line=lines.of(written),
                ))  # fmt: skip
    return Manifest(kind="Pipfile.lock", packages=tuple(packages))


def cargo(content: bytes) -> Manifest:
    """Read Cargo.lock; raises Malformed and OverLimit. Packages without a source lie in the workspace."""
    locked = _Locked(content)
    roots = [held for held, _, _ in locked if not word(held.get("source"))]
    single: dict[str, str] = {}
    for held in locked.tables:
        name = word(held.get("name"))
        single[name] = "" if name in single else names.version(held.get("version"))
    direct = {_cargo_edge(text, single) for held in roots for text in words(held.get("dependencies"))}
    packages: list[Package] = []
    for held, where, line in locked:
        address = word(held.get("source"))
        if not address:
            continue
        source = names.index(address)
        if address.startswith("git+"):
            source = names.repository(address.partition("?")[0].partition("#")[0], "", address.rpartition("#")[2])
        requires = tuple(_cargo_edge(text, single) for text in words(held.get("dependencies")))
        own = Edge(name=word(held.get("name")), version=names.version(held.get("version")))
        checksum = names.digest(f"sha256:{word(held.get('checksum'))}")
        packages += _python(
            held, where, line, source, direct=own in direct, requires=requires,
            hashes=(checksum,) if checksum else (), ecosystem=Ecosystem.CARGO,
        )  # fmt: skip
    root = roots[0] if len(roots) == 1 else {}
    return Manifest(
        kind="Cargo.lock", name=word(root.get("name")), version=names.version(root.get("version")),
        packages=tuple(packages),
    )  # fmt: skip


def _cargo_edge(text: str, single: dict[str, str]) -> Edge:
    """Read ``name``, ``name version`` or ``name version (source)``; without a version there is one package only."""
    name, _, rest = text.partition(" ")
    return Edge(name=name, version=names.version(rest.split(" ")[0]) or single.get(name, ""))
