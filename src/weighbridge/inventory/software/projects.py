"""Files in which a project says what it needs: pyproject.toml, setup.cfg, setup.py, Pipfile, package.json.

Sources: PEP 621 and 735; documentation of Poetry ("Dependency specification"), setuptools ("Declarative
configuration"), Pipenv ("Pipfile"); docs.npmjs.com, "package.json". Nothing is run: of setup.py only what is written
out in the call of ``setup``.
"""

from __future__ import annotations

import ast
import configparser

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.inventory.software import names
from weighbridge.inventory.software.requirement_files import one, several
from weighbridge.inventory.software.shapes import Lines, items, json_table, pointer, table, text_of, toml, word, words
from weighbridge.inventory.software.values import Ecosystem, Manifest, Package, Place, Source, Standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.formats.strict_json import JsonValue


def pyproject(content: bytes) -> Manifest:
    """Read pyproject.toml; raises Malformed and OverLimit."""
    text = text_of(content)
    document, lines, trouble = toml(text), Lines(text), list[str]()
    project, tool = table(document.get("project")), table(document.get("tool"))
    poetry = table(tool.get("poetry"))
    packages = [
        *_texts(project.get("dependencies"), "/project/dependencies", lines, trouble),
        *_groups(table(project.get("optional-dependencies")), "/project/optional-dependencies", lines, trouble),
        *_dependency_groups(table(document.get("dependency-groups")), lines, trouble),
        *_poetry(poetry, lines),
    ]
    for key in words(project.get("dynamic")):
        if key in {"dependencies", "optional-dependencies"}:
            trouble.append(f"{key} are dynamic: the build decides them")
    packages = [_placed(one, table(table(tool.get("uv")).get("sources"))) for one in packages]
    return Manifest(
        kind="pyproject", name=word(project.get("name")) or word(poetry.get("name")),
        version=names.version(project.get("version")) or names.version(poetry.get("version")),
        packages=tuple(packages), trouble=tuple(trouble),
    )  # fmt: skip


def _texts(
    found: JsonValue, where: str, lines: Lines, trouble: list[str], groups: tuple[str, ...] = ()
) -> Iterator[Package]:
    texts = tuple(word(each) for each in items(found))
    return several(texts, where, {text: lines.of(text) for text in texts}, trouble, groups)


def _groups(found: dict[str, JsonValue], where: str, lines: Lines, trouble: list[str]) -> Iterator[Package]:
    for group, texts in found.items():
        yield from _texts(texts, where + pointer(group), lines, trouble, (group[:200],))


def _dependency_groups(found: dict[str, JsonValue], lines: Lines, trouble: list[str]) -> Iterator[Package]:
    """Read groups (PEP 735): texts, and tables that include another group."""
    for group, entries in found.items():
        for number, entry in enumerate(items(entries)):
            where = pointer("dependency-groups", group, number)
            if isinstance(entry, dict):
                if not word(entry.get("include-group")):
                    trouble.append(f"{where} is no requirement")
                continue  # what is included is told for its own group
            made = one(word(entry), pointer=where, line=lines.of(word(entry)), groups=(group[:200],))
            if made is None:
                trouble.append(f"{where} is no requirement")
            else:
                yield made


def _placed(package: Package, sources: dict[str, JsonValue]) -> Package:
    """Put in what ``tool.uv.sources`` says of a package."""
    from weighbridge.core.values import replace

    for name, found in sources.items():
        if names.normal(Ecosystem.PYPI, name) == package.name and isinstance(found, dict):
            source = _source(found)
            if source.place is not Place.INDEX:
                standing = Standing.PINNED if source.commit else Standing.ASKED
                return replace(package, source=source, version="", standing=standing)
    return package


def _source(entry: dict[str, JsonValue]) -> Source:
    """Give the source that a table of Poetry, Pipenv, uv or PDM names."""
    editable = entry.get("editable") is True or entry.get("develop") is True
    if git := word(entry.get("git")):
        revision = word(entry.get("rev")) or word(entry.get("ref")) or word(entry.get("tag"))
        return names.repository(git, revision or word(entry.get("branch")), editable=editable)
    if url := word(entry.get("url")) or word(entry.get("file")):
        if "://" in url and not url.startswith("file:"):
            return Source(place=Place.URL, address=names.shown(url))
        return Source(place=Place.PATH, address=url, editable=editable)
    if path := word(entry.get("path")):
        return Source(place=Place.PATH, address=path, editable=editable)
    return Source()


