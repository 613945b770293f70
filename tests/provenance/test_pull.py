"""Pull: exactly the lock, verified before it has its name, continued after an interruption."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.errors import AccessError, IntegrityError
from weighbridge.core.refs import Ref
from weighbridge.core.source import BytesSource
from weighbridge.provenance.lock.model import LockedFile, LockEntry
from weighbridge.provenance.pull import PART, pull

CONTENT = {"config.json": b"{}", "sub/deep/model.bin": os.urandom(300_000), "empty": b""}


def entry(content: dict[str, bytes]) -> LockEntry:
    files = tuple(
        LockedFile(path=path, size=len(one), sha256=hashlib.sha256(one).hexdigest())
        for path, one in sorted(content.items())
    )
    return LockEntry(name="n", source="hf://org/n", asked="main", resolved="a" * 40, files=files)


class Served:
    """A store in memory; ``spoil`` changes what is streamed."""

    def __init__(
        self, content: dict[str, bytes], spoil: Callable[[str, bytes], bytes] = lambda _path, rest: rest
    ) -> None:
        self.content = content
        self.spoil = spoil
        self.asked: list[tuple[str, int]] = []

    def listing(self, ref: Ref) -> Listing:
        raise AssertionError("the lock says what there is")

    def source(self, listing: Listing, file: ListedFile) -> BytesSource:
        raise AssertionError("pull streams")

    def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
        assert listing.resolved == "a" * 40
        self.asked.append((file.path, start))
        rest = self.spoil(file.path, self.content[file.path][start:])
        for begin in range(0, len(rest), 10_000):
            yield rest[begin : begin + 10_000]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_tree_is_exactly_the_lock(tmp_path: Path) -> None:
    done = pull(entry(CONTENT), Served(CONTENT), str(tmp_path / "models" / "n"))
    assert tree(tmp_path / "models" / "n") == CONTENT
    assert sorted(done.fetched) == sorted(CONTENT)
    assert done.size == sum(map(len, CONTENT.values()))
    again = pull(entry(CONTENT), Served({}), str(tmp_path / "models" / "n"))
    assert (again.fetched, again.size) == ((), 0)
    assert sorted(again.kept) == sorted(CONTENT)


def test_a_file_that_was_altered_is_fetched_anew(tmp_path: Path) -> None:
    pull(entry(CONTENT), Served(CONTENT), str(tmp_path))
    (tmp_path / "config.json").write_bytes(b"[]")
    done = pull(entry(CONTENT), Served(CONTENT), str(tmp_path))
    assert done.fetched == ("config.json",)
    assert tree(tmp_path) == CONTENT


LIES = {
    "other bytes": lambda path, rest: bytes([rest[0] ^ 1]) + rest[1:] if len(rest) > 1 else rest,
    "too long": lambda path, rest: rest + b"more" * 100_000,
    "too short": lambda path, rest: rest[:-1],
    "nothing": lambda path, rest: b"",
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_not_the_locked_file_never_gets_its_name(tmp_path: Path, lie: str) -> None:
    with pytest.raises(IntegrityError, match="nothing was put in place") as caught:
        pull(entry(CONTENT), Served(CONTENT, LIES[lie]), str(tmp_path))
    assert caught.value.hint
    held = tree(tmp_path)
    assert all(held[path] == CONTENT[path] for path in held)
    assert not [path for path in held if path.endswith(PART)]


def test_an_endless_body_is_left_when_it_is_too_long(tmp_path: Path) -> None:
    class Endless(Served):
        def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
            while True:
                yield b"\0" * 100_000

    with pytest.raises(IntegrityError, match="more than"):
        pull(entry(CONTENT), Endless(CONTENT), str(tmp_path))
    assert sum(map(len, tree(tmp_path).values())) < 1_000_000


@given(cut=st.integers(0, 300_000))
def test_an_interruption_at_any_byte_is_continued_there(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("pull")
    wanted = {"model.bin": CONTENT["sub/deep/model.bin"]}

    class Cut(Served):
        def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
            yield self.content[file.path][:cut]
            raise AccessError("the connection broke")

    with pytest.raises(AccessError):
        pull(entry(wanted), Cut(wanted), str(folder))
    assert "model.bin" not in tree(folder)
    served = Served(wanted)
    done = pull(entry(wanted), served, str(folder))
    assert tree(folder) == wanted
    assert done.size == 300_000 - cut
    assert served.asked == ([("model.bin", cut)] if cut < 300_000 else [])


def test_a_part_that_went_bad_is_begun_anew(tmp_path: Path) -> None:
    wanted = {"model.bin": CONTENT["sub/deep/model.bin"]}
    name = f".model.bin.{hashlib.sha256(wanted['model.bin']).hexdigest()[:16]}{PART}"
    for bad in (b"\0" * 1_000, b"\0" * 300_000, b"\0" * 400_000):
        (tmp_path / name).write_bytes(bad)
        pull(entry(wanted), Served(wanted), str(tmp_path))
        assert tree(tmp_path) == wanted
        (tmp_path / "model.bin").unlink()


def test_links_in_the_tree_lead_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_bytes(b"precious")
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "sub").symlink_to(outside)
    with pytest.raises(IntegrityError, match="behind a link"):
        pull(entry(CONTENT), Served(CONTENT), str(folder))
    (folder / "sub").unlink()
    (folder / "config.json").unlink(missing_ok=True)
    (folder / "config.json").symlink_to(outside / "kept")
    pull(entry(CONTENT), Served(CONTENT), str(folder))
    assert tree(outside) == {"kept": b"precious"}
    assert tree(folder) == CONTENT
    assert not (folder / "config.json").is_symlink()


@pytest.mark.parametrize("link", ["models", "models/org", "models/org/name"])
def test_links_on_the_way_to_the_tree_lead_nowhere(tmp_path: Path, link: str) -> None:
    """A hostile checkout brings a lock and a link: what is pulled must not land in somebody's home."""
    outside = tmp_path / "outside"
    outside.mkdir()
    checkout = tmp_path / "checkout"
    (checkout / link).parent.mkdir(parents=True)
    (checkout / link).symlink_to(outside)
    folder = str(checkout / "models/org/name")
    with pytest.raises(IntegrityError, match="behind a link") as caught:
        pull(entry(CONTENT), Served(CONTENT), folder, below=str(checkout))
    assert "--into" in caught.value.hint
    assert list(outside.iterdir()) == []
    pull(entry(CONTENT), Served(CONTENT), str(tmp_path / "honest/org/name"), below=str(tmp_path / "honest"))
    assert tree(tmp_path / "honest/org/name") == CONTENT


