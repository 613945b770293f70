"""Verification: every way in which a place can differ is told, and a place that does not differ holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.refs import Ref
from weighbridge.core.values import replace
from weighbridge.provenance.lock.model import LockedFile, LockEntry
from weighbridge.provenance.verify.compare import Kind, Verification, absent, against_lock, against_store, unknown

CONTENT = {"config.json": b"{}", "sub/model.bin": b"weights", "empty": b""}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


ENTRY = LockEntry(
    name="n", source="hf://org/n", asked="main", resolved="a" * 40,
    files=tuple(LockedFile(path=path, size=len(one), sha256=_sha256(one)) for path, one in sorted(CONTENT.items())),
)  # fmt: skip


def _git(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@pytest.fixture
def listing(tmp_path: Path) -> Listing:
    files = []
    for path, content in sorted(CONTENT.items()):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
        files.append(ListedFile(path=path, size=len(content), git=_git(content), real=str(tmp_path / path)))
    ref = Ref(scheme="hf", name="org/n", revision="main")
    return Listing(
        ref=ref, kind="hf", resolved="a" * 40, files=tuple(files), root=str(tmp_path), names=(("main", "a" * 40),)
    )


def _kinds(found: Verification) -> list[tuple[Kind, str]]:
    return [(one.kind, one.path) for one in found.differences]


def test_what_is_as_it_was_holds(listing: Listing) -> None:
    found = against_lock(ENTRY, listing)
    assert found.holds
    assert (found.files, found.size) == (3, 9)
    assert against_store(listing).holds


def test_a_flipped_byte_is_found_by_lock_and_store(listing: Listing, tmp_path: Path) -> None:
    (tmp_path / "sub/model.bin").write_bytes(b"weightz")
    (one,) = against_lock(ENTRY, listing).differences
    assert (one.kind, one.path, one.expected, one.found) == (
        Kind.ALTERED, "sub/model.bin", _sha256(b"weights"), _sha256(b"weightz"),
    )  # fmt: skip
    assert _kinds(against_store(listing)) == [(Kind.ALTERED, "sub/model.bin")]


def test_missing_extra_and_unreadable_files(listing: Listing, tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_bytes(b"")
    changed = replace(
        listing,
        files=(listing.files[0], replace(listing.files[1], trouble="a link that leads out")),
        extras=(ListedFile(path="evil.py", real=str(tmp_path / "evil.py")),),
    )
    assert _kinds(against_lock(ENTRY, changed)) == [
        (Kind.UNREADABLE, listing.files[1].path), (Kind.EXTRA, "evil.py"), (Kind.MISSING, "sub/model.bin"),
    ]  # fmt: skip
    assert _kinds(against_store(changed)) == [(Kind.UNREADABLE, listing.files[1].path), (Kind.EXTRA, "evil.py")]
    allowed = against_lock(ENTRY, changed, allowed=("*.py",))
    assert (Kind.EXTRA, "evil.py") not in _kinds(allowed)


def test_an_extra_file_is_extra_even_if_the_store_lists_it(listing: Listing, tmp_path: Path) -> None:
    """Whoever can write the store's own list can add to it; the lock is what counts."""
    (tmp_path / "evil.py").write_bytes(b"")
    listed = ListedFile(path="evil.py", size=0, git=_git(b""), real=str(tmp_path / "evil.py"))
    changed = replace(listing, files=(*listing.files, listed))
    assert against_store(changed).holds
    assert _kinds(against_lock(ENTRY, changed)) == [(Kind.EXTRA, "evil.py")]


def test_another_state_and_a_name_that_was_turned_are_told(listing: Listing) -> None:
    moved = replace(listing, resolved="b" * 40)
    assert _kinds(against_lock(ENTRY, moved)) == [(Kind.MOVED, "")]
    turned = replace(listing, names=(("main", "b" * 40), ("other", "c" * 40)))
    assert _kinds(against_lock(ENTRY, turned)) == [(Kind.MOVED, "")]
    directory = replace(listing, kind="directory", resolved="", names=())
    assert against_lock(ENTRY, directory).holds


def test_names_that_are_one_without_case_or_composition(listing: Listing, tmp_path: Path) -> None:
    twins = [("Config.json", "config.json"), ("e\u0301", "\u00e9")]
    for first, second in twins:
        files = []
        for name in (first, second):
            (tmp_path / name).write_bytes(b"{}")
            files.append(ListedFile(path=name, size=2, real=str(tmp_path / name)))
        locked = tuple(LockedFile(path=file.path, size=2, sha256=_sha256(b"{}")) for file in files)
        found = against_lock(replace(ENTRY, files=locked), replace(listing, files=tuple(files)))
        assert [one.kind for one in found.differences] == [Kind.TWIN]


def test_what_is_wrong_with_the_store_counts(listing: Listing) -> None:
    broken = replace(listing, troubles=("refs/main is no commit",))
    assert _kinds(against_lock(ENTRY, broken)) == [(Kind.STORE, "")]
    assert _kinds(against_store(broken)) == [(Kind.STORE, "")]


def test_a_size_that_the_store_claims_counts_too(listing: Listing) -> None:
    lying = replace(listing, files=(replace(listing.files[0], git="", md5="", sha256=_sha256(b"{}"), size=3),))
    assert _kinds(against_store(lying)) == [(Kind.ALTERED, "config.json")]


def test_files_without_a_claim_are_counted_as_unchecked(listing: Listing) -> None:
    bare = replace(listing, files=tuple(replace(file, git="") for file in listing.files))
    found = against_store(bare)
    assert (found.files, found.unchecked, found.holds) == (0, 3, True)


def test_nowhere_and_unknown_do_not_hold(listing: Listing) -> None:
    assert not absent(ENTRY).holds
    assert not unknown(listing).holds
