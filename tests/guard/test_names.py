"""Places and names: which model a path is part of, whatever the path looks like."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.guard.locks import COMMIT, OTHER, hub_entry, locked
from weighbridge.core.values import replace
from weighbridge.guard.judging import by_place, is_below, own_folders
from weighbridge.guard.names import Names, kind_of, source_of
from weighbridge.guard.refusal import Outcome
from weighbridge.provenance.lock.model import Lock, LockEntry

CONTENT = {"config.json": b"{}", "sub/a.bin": b"weights"}


def names(*entries: LockEntry, folder: str = "/project") -> Names:
    return Names(Lock(entries=entries), folder)


HUB = names(hub_entry(CONTENT))
DIGESTS = {path: locked(path, content).sha256 for path, content in CONTENT.items()}
CACHE = "/home/x/.cache/huggingface/hub/models--org--tiny"


@pytest.mark.parametrize(
    ("path", "source", "commit", "below"),
    [
        (f"{CACHE}/snapshots/{COMMIT}/sub/a.bin", "hf://org/tiny", COMMIT, "sub/a.bin"),
        (f"{CACHE}/blobs/abc", "hf://org/tiny", "", ""),
        (f"/c/datasets--org--tiny/snapshots/{COMMIT}/a", "hf://datasets/org/tiny", COMMIT, "a"),
        (f"/c/spaces--o--n/snapshots/{OTHER}/a", "hf://spaces/o/n", OTHER, "a"),
        ("/c/models--gpt2/snapshots/x/a", "hf://gpt2", "x", "a"),
    ],
)
def test_a_cache_tells_its_repository(path: str, source: str, commit: str, below: str) -> None:
    place = HUB.place(path)
    assert place is not None
    assert (place.source, place.commit, place.path, place.open) == (source, commit, below, False)
    assert HUB.may_be_placed(path)
    assert HUB.concerns(path)


@pytest.mark.parametrize(
    "path",
    ["/c/models--org--tiny/refs/main", "/var/lib/blobs/abc", "/x/snapshots/1/a", "/models--a--b/x", "/", "",
     "/c/models--org--tiny/.no_exist/x/a", "/c/models/snapshots/x/a"],
)  # fmt: skip
def test_other_paths_have_no_place(path: str) -> None:
    assert HUB.place(path) is None
    assert not HUB.concerns(path)


def outcome(index: Names, path: str, digest: str) -> tuple[str, str]:
    decision = by_place(index, "open", path, path, digest)
    assert decision is not None
    return decision.outcome, decision.reason


def test_a_snapshot_holds_what_its_entry_says_and_nothing_else() -> None:
    base = f"{CACHE}/snapshots/{COMMIT}"
    config, weights = DIGESTS["config.json"], DIGESTS["sub/a.bin"]
    assert outcome(HUB, f"{base}/config.json", config) == (Outcome.NAMED, "")
    assert outcome(HUB, f"{base}/config.json", weights) == (Outcome.REFUSED, "its bytes are not the locked ones")
    assert outcome(HUB, f"{base}/other.json", config)[0] is Outcome.REFUSED
    assert outcome(HUB, f"{CACHE}/blobs/x", weights) == (Outcome.NAMED, "")
    assert outcome(HUB, f"{CACHE}/blobs/x", "0" * 64)[0] is Outcome.REFUSED
    assert outcome(HUB, f"{CACHE}/snapshots/{OTHER}/config.json", config)[0] is Outcome.REFUSED
    assert "hf://org/else is not" in outcome(HUB, "/c/models--org--else/blobs/x", config)[1]


def test_two_states_of_one_repository_can_be_locked() -> None:
    newer = replace(hub_entry({"config.json": b"{ }"}, commit=OTHER), name="newer")
    both = names(hub_entry(CONTENT), newer)
    other = locked("config.json", b"{ }").sha256
    assert outcome(both, f"{CACHE}/snapshots/{COMMIT}/config.json", DIGESTS["config.json"])[0] is Outcome.NAMED
    assert outcome(both, f"{CACHE}/snapshots/{OTHER}/config.json", other)[0] is Outcome.NAMED
    assert outcome(both, f"{CACHE}/snapshots/{OTHER}/config.json", DIGESTS["config.json"])[0] is Outcome.REFUSED


def test_a_folder_is_found_by_its_own_path_and_through_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "models").symlink_to("real")
    entry = replace(hub_entry(CONTENT), source="models")
    index = names(entry, folder=str(tmp_path))
    for base in ("models", "real"):
        place = index.place(str(tmp_path / base / "sub" / "a.bin"))
        assert place is not None
        assert place.path == "sub/a.bin"
    assert index.place(str(tmp_path / "models2" / "a.bin")) is None
    assert not index.concerns(str(tmp_path / "models" / "notes.txt"))
    assert index.concerns(str(tmp_path / "models" / "more.safetensors"))


@given(st.text(max_size=40), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_what_the_lock_does_not_have_is_never_named(path: str, digest: str) -> None:
    decision = by_place(HUB, "open", path, path, digest)
    assert decision is None or decision.outcome is Outcome.REFUSED


PARTS = ["/", "models--org--tiny", "snapshots", "blobs", COMMIT, "config.json", "..", "datasets--"]


@given(
    st.lists(st.sampled_from(PARTS), max_size=9),
    st.sampled_from(sorted(DIGESTS.values())),
)  # fmt: skip
def test_no_path_makes_another_content_of_a_locked_file(parts: list[str], digest: str) -> None:
    path = "/".join(parts)
    decision = by_place(HUB, "open", path, path, digest)
    if decision is not None and decision.outcome is Outcome.NAMED:
        assert DIGESTS[decision.file] == digest


def test_allowed_folders_end_at_their_border() -> None:
    assert is_below("/a/b/c", ("/a/b",))
    assert is_below("/a/b/c", ("/x", "/a/b/"))
    assert not is_below("/a/bc", ("/a/b",))
    assert not is_below("/a/b", ("/a/b",))
    assert any(folder.endswith("site-packages") for folder in own_folders())


def test_types_of_repositories() -> None:
    assert [kind_of(one) for one in (None, "model", "dataset", "space", "odd", 3)] == [
        "models", "models", "datasets", "spaces", "models", "models",
    ]  # fmt: skip
    assert source_of("models", "a/b") == "hf://a/b"
    assert source_of("datasets", "a/b") == "hf://datasets/a/b"
