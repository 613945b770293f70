"""What lies at a path is noted before it is weighed, and must still lie there when it has been loaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders.pickles import dumps
from weighbridge.core.errors import AccessError, IntegrityError, UsageError
from weighbridge.core.report import ArtifactReport
from weighbridge.sandbox import weighed
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.lay import lay_of
from weighbridge.sandbox.loading import Library, Loading, Place
from weighbridge.sandbox.weighed import scan_files


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "models--org--name" / "snapshots" / "0123"
    (folder / "sub").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "sub" / "weights.bin").write_bytes(dumps({}))
    return folder


def swap(folder: Path) -> None:
    """Other bytes of the same length, with the old times: the inode and its status tell."""
    path = folder / "config.json"
    status = path.stat()
    path.write_text("[]")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replaced(folder: Path) -> None:
    (folder / "new").write_text("{}")
    os.replace(folder / "new", folder / "config.json")


def more(folder: Path) -> None:
    (folder / "sub" / "more.py").write_text("")


def fewer(folder: Path) -> None:
    (folder / "sub" / "weights.bin").unlink()


def linked(folder: Path) -> None:
    (folder / "sub" / "weights.bin").unlink()
    (folder / "sub" / "weights.bin").symlink_to("/dev/null")


def come_and_gone(folder: Path) -> None:
    """What was there for a moment has moved the times of its directory."""
    (folder / "more.py").write_text("")
    (folder / "more.py").unlink()


@pytest.mark.parametrize("change", [swap, replaced, more, fewer, linked, come_and_gone])
def test_a_change_is_seen(repository: Path, change: Callable[[Path], None]) -> None:
    lay = lay_of(str(repository))
    lay.check("loaded")
    change(repository)
    with pytest.raises((IntegrityError, AccessError)):
        lay.check("loaded")


def test_a_directory_grants_itself_and_the_store_of_its_cache_and_no_link_outward(repository: Path) -> None:
    blobs = repository.parent.parent / "blobs"
    blobs.mkdir()
    (blobs / "abcd").write_bytes(b"weights")
    (repository / "model.safetensors").symlink_to("../../blobs/abcd")
    secret = repository.parent.parent.parent / "secret"
    secret.write_text("secret")
    (repository / "vocab.txt").symlink_to(secret)
    (repository / "folder").symlink_to(secret.parent)
    lay = lay_of(str(repository))
    assert lay.readable == (str(repository), str(blobs / "abcd"))
    assert lay.is_folder
    assert lay.size == sum(path.stat().st_size for path in (*repository.glob("**/*.[jb]*"), blobs / "abcd"))
    (blobs / "abcd").write_bytes(b"WEIGHTS")
    with pytest.raises(IntegrityError, match="changed while it was loaded"):
        lay.check("loaded")


def test_a_file_grants_itself_and_what_is_named_beside_it(repository: Path) -> None:
    model, data = repository / "config.json", repository / "sub" / "weights.bin"
    lay = lay_of(str(model), (str(data),))
    assert lay.readable == (str(model), str(data))
    data.write_bytes(b"N.")
    with pytest.raises(IntegrityError):
        lay.check("loaded")


def test_what_is_neither_is_not_looked_at(repository: Path) -> None:
    os.mkfifo(repository / "pipe")
    with pytest.raises(UsageError, match="is not a file or directory"):
        lay_of(str(repository / "pipe"))
    with pytest.raises(AccessError, match="cannot read"):
        lay_of(str(repository / "nothing"))


@pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")
@pytest.mark.parametrize("moment", ["weighed", "loaded"])
def test_a_directory_that_changes_on_the_way_is_an_error(
    repository: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Nothing is loaded that was not weighed, and nothing is given that was changed while it was loaded."""
    loaded: list[str] = []

    def scan_and_change(path: str) -> tuple[ArtifactReport, tuple[str, ...]]:
        found = scan_files(path)
        if moment == "weighed":
            more(repository)
        return found

    def load_and_change(*_: object, place: Place, **__: object) -> Loading:
        loaded.append(place.path)
        swap(repository)
        return Loading(library=Library.TRANSFORMERS, layers=(), events=(), attempts=())

    monkeypatch.setattr(weighed, "scan_files", scan_and_change)
    monkeypatch.setattr(weighed, "load_in_jail", load_and_change)
    with pytest.raises(IntegrityError, match=f"changed while it was {moment}"):
        weighed.weigh_and_load(str(repository), Library.TRANSFORMERS)
    assert loaded == ([] if moment == "weighed" else [str(repository)])