def test_a_part_file_with_a_second_name_or_none_of_its_own_is_not_written_to(tmp_path: Path) -> None:
    wanted = {"model.bin": b"content"}
    part = tmp_path / f".model.bin.{hashlib.sha256(b'content').hexdigest()[:16]}{PART}"
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious, and longer than the model")
    os.link(precious, part)
    with pytest.raises(IntegrityError, match="no part of it"):
        pull(entry(wanted), Served(wanted), str(tmp_path))
    assert precious.read_bytes() == b"precious, and longer than the model"
    part.unlink()
    os.mkfifo(part)
    with pytest.raises(IntegrityError, match="no part of it"):
        pull(entry(wanted), Served(wanted), str(tmp_path))


def test_no_file_is_the_part_of_another(tmp_path: Path) -> None:
    """Continued as a part it would be gone in the end, and pull would say that it is there."""
    part = f".model.bin.{hashlib.sha256(b'content').hexdigest()[:16]}{PART}"
    wanted = {"model.bin": b"content", part: b"con"}
    with pytest.raises(IntegrityError, match="ending of part files"):
        pull(entry(wanted), Served(wanted), str(tmp_path))
    assert tree(tmp_path) == {}


def test_a_directory_in_the_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").mkdir()
    with pytest.raises(IntegrityError, match="behind a link"):
        pull(entry(CONTENT), Served(CONTENT), str(tmp_path))


def test_a_full_disk_is_an_error_with_a_hint_and_keeps_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    room = [100_000]

    def write(descriptor: int, content: bytes) -> int:
        if room[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        room[0] -= (written := real(descriptor, content))
        return written

    monkeypatch.setattr("weighbridge.provenance.pull.os.write", write)
    with pytest.raises(AccessError, match="no space left") as caught:
        pull(entry(CONTENT), Served(CONTENT), str(tmp_path))
    assert "make room" in caught.value.hint
    assert "sub/deep/model.bin" not in tree(tmp_path)
    monkeypatch.undo()
    served = Served(CONTENT)
    pull(entry(CONTENT), served, str(tmp_path))
    assert tree(tmp_path) == CONTENT
    assert ("sub/deep/model.bin", 100_000) in served.asked


def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Served):
        def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
            begun.set()
            go_on.wait(10)
            yield from super().stream(listing, file, start)

    wanted = {"model.bin": b"content"}
    first = threading.Thread(target=lambda: pull(entry(wanted), Slow(wanted), str(tmp_path)))
    first.start()
    begun.wait(10)
    with pytest.raises(AccessError, match="another process"):
        pull(entry(wanted), Served(wanted), str(tmp_path))
    go_on.set()
    first.join()
    assert tree(tmp_path) == wanted


def test_no_right_to_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(AccessError, match="cannot write"):
        pull(entry(CONTENT), Served(CONTENT), str(tmp_path / "file" / "below"))
