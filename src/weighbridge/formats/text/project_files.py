"""Project files that name packages: pyproject.toml, setup.cfg, Pipfile, the locks of Poetry, uv and PDM.

Sources: PEP 518, 621, 735; documentation of Poetry, uv, Pipenv, setuptools. Only what an installation would follow.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity
from weighbridge.core.programs import CodeUnit
from weighbridge.core.references import Requirement
from weighbridge.core.when import When
from weighbridge.formats.text.requirements import LINES, one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

_PLACES = ("git", "hg", "url", "path", "file")
_SOURCE_KEYS = ("index-url", "extra-index-url", "find-links", "trusted-host")


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read one of these files; raises Malformed and OverLimit."""
    name = node.name.lower().rpartition("/")[2]
    yield Identity(at=node.at(), format="project file")
    if source.size > bench.limits.source_bytes:
        yield node.gap(GapKind.OVER_LIMIT, f"a project file of more than {bench.limits.source_bytes} bytes is not read")
        return
    text = source.read_at(0, source.size).decode("utf-8-sig", "replace")
    if name.endswith(".cfg"):
        yield from _setup(text, node)
        return
    document = toml_document(text)
    if name == "pipfile":
        yield from _pipfile(document, node)
    elif name.endswith(".lock"):
        yield from _lock(document, node)
    else:
        yield from _pyproject(document, node)