def _poetry(poetry: dict[str, JsonValue], lines: Lines) -> Iterator[Package]:
    extras: dict[str, list[str]] = {}
    for extra, members in table(poetry.get("extras")).items():
        for member in words(members):
            extras.setdefault(member, []).append(extra[:200])
    parts = [
        (("tool", "poetry", "dependencies"), table(poetry.get("dependencies")), ""),
        (("tool", "poetry", "dev-dependencies"), table(poetry.get("dev-dependencies")), "dev"),
        *(
            (("tool", "poetry", "group", group, "dependencies"), table(table(held).get("dependencies")), group[:200])
            for group, held in table(poetry.get("group")).items()
        ),
    ]
    for where, entries, group in parts:
        for name, entry in entries.items():
            if name.lower() != "python":
                groups = (group,) if group else tuple(extras.get(name, ()))
                yield from named(name, entry, pointer(*where, name), lines.of(name), groups)


def named(name: str, entry: JsonValue, where: str, line: int, groups: tuple[str, ...]) -> Iterator[Package]:
    """Give the packages of a key of Poetry or Pipenv: a version, a table, or a list of tables for several markers."""
    if isinstance(entry, list):
        for number, each in enumerate(items(entry)[:100]):
            if not isinstance(each, list):
                yield from named(name, each, f"{where}/{number}", line, groups)
        return
    held = table(entry)
    written = word(entry) or word(held.get("version"))
    normal = names.normal(Ecosystem.PYPI, name)
    if not normal:
        return
    source = _source(held)
    version = names.exact(written) if source.place is Place.INDEX else ""
    marker = " and ".join(
        filter(None, [word(held.get("markers")), _python(word(held.get("python")))]),
    )
    yield Package(
        ecosystem=Ecosystem.PYPI, name=normal, written=name, specifier="" if written == "*" else written,
        version=version, standing=Standing.PINNED if version or source.commit else Standing.ASKED, marker=marker,
        extras=words(held.get("extras")), source=source, direct=True, groups=groups, pointer=where, line=line,
    )  # fmt: skip


def _python(specifier: str) -> str:
    return f"python {specifier}" if specifier else ""


def pipfile(content: bytes) -> Manifest:
    """Read a Pipfile; raises Malformed and OverLimit."""
    text = text_of(content)
    document, lines = toml(text), Lines(text)
    packages: list[Package] = []
    for part, found in document.items():
        if part in {"source", "requires", "scripts", "pipenv", "build-system"}:
            continue
        groups = () if part == "packages" else ("dev" if part == "dev-packages" else part[:200],)
        for name, entry in table(found).items():
            packages += named(name, entry, pointer(part, name), lines.of(name), groups)
    return Manifest(kind="pipfile", packages=tuple(packages))


def setup_cfg(content: bytes) -> Manifest:
    """Read setup.cfg; raises Malformed."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text_of(content))
    except configparser.Error as wrong:
        raise Malformed(f"no configuration that setuptools reads: {str(wrong).splitlines()[0][:200]}") from None
    lines, trouble, packages = text_of(content).split("\n"), list[str](), list[Package]()
    places = {line.strip(): number for number, line in enumerate(lines, 1)}
    parts: list[tuple[str, str, tuple[str, ...]]] = [("options", "install_requires", ())]
    if parser.has_section("options.extras_require"):
        parts += [("options.extras_require", key, (key[:200],)) for key in parser.options("options.extras_require")]
    for section, key, groups in parts:
        for line in parser.get(section, key, fallback="").splitlines():
            text = line.partition(" #")[0].strip()
            if not text or text.startswith("#"):
                continue
            if text.startswith("file:"):
                trouble.append(f"{key} is read from other files: {text[5:].strip()[:200]}")
                continue
            made = one(text, pointer=pointer(section, key), line=places.get(line.strip(), 0), groups=groups)
            if made is None:
                trouble.append(f"{key} has a line that is no requirement")
            else:
                packages.append(made)
    return Manifest(
        kind="setup.cfg", name=parser.get("metadata", "name", fallback="").strip()[:300],
        version=names.version(parser.get("metadata", "version", fallback="").strip()), packages=tuple(packages),
        trouble=tuple(trouble),
    )  # fmt: skip


def setup_py(content: bytes) -> Manifest:
    """Read what setup.py writes out in its call of ``setup``; raises Malformed and OverLimit."""
    try:
        tree = ast.parse(text_of(content))
    except (SyntaxError, ValueError) as wrong:
        raise Malformed(f"no source of Python: {str(wrong)[:200]}") from None
    except (RecursionError, MemoryError):
        raise OverLimit("it nests too deep") from None
    known = {
        target.id: node.value
        for node in tree.body if isinstance(node, ast.Assign)
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip
    packages, trouble, told, grown = list[Package](), list[str](), dict[str, str](), _grown(tree)
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        if name != "setup" or not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            value = known.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
            if keyword.arg in {"name", "version"} and isinstance(value, ast.Constant) and isinstance(value.value, str):
                told[keyword.arg] = value.value[:300]
            if (
                keyword.arg in {"install_requires", "extras_require"}
                and isinstance(keyword.value, ast.Name) and keyword.value.id in grown
            ):  # fmt: skip
                trouble.append(f"{keyword.arg} grows before setup is called: only a run decides all of it")
            if keyword.arg == "install_requires":
                packages += _written(value, (), "install_requires", trouble)
            elif keyword.arg == "extras_require":
                if not isinstance(value, ast.Dict):
                    trouble.append("extras_require is computed: only a run decides it")
                    continue
                for key, held in zip(value.keys, value.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        packages += _written(held, (key.value[:200],), "extras_require", trouble)
    return Manifest(
        kind="setup.py", name=told.get("name", ""), version=names.version(told.get("version", "")),
        packages=tuple(packages), trouble=tuple(trouble),
    )  # fmt: skip


_GROWING = frozenset({"append", "extend", "insert", "update", "setdefault"})


def _grown(tree: ast.Module) -> frozenset[str]:
    """Give the names that hold more than was written where they were assigned."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.AugAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _GROWING:
                found.add(name)
    return frozenset(found)


