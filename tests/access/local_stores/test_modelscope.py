"""The cache of ModelScope, in its present form and as the older SDK left it."""

from __future__ import annotations

from pathlib import Path

import pytest

from weighbridge.access.local_stores import listings
from weighbridge.access.local_stores.modelscope import ModelScopeStore
from weighbridge.core.errors import AccessError
from weighbridge.core.refs import parse

COMMIT = "a" * 40


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    for revision in ("master", "v2", COMMIT):
        place = tmp_path / "models" / "org--tiny.v1" / "snapshots" / revision
        place.mkdir(parents=True)
        (place / "model.bin").write_bytes(revision.encode())
    older = tmp_path / "hub" / "models" / "org" / "old-0___5B"
    older.mkdir(parents=True)
    for name in (".msc", ".mdl", ".mv", "config.json"):
        (older / name).write_bytes(b"\x80\x04N.")
    (tmp_path / ".lock").mkdir()
    (tmp_path / ".lock" / "repo_0.lock").touch()
    return tmp_path


def test_both_forms_are_listed_from_the_root(cache: Path) -> None:
    found = listings(str(cache))
    assert [(str(one.ref), one.resolved, len(one.files)) for one in found] == [
        (f"modelscope://org/tiny.v1@{COMMIT}", COMMIT, 1), ("modelscope://org/tiny.v1@master", "", 1),
        ("modelscope://org/tiny.v1@v2", "", 1), ("modelscope://org/old-0.5B", "", 4),
    ]  # fmt: skip
    assert {one.kind for one in found} == {"modelscope"}
    assert not any(one.troubles or one.extras for one in found)


def test_a_repository_is_listed_from_its_folder(cache: Path) -> None:
    assert len(listings(str(cache / "models" / "org--tiny.v1"))) == 3
    (found,) = listings(str(cache / "hub" / "models" / "org" / "old-0___5B"))
    assert [file.path for file in found.files] == [".mdl", ".msc", ".mv", "config.json"]


@pytest.mark.parametrize("stray", ["evil.py", "models/evil.py", "models/org--tiny.v1/evil.py", ".lock/evil.py"])
def test_what_belongs_to_no_repository_is_listed_at_the_end(cache: Path, stray: str) -> None:
    (cache / stray).write_bytes(b"import absent_module")
    *_, rest = listings(str(cache))
    assert [file.path for file in rest.extras] == [stray]


@pytest.mark.parametrize(
    ("ref", "content"),
    [
        ("modelscope://org/tiny.v1", b"master"),
        ("modelscope://org/tiny.v1@v2", b"v2"),
        (f"modelscope://org/tiny.v1@{COMMIT}", COMMIT.encode()),
    ],
)
def test_a_reference_leads_to_its_revision(cache: Path, ref: str, content: bytes) -> None:
    store = ModelScopeStore(root=str(cache))
    found = store.listing(parse(ref))
    assert b"".join(store.stream(found, found.files[0])) == content


@pytest.mark.parametrize("ref", ["modelscope://org/absent", "modelscope://org/tiny.v1@v3"])
def test_what_is_not_here_is_told(cache: Path, ref: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELSCOPE_CACHE", str(cache))
    with pytest.raises(AccessError, match="not in the cache") as told:
        ModelScopeStore().listing(parse(ref))
    assert "MODELSCOPE_CACHE" in told.value.hint