def inspect(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Read Pipfile.lock, which is JSON."""
    held = _table(document)
    yield Identity(at=node.at(), format="project file")
    for place in _list(_table(held.get("_meta")).get("sources")):
        yield from _index(_table(place), node)
    for part in ("default", "develop"):
        for name, entry in _table(held.get(part)).items():
            yield from _entry(name, entry, node)


DOTS = 200
"""Dots of a line outside of quotes: the time that ``tomllib`` takes for a key grows with the square of its parts."""


def toml_document(text: str) -> dict[str, Any]:
    """Read TOML within bounds; raises Malformed and OverLimit."""
    import re
    import tomllib

    plain = re.sub(r'"[^"\\\n]*+"', "", text)
    if any(line.count(".") > DOTS for line in plain.split("\n")):
        raise OverLimit(f"a line has more than {DOTS} dots outside of quotes")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise Malformed(f"no TOML: {wrong}") from None
    except RecursionError:
        raise OverLimit("the tables nest too deep") from None


# -- shapes: what has another shape than the format says is passed over ------------------------------------------------


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value[:LINES] if isinstance(value, list) else []


def _strings(value: Any) -> list[str]:
    return [one for one in _list(value) if isinstance(one, str)] if not isinstance(value, str) else [value]


# -- pyproject.toml ----------------------------------------------------------------------------------------------------


def _pyproject(document: dict[str, Any], node: Node) -> Iterator[Yield]:
    project, tool = _table(document.get("project")), _table(document.get("tool"))
    build = _table(document.get("build-system"))
    texts = _strings(project.get("dependencies")) + _strings(build.get("requires"))
    for group in (_table(project.get("optional-dependencies")), _table(document.get("dependency-groups"))):
        for names in group.values():
            texts += _strings(names)
    for text in texts[:LINES]:
        yield from one(text, node)
    if build.get("backend-path"):
        backend = str(build.get("build-backend", ""))[:100]
        yield CodeUnit(at=node.at(), language="python", carrier="build backend", name=backend, when=When.FLAG)
    yield from _poetry(_table(tool.get("poetry")), node)
    for part in (_table(tool.get("uv")), _table(_table(tool.get("uv")).get("pip"))):
        yield from _uv(part, node)
    for place in _list(_table(tool.get("pdm")).get("source")):
        yield from _index(_table(place), node)


def _poetry(poetry: dict[str, Any], node: Node) -> Iterator[Yield]:
    groups = [_table(group) for group in _table(poetry.get("group")).values()]
    for part in (
        poetry.get("dependencies"),
        poetry.get("dev-dependencies"),
        *(group.get("dependencies") for group in groups),
    ):
        for name, entry in _table(part).items():
            if name != "python":
                yield from _entry(name, entry, node)
    for place in _list(poetry.get("source")):
        yield from _index(_table(place), node)
    script = poetry.get("build")
    script = script.get("script") if isinstance(script, dict) else script
    if isinstance(script, str):
        yield CodeUnit(at=node.at(), language="python", carrier="build script", name=script[:100], when=When.FLAG)


def _uv(part: dict[str, Any], node: Node) -> Iterator[Yield]:
    for place in _list(part.get("index")):
        yield from _index(_table(place), node)
    for key in _SOURCE_KEYS:
        for address in _strings(part.get(key)):
            yield _made(node, "", f"{key} = {address}", "option", detail=address)
    for name, entries in _table(part.get("sources")).items():
        for entry in entries if isinstance(entries, list) else [entries]:
            if any(place in _table(entry) for place in _PLACES):
                yield from _entry(name, entry, node)


def _index(place: dict[str, Any], node: Node) -> Iterator[Yield]:
    address = place.get("url")
    if isinstance(address, str):
        yield _made(node, "", f"source {address}", "option", detail=address)
    if place.get("verify_ssl") is False:
        yield _made(node, "", f"source {address} without verification", "option", detail="verify_ssl = false")


def _entry(name: str, entry: Any, node: Node) -> Iterator[Yield]:
    """Tell a package that is written as a version or as a table."""
    if isinstance(entry, list):
        for each in entry[:LINES]:
            yield from _entry(name, each, node) if not isinstance(each, list) else ()
        return
    table = _table(entry)
    hashed = bool(table.get("hashes"))
    for place in _PLACES:
        target = table.get(place)
        if not isinstance(target, str):
            continue
        revision = table.get("rev") or table.get("ref") or table.get("resolved_reference")
        if place in {"git", "hg"}:
            fixed = isinstance(revision, str) and len(revision) in {40, 64}
            yield _made(node, name, f"{name} = {target}", "vcs", hashed=fixed, detail=target)
        elif "://" in target and not target.startswith("file:"):
            yield _made(node, name, f"{name} = {target}", "url", hashed=hashed, detail=target)
        else:
            origin = "editable" if table.get("editable") or table.get("develop") else "path"
            yield _made(node, name, f"{name} = {target}", origin, hashed=hashed, detail=target)
        return
    version = entry if isinstance(entry, str) else str(table.get("version", ""))[:200]
    yield _made(node, name, f"{name} {version}".strip(), "index", hashed=hashed)


# -- Pipfile, locks, setup.cfg -----------------------------------------------------------------------------------------


def _pipfile(document: dict[str, Any], node: Node) -> Iterator[Yield]:
    for place in _list(document.get("source")):
        yield from _index(_table(place), node)
    for part in ("packages", "dev-packages"):
        for name, entry in _table(document.get(part)).items():
            yield from _entry(name, entry, node)


def _lock(document: dict[str, Any], node: Node) -> Iterator[Yield]:
    indexes: dict[str, None] = {}
    for package in _list(document.get("package")):
        table = _table(package)
        name, source = str(table.get("name", ""))[:200], _table(table.get("source"))
        kind, address = source.get("type"), source.get("url")
        if isinstance(kind, str) and isinstance(address, str):
            # Poetry: type is legacy for another index, git, url, file or directory.
            key = {"git": "git", "url": "url", "file": "path", "directory": "path"}.get(kind, "")
            if key:
                yield from _entry(name, {key: address, "resolved_reference": source.get("resolved_reference")}, node)
                continue
            indexes[address] = None
        elif any(isinstance(source.get(place), str) for place in ("git", "url", "path", "directory", "editable")):
            yield from _uv_locked(name, source, node)
            continue
        if isinstance(source.get("registry"), str):
            indexes[source["registry"]] = None
        hashed = any("hash" in _table(file) for file in _list(table.get("files")) + _list(table.get("wheels")))
        yield _made(node, name, f"{name} {table.get('version', '')}"[:300], "index", hashed=hashed)
    for address in list(indexes)[:LINES]:
        yield _made(node, "", f"index {address}", "option", detail=address)


def _uv_locked(name: str, source: dict[str, Any], node: Node) -> Iterator[Yield]:
    if isinstance(source.get("git"), str):
        commit = source["git"].rpartition("#")[2]
        yield _made(node, name, source["git"], "vcs", hashed=len(commit) == 40, detail=source["git"])
    elif isinstance(source.get("url"), str):
        yield _made(node, name, source["url"], "url", hashed=True, detail=source["url"])
    else:
        place = next(one for one in ("path", "directory", "editable") if isinstance(source.get(one), str))
        origin = "editable" if place == "editable" else "path"
        yield _made(node, name, source[place], origin, detail=source[place])


def _setup(text: str, node: Node) -> Iterator[Yield]:
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as wrong:
        raise Malformed(f"no configuration that setuptools reads: {str(wrong).splitlines()[0]}") from None
    if not parser.has_section("options"):
        return
    for key in ("install_requires", "setup_requires", "tests_require", "dependency_links"):
        for line in parser.get("options", key, fallback="").splitlines()[:LINES]:
            if line.strip() and not line.strip().startswith(("#", "file:")):
                yield from one(line.strip(), node)
    if parser.has_section("options.extras_require"):
        for _, value in parser.items("options.extras_require")[:LINES]:
            for line in value.splitlines()[:LINES]:
                if line.strip() and not line.strip().startswith(("#", "file:")):
                    yield from one(line.strip(), node)


def _made(
    node: Node, name: str, specifier: str, origin: str, *, hashed: bool = False, detail: str = ""
) -> Requirement:  # fmt: skip
    return Requirement(
        at=node.at(), name=name[:200], specifier=specifier[:2_000], origin=origin, hashed=hashed, detail=detail[:2_000]
    )