def _written(found: ast.expr | None, groups: tuple[str, ...], key: str, trouble: list[str]) -> Iterator[Package]:
    if isinstance(found, ast.Constant) and isinstance(found.value, str):
        texts = [ast.copy_location(ast.Constant(value=line.strip()), found) for line in found.value.splitlines()]
    elif isinstance(found, ast.List | ast.Tuple) and all(isinstance(each, ast.Constant) for each in found.elts):
        texts = [each for each in found.elts if isinstance(each, ast.Constant)]
    else:
        trouble.append(f"{key} is computed: only a run decides it")
        return
    for each in texts:
        if not isinstance(each.value, str) or not each.value.strip():
            continue
        made = one(each.value, pointer="", line=each.lineno, groups=groups)
        if made is None:
            trouble.append(f"{key} has a text that is no requirement")
        else:
            yield made


_NODE_PARTS = (
    ("dependencies", ()), ("devDependencies", ("dev",)), ("optionalDependencies", ("optional",)),
    ("peerDependencies", ("peer",)),
)  # fmt: skip
_EXACT_SIGNS = frozenset(" <>=^~*|xX")


def package_json(content: bytes) -> Manifest:
    """Read package.json; raises Malformed and OverLimit."""
    document, lines, packages = json_table(content), Lines(text_of(content)), list[Package]()
    for part, groups in _NODE_PARTS:
        for key, found in table(document.get(part)).items():
            made = wanted(key, word(found), pointer(part, key), lines.of(key), groups)
            if made is not None:
                packages.append(made)
    return Manifest(
        kind="package.json", name=word(document.get("name")), version=names.version(document.get("version")),
        packages=tuple(packages),
    )  # fmt: skip


def wanted(key: str, specifier: str, where: str, line: int, groups: tuple[str, ...]) -> Package | None:
    """Give the package for an entry of package.json; None for what is none."""
    name, source, version = key, Source(), ""
    if specifier.startswith("npm:"):  # an alias: another package under this name
        name, _, specifier = specifier[4:].rpartition("@") if "@" in specifier[5:] else (specifier[4:], "", "")
    if specifier.startswith(("file:", "link:", "portal:", "workspace:")):
        source = Source(place=Place.PATH, address=specifier.partition(":")[2][:2_000])
    elif specifier.startswith(("git+", "git:", "github:")) or ("/" in specifier and "://" not in specifier):
        address, _, revision = specifier.partition("#")
        bare = address.removeprefix("github:")
        full = address if "://" in address else f"https://github.com/{bare}"
        source = names.repository(full, revision)
    elif "://" in specifier:
        source = Source(place=Place.URL, address=names.shown(specifier))
    elif specifier[:1].isdigit() and specifier.count(".") >= 2 and not _EXACT_SIGNS & set(specifier.partition("-")[0]):
        version = names.version(specifier)
    normal = names.normal(Ecosystem.NPM, name)
    if not normal:
        return None
    return Package(
        ecosystem=Ecosystem.NPM, name=normal, written=key, version=version,
        specifier=specifier if source.place is Place.INDEX else "",
        standing=Standing.PINNED if version or source.commit else Standing.ASKED, source=source, direct=True,
        groups=groups, pointer=where, line=line,
    )  # fmt: skip
