"""The lock file: equal locks are equal bytes, branches merge by lines, what is no lock is refused with its place."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.errors import UsageError
from weighbridge.core.values import replace
from weighbridge.provenance.lock.document import dumps, load, loads
from weighbridge.provenance.lock.model import Lock, LockedFile, LockEntry, Parent, ScanRecord

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "schemas/lock-v1.json").read_text())

_hex = st.text("0123456789abcdef", min_size=64, max_size=64)
_letters = st.characters(exclude_categories=["C", "Z"], exclude_characters='/\\"')
_segment = st.text(_letters, min_size=1, max_size=8).filter(lambda one: one.strip("."))
_path = st.lists(_segment, min_size=1, max_size=3).map("/".join)
_file_values = st.builds(
    LockedFile,
    path=st.just(""),
    size=st.integers(0, 1 << 50),
    sha256=_hex,
    git=st.sampled_from(["", "0" * 40]),
    formats=st.lists(st.sampled_from(["safetensors", "pickle"]), max_size=2).map(tuple),
    role=st.sampled_from(["weights", "config", "other"]),
    claimed=st.booleans(),
    tensors=st.sampled_from(["", "3:00ff"]),
)
_files = st.dictionaries(_path, _file_values, min_size=1, max_size=4).map(
    lambda found: tuple(replace(file, path=path) for path, file in sorted(found.items()))
)
_scans = st.builds(
    ScanRecord, verdict=st.just("clean"), rules=st.just("sha256:0"), tool=st.just("1"), whole=st.booleans()
)
_parents = st.lists(st.builds(Parent, relation=st.just("base"), source=st.text(max_size=5)), max_size=2).map(tuple)
_entry_values = st.builds(
    LockEntry,
    name=st.just(""),
    source=st.text(max_size=8),
    asked=st.text(max_size=4),
    resolved=st.text(max_size=8),
    files=_files,
    parents=_parents,
    signers=st.sampled_from(["", "ours"]),
    remote_code=st.booleans(),
    scan=st.none() | _scans,
)
_entries = st.dictionaries(_path, _entry_values, max_size=3)
_locks = _entries.map(
    lambda found: Lock(entries=tuple(replace(entry, name=name) for name, entry in sorted(found.items())))
)


@given(_locks)
def test_a_lock_survives_being_written(lock: Lock) -> None:
    text = dumps(lock)
    assert loads(text.encode()) == lock
    assert dumps(loads(text.encode())) == text
    jsonschema.validate(json.loads(text), SCHEMA)


def _file(path: str, digit: str = "0") -> LockedFile:
    return LockedFile(path=path, size=1, sha256=digit * 64, role="weights")


def _entry(name: str, *files: LockedFile) -> LockEntry:
    return LockEntry(name=name, source=f"hf://org/{name}", asked="main", resolved="a" * 40, files=files)


def test_the_order_in_which_things_were_added_does_not_show() -> None:
    one = Lock(entries=(_entry("b", _file("y"), _file("x")), _entry("a", _file("z"))))
    other = Lock(entries=(_entry("a", _file("z")), _entry("b", _file("x"), _file("y"))))
    assert dumps(one) == dumps(other)


def test_branches_that_add_different_models_merge(tmp_path: Path) -> None:
    entries = {name: _entry(name, _file("model.safetensors"), _file("config.json")) for name in "acegi"}
    base = Lock(entries=tuple(entries.values()))
    ours = Lock(entries=(*base.entries, _entry("b", _file("x"))))
    theirs = Lock(
        entries=(
            *(one for one in base.entries if one.name != "g"),
            _entry("g", _file("model.safetensors", "1"), _file("config.json")),
        )
    )
    for name, lock in (("base", base), ("ours", ours), ("theirs", theirs)):
        (tmp_path / name).write_text(dumps(lock))
    done = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=tmp_path, capture_output=True, check=True
    )
    merged = loads(done.stdout)
    assert [one.name for one in merged.entries] == list("abcegi")
    assert merged.entry("g") == loads(dumps(theirs).encode()).entry("g")


def _document(**changes: object) -> bytes:
    entry = {
        "source": "hf://o/n",
        "asked": "",
        "resolved": "",
        "files": {"a": {"size": 1, "sha256": "0" * 64, "role": "other"}},
    }
    return json.dumps({"schema": "weighbridge.lock/1", "models": {"n": entry | changes}}).encode()


def _with_file(path: str = "a", **changes: object) -> bytes:
    return _document(files={path: {"size": 1, "sha256": "0" * 64, "role": "other"} | changes})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "no 'schema'"),
        (b'{"schema": "weighbridge.lock/9", "models": {}}', "weighbridge.lock/9"),
        (b'{"schema": "weighbridge.lock/1", "models": []}', "models is not an object"),
        (b'{"schema": "weighbridge.lock/1", "models": {}, "model": {}}', "unknown key 'model'"),
        (b'{"schema": "weighbridge.lock/1", "schema": "x", "models": {}}', "twice"),
        (b"<<<<<<< ours\n{}\n=======\n", "unfinished merge"),
        (
            _document(files={path: {"size": 1, "sha256": "0" * 64, "role": "other"} for path in ("a", "a/b")}),
            "models.n.files.a/b lies below a file",
        ),
        (_document(source=1), "models.n.source is not a string"),
        (_document(extra=1), "unknown key 'extra'"),
        (_document(remote_code="yes"), "not true or false"),
        (_with_file("../x"), "no path inside"),
        (_with_file("/x"), "no path inside"),
        (_with_file("a//b"), "no path inside"),
        (_with_file("a\\b"), "no path inside"),
        (_with_file("a\x00b"), "no path inside"),
        (_with_file("a/" * 2_100 + "a"), "no path inside"),
        (_with_file("half \ud800"), "no path inside"),
        (_with_file(size=-1), "no size"),
        (_with_file(size=1 << 63), "no size"),
        (_with_file(size=True), "no size"),
        (_with_file(size=1.0), "no size"),
        (_with_file(sha256="0" * 63), "no SHA-256"),
        (_with_file(sha256="A" * 64), "no SHA-256"),
        (_with_file(role="boss"), "none of"),
    ],
)
def test_what_is_no_lock_is_refused_with_its_place(content: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=r"model\.lock") as caught:
        loads(content)
    assert words in str(caught.value)
    assert caught.value.hint


def test_a_name_that_would_leave_the_directory_of_models_is_refused() -> None:
    with pytest.raises(UsageError, match="no path inside"):
        loads(_document().replace(b'"n"', b'"../n"'))


def test_a_key_that_is_there_twice_is_found_however_many_there_are() -> None:
    content = b"{" + b"".join(b'"%d":0,' % number for number in range(200_000)) + b'"199999":0}'
    with pytest.raises(UsageError, match="'199999' is there twice"):
        loads(content)


def test_a_pipe_in_the_place_of_a_lock_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.lock")
    (tmp_path / "link.lock").symlink_to("model.lock")
    for name in ("model.lock", "link.lock", "/dev/zero"):
        with pytest.raises(UsageError, match="no regular file"):
            load(str(tmp_path / name))
    with pytest.raises(UsageError, match="cannot read"):
        load("model\0lock")


def test_what_the_shell_pipes_is_read() -> None:
    """`--lock <(git show main:model.lock)` is how people look at another branch."""
    reading, writing = os.pipe()
    os.write(writing, _document())
    os.close(writing)
    try:
        assert load(f"/dev/fd/{reading}").entry("n") is not None
    finally:
        os.close(reading)


def test_a_lock_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no lock file") as caught:
        load(str(tmp_path / "model.lock"))
    assert "weighbridge lock" in caught.value.hint
    with pytest.raises(UsageError, match="cannot read"):
        load(str(tmp_path))
