"""A repository as a whole: what lies where, and what Python would import from it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.facts import MetadataEntry, TensorDecl
from weighbridge.core.location import Location
from weighbridge.core.repository import FileOutline, Repository

NAMES = st.sampled_from(["a", "b", "a.py", "b.py", "__init__.py", "a.cpython-311.so", "a.pyc", "x.json", "b.pyd"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def file(path: str, *facts: MetadataEntry | TensorDecl) -> FileOutline:
    return FileOutline(path=path, size=1, formats=(), facts=facts)


def importable(paths: list[str], folder: str) -> dict[str, str]:
    """What ``modules`` says it finds, by looking at every file."""
    found: dict[str, str] = {}
    begin = f"{folder}/" if folder else ""
    for path in paths:
        if path.startswith(begin):
            top, _, rest = path[len(begin) :].partition("/")
            stem, _, ending = top.partition(".")
            if not rest and ending.rpartition(".")[2] in ("py", "so", "pyd", "pyc"):
                found.setdefault(stem, path)
            elif rest == "__init__.py":
                found[top] = path
    return found


@given(st.lists(PATHS, unique=True, max_size=12))
def test_modules_are_found_in_every_folder(paths: list[str]) -> None:
    repository = Repository([file(path) for path in paths])
    for folder in {"", "nowhere", *(path.rpartition("/")[0] for path in paths)}:
        found = {name: one.path for name, one in repository.modules(folder).items()}
        wanted = importable(paths, folder)
        assert found == wanted
        assert list(found) == list(wanted)


def test_facts_come_by_kind_with_their_files() -> None:
    entry = MetadataEntry(at=Location(), key="k", text="t")
    repository = Repository([file("a"), file("b", entry, entry), file("c", entry)])
    assert [one.path for one, fact in repository.of(MetadataEntry) if fact is entry] == ["b", "b", "c"]
    assert not list(repository.of(TensorDecl))
