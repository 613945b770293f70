"""A model locked from a Hub and downloaded by the real `hf`: what is changed afterwards is caught without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.builders.pickles import dumps
from tests.builders.safetensors_files import Tensor, encode
from tests.e2e.command import Ran, environment, weigh
from tests.servers.contents import Held
from tests.servers.hub import Fault, HubServer

FILES = {
    "config.json": b'{"model_type": "bert"}\n',
    "README.md": b"---\nlicense: mit\n---\n# A model\n",
    "model.safetensors": encode([Tensor(name="w")]),
    "sub/extra.pkl": dumps({"a": 1}),
}


class Downloaded(NamedTuple):
    """A project with a lock, and the cache into which `hf` has downloaded the model."""

    folder: Path
    cache: Path
    commit: str
    older: str

    @property
    def repository(self) -> Path:
        return self.cache / "models--org--name"

    @property
    def snapshot(self) -> Path:
        return self.repository / "snapshots" / self.commit

    def verify(self, *words: str | Path) -> Ran:
        """Verify with the network off: the server has gone, and no variable says where it was."""
        return weigh("verify", *words, cwd=self.folder, env={"HF_HUB_CACHE": str(self.cache)})


@pytest.fixture
def downloaded(tmp_path: Path) -> Downloaded:
    folder = tmp_path / "project"
    folder.mkdir()
    with HubServer() as hub:
        repository = hub.repository("org/name")
        older = repository.commit(FILES | {"config.json": b'{"model_type": "older"}\n'})
        commit = repository.commit(FILES)
        variables = hub.environment(tmp_path)
        ran = weigh("lock", "hf://org/name@main", cwd=folder, env=variables)
        assert ran.code == 0, ran
        hf = Path(sys.executable).with_name("hf")
        for revision in (older, "main"):
            done = subprocess.run(
                [hf, "download", "org/name", "--revision", revision], env=environment(**variables), capture_output=True,
                check=False, timeout=60,
            )  # fmt: skip
            assert done.returncode == 0, done
    return Downloaded(folder, tmp_path / "hf" / "hub", commit, older)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.resolve().write_bytes(content)


def _swap(one: Downloaded) -> None:
    """Put another, honest looking blob in the place of the weights."""
    link = one.snapshot / "model.safetensors"
    other = one.repository / "blobs" / ("0" * 64)
    other.write_bytes(encode([Tensor(name="w", data=b"\1" * 24)]))
    link.unlink()
    link.symlink_to(os.path.relpath(other, link.parent))


def _edit_tree(one: Downloaded) -> None:
    (tree,) = (one.repository / "trees").glob(f"{one.commit}*")
    listed = json.loads(tree.read_text())
    text = tree.read_text().replace(next(_digests(listed)), "0" * 64)
    tree.write_text(text)


def _digests(listed: object) -> Iterator[str]:
    if isinstance(listed, dict):
        for content in listed.values():
            yield from _digests(content)
    elif isinstance(listed, list):
        for content in listed:
            yield from _digests(content)
    elif isinstance(listed, str) and len(listed) == 64:
        yield listed


TAMPERED: dict[str, Callable[[Downloaded], object]] = {
    "byte flip in weights": lambda one: _flip(one.snapshot / "model.safetensors"),
    "byte flip in text": lambda one: _flip(one.snapshot / "config.json"),
    "extra file": lambda one: (one.snapshot / "evil.py").write_text("print('inert')"),
    "extra directory": lambda one: (one.snapshot / "new").mkdir() or (one.snapshot / "new/x.bin").write_bytes(b""),
    "missing file": lambda one: (one.snapshot / "config.json").unlink(),
    "swapped blob": _swap,
    "rewritten ref": lambda one: (one.repository / "refs/main").write_text(one.older),
    "ref to nowhere": lambda one: (one.repository / "refs/main").write_text("f" * 40),
    "edited tree file": _edit_tree,
    "link out of the cache": lambda one: (
        (one.snapshot / "config.json").unlink(), (one.snapshot / "config.json").symlink_to("/etc/hostname"),
    ),
    "half-written blob": lambda one: (one.snapshot / "model.safetensors").resolve().write_bytes(b"\x01"),
}  # fmt: skip


def test_what_was_downloaded_is_what_was_locked(downloaded: Downloaded) -> None:
    for words in ((), (downloaded.cache,), (downloaded.repository,), (downloaded.snapshot,)):
        ran = downloaded.verify(*words)
        assert ran.code == 0, (words, ran)
    assert "4 files" in downloaded.verify().out


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_changed_is_caught_offline(downloaded: Downloaded, what: str) -> None:
    TAMPERED[what](downloaded)
    for words in ((), (downloaded.cache,), (downloaded.repository,)):
        ran = downloaded.verify(*words)
        assert ran.code == 1, (words, ran)
    report = downloaded.verify("--format", "json").report
    assert not report["holds"]
    assert [each for place in report["places"] for each in place["differences"]]


def test_pull_brings_what_was_locked_and_nothing_else(downloaded: Downloaded, tmp_path: Path) -> None:
    with HubServer() as hub:
        repository = hub.repository("org/name")
        repository.commit(FILES | {"config.json": b'{"model_type": "older"}\n'})
        repository.commit(FILES)
        repository.commit({"evil.py": b"print('inert')"})  # the branch has moved on
        ran = weigh("pull", cwd=downloaded.folder, env=hub.environment(tmp_path))
        assert ran.code == 0, ran
    pulled = downloaded.folder / "models/org/name"
    assert {str(path.relative_to(pulled)): path.read_bytes() for path in pulled.rglob("*") if path.is_file()} == FILES
    assert downloaded.verify(pulled).code == 0


def test_a_branch_that_goes_back_wants_a_decision(tmp_path: Path) -> None:
    with HubServer(page=1) as hub:
        repository = hub.repository("org/name")
        commits = [repository.commit(FILES | {"config.json": b'{"n": %d}\n' % number}) for number in range(4)]
        variables = hub.environment(tmp_path)
        repository.branches["main"] = commits[2]
        assert weigh("lock", "hf://org/name", cwd=tmp_path, env=variables).code == 0
        repository.branches["main"] = commits[3]
        on = weigh("lock", "--update", "org/name", cwd=tmp_path, env=variables)
        assert (on.code, "! backwards" in on.out) == (0, False), on
        repository.branches["main"] = commits[1]
        back = weigh("lock", "--update", "org/name", cwd=tmp_path, env=variables)
        assert (back.code, "! backwards" in back.out) == (1, True), back


def test_the_same_store_that_lies_is_caught_when_it_is_locked_and_when_it_is_pulled(tmp_path: Path) -> None:
    """The listing promises one thing and the bytes are another: nothing is locked, nothing is put in place."""
    with HubServer() as hub:
        repository = hub.repository("org/name")
        repository.commit(FILES)
        variables = hub.environment(tmp_path)
        assert weigh("lock", "hf://org/name", cwd=tmp_path, env=variables).code == 0
        hub.fault("*/config.json", Fault(content=Held(b'{"model_type": "evil"}\n')))
        for words in (("pull",), ("lock", "hf://org/name", "--lock", "other.lock"),
                      ("lock", "hf://org/name", "--lock", "other.lock", "--no-scan")):  # fmt: skip
            ran = weigh(*words, cwd=tmp_path, env=variables)
            assert ran.code == 1, ran
    assert not (tmp_path / "models/org/name/config.json").exists()
    assert not (tmp_path / "other.lock").exists()


def test_one_file_of_a_repository_can_be_locked_by_its_path(tmp_path: Path) -> None:
    with HubServer() as hub:
        hub.repository("org/name").commit(FILES)
        variables = hub.environment(tmp_path)
        assert weigh("lock", "hf://org/name/sub/extra.pkl", cwd=tmp_path, env=variables).code == 0
        document = json.loads((tmp_path / "model.lock").read_text())["models"]["org/name"]
        assert document["source"] == "hf://org/name/sub/extra.pkl"
        assert list(document["files"]) == ["sub/extra.pkl"]
        assert weigh("pull", cwd=tmp_path, env=variables).code == 0
        assert weigh("lock", "--update", "org/name", cwd=tmp_path, env=variables).code == 0
    assert weigh("verify", cwd=tmp_path).code == 0
    (tmp_path / "models/org/name/sub/extra.pkl").write_bytes(b"N.")
    assert weigh("verify", cwd=tmp_path).code == 1


AGREED = {
    "nothing": (lambda _: None, 0),
    "byte flip in weights": (TAMPERED["byte flip in weights"], 1),
    "byte flip in text": (TAMPERED["byte flip in text"], 1),
    "extra file": (TAMPERED["extra file"], 1),
    "half-written blob": (TAMPERED["half-written blob"], 1),
}


@pytest.mark.parametrize("what", AGREED)
def test_we_say_what_hf_cache_verify_says_and_need_no_network_for_it(tmp_path: Path, what: str) -> None:
    with HubServer() as hub:
        hub.repository("org/name").commit(FILES)
        variables = hub.environment(tmp_path)
        folder = tmp_path / "project"
        folder.mkdir()
        assert weigh("lock", "hf://org/name", cwd=folder, env=variables).code == 0
        hf = Path(sys.executable).with_name("hf")
        download = [hf, "download", "org/name"]
        subprocess.run(download, env=environment(**variables), capture_output=True, check=True, timeout=60)
        cache = tmp_path / "hf" / "hub"
        (snapshot,) = (cache / "models--org--name" / "snapshots").iterdir()
        change, expected = AGREED[what]
        change(Downloaded(folder, cache, snapshot.name, ""))
        theirs = subprocess.run(
            [hf, "cache", "verify", "org/name", "--fail-on-extra-files", "--fail-on-missing-files"],
            env=environment(**variables), capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        assert theirs.returncode == expected, theirs
    ours = weigh("verify", cwd=folder, env={"HF_HUB_CACHE": str(cache)})
    assert ours.code == expected, ours
    by_store = weigh("verify", "--store", cache, cwd=folder)
    assert by_store.code == expected, by_store


def test_entries_of_which_one_would_lie_in_the_other_are_not_pulled_into_one_place(tmp_path: Path) -> None:
    """A file of both would be that of the last, and both would be called pulled as locked."""
    with HubServer() as hub:
        hub.repository("org/name").commit({"sub/config.json": b"{}"})
        hub.repository("org/other").commit({"config.json": b"[]"})
        variables = hub.environment(tmp_path)
        for source, name in (("hf://org/name", "a"), ("hf://org/other", "a/sub")):
            assert weigh("lock", source, "--name", name, cwd=tmp_path, env=variables).code == 0
        for words in ((), ("a",), ("a/sub",), ("--into", "there")):
            ran = weigh("pull", *words, cwd=tmp_path, env=variables)
            assert (ran.code, "would lie among the files of 'a'" in ran.err) == (2, True), ran
        assert not (tmp_path / "models").exists()
        assert weigh("pull", "a", "--into", "one", cwd=tmp_path, env=variables).code == 0
        assert weigh("pull", "a/sub", "--into", "two", cwd=tmp_path, env=variables).code == 0
    assert (tmp_path / "one/a/sub/config.json").read_bytes() == b"{}"


def test_a_link_in_the_checkout_does_not_lead_what_is_pulled_elsewhere(downloaded: Downloaded, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (downloaded.folder / "models").symlink_to(elsewhere)
    with HubServer() as hub:
        ran = weigh("pull", cwd=downloaded.folder, env=hub.environment(tmp_path))
    assert (ran.code, "--into" in ran.err) == (1, True), ran
    assert list(elsewhere.iterdir()) == []
