"""What a lock and a signature beside a model say stands in its graph, and what they contradict is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.boms import model_with_adapter
from tests.cli.bills import written
from tests.provenance.signing.authorities import key as made_key
from tests.provenance.signing.authorities import private_pem, public_pem
from weighbridge.cli import app
from weighbridge.inventory.disputes import disputes
from weighbridge.inventory.document import loads
from weighbridge.inventory.graph import Claim, Confidence, Field, Graph, Method
from weighbridge.provenance.lock import document
from weighbridge.provenance.lock.model import Lock, LockedFile, LockEntry

COMMIT = "a1" * 20
CONFIG = b'{"model_type": "llama"}'


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def composed(target: Path, *more: str) -> Graph:
    out = target.parent / "graph.json"
    assert app.main(["bom", str(target), "--format", "graph", "-o", str(out), "--quiet", *more]) == 0
    return loads(out.read_bytes())


def locked(*files: LockedFile, name: str = "org/small", source: str = "hf://org/small") -> str:
    entry = LockEntry(name=name, source=source, asked="main", resolved=COMMIT, files=files)
    return document.dumps(Lock(entries=(entry,)))


def sole(graph: Graph, id_: str, field: Field, method: Method) -> Claim:
    (found,) = (one for one in graph.component(id_).claims(field) if one.origin.method is method)
    return found


@pytest.mark.parametrize("beside", [True, False])
def test_a_lock_says_where_a_model_is_from_and_what_its_files_were(tmp_path: Path, *, beside: bool) -> None:
    folder = written(tmp_path / "models" / "org" / "small", {"config.json": CONFIG})
    gone = LockedFile(path="model.safetensors", size=1, sha256="b" * 64)
    other = LockedFile(path="config.json", size=1, sha256="c" * 64, claimed=True)
    (folder if beside else tmp_path).joinpath("model.lock").write_text(locked(gone, other))
    graph = composed(folder)
    for field, words in (
        (Field.REFERENCE, f"hf://org/small@{COMMIT}"), (Field.COMMIT, COMMIT),
        (Field.PURL, f"pkg:huggingface/org/small@{COMMIT}"),
    ):  # fmt: skip
        claim = sole(graph, graph.root, field, Method.MANIFEST)
        assert (claim.content, claim.origin.confidence) == (words, Confidence.DECLARED)
    name = "model.lock" if beside else "../../../model.lock"
    digest = sole(graph, "file:config.json", Field.SHA256, Method.MANIFEST)
    assert (digest.origin.file, digest.origin.pointer) == (name, "/models/org~1small/files/config.json/sha256")
    assert graph.component("file:config.json").best(Field.SHA256) != digest
    assert [(one.component, one.what) for one in disputes(graph)] == [("file:config.json", "sha256")]
    assert graph.gaps == (f"{name}: it locks model.safetensors, not here",)


def test_a_lock_above_that_is_of_another_model_says_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path / "other", {"config.json": CONFIG})
    (tmp_path / "model.lock").write_text(locked(LockedFile(path="config.json", size=1, sha256="c" * 64)))
    graph = composed(folder)
    assert not graph.gaps
    assert len(graph.component("file:config.json").claims(Field.SHA256)) == 1
    assert app.main(["bom", str(folder), "--lock", "model.lock"]) == 2


@pytest.mark.parametrize("text", ["", "[", '{"schema": "weighbridge.lock/1", "models": {"a": 1}}', "\0", "[" * 99_999])
def test_a_broken_lock_is_a_gap_and_one_that_is_named_an_error(text: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "small", {"config.json": CONFIG})
    (tmp_path / "model.lock").write_text(text)
    (gap,) = composed(folder).gaps
    assert gap.startswith("../model.lock: ")
    assert app.main(["bom", str(folder), "--lock", "model.lock"]) == 2


def test_a_lock_whose_source_is_no_reference_is_a_gap(tmp_path: Path) -> None:
    folder = written(tmp_path / "small", {"config.json": CONFIG})
    (folder / "model.lock").write_text(locked(name="small", source="hf://"))
    assert len(composed(folder).gaps) == 1


def test_who_signed_is_verified_only_by_a_policy(tmp_path: Path) -> None:
    folder = written(tmp_path / "small", model_with_adapter())
    key, other = made_key(), made_key(number=1)
    (tmp_path / "key.pem").write_bytes(private_pem(key))
    for name, one in (("own", key), ("other", other)):
        (tmp_path / f"{name}.pub").write_bytes(public_pem(one))
        (tmp_path / f"{name}.toml").write_text(f'[signers.{name}]\nkeys = ["{name}.pub"]\n')
    assert app.main(["sign", str(folder), "--key", "key.pem"]) == 0
    seen = {name: composed(folder, *words) for name, words in (
        ("nobody", ()), ("own", ("--signers", "own.toml")), ("other", ("--signers", "other.toml")),
    )}  # fmt: skip
    claims = {name: graph.component(graph.root).best(Field.SIGNER) for name, graph in seen.items()}
    told = {name: (one.origin.confidence, one.note) for name, one in claims.items() if one}
    assert told["nobody"] == (Confidence.DECLARED, "not checked: no --signers policy was named")
    assert told["own"] == (Confidence.VERIFIED, "it holds, and is trusted as own")
    assert told["other"][0] is Confidence.DECLARED
    assert told["other"][1].startswith("it does not hold: ")
    assert [len(graph.gaps) for graph in seen.values()] == [0, 0, 1]
    assert not any(map(disputes, seen.values()))

    (folder / "config.json").write_bytes(CONFIG)
    altered = composed(folder, "--signers", "own.toml")
    claim = altered.component(altered.root).best(Field.SIGNER)
    assert claim is not None
    assert claim.origin.confidence is Confidence.DECLARED
    assert [(one.component, one.what) for one in disputes(altered)] == [("file:config.json", "sha256")]
    assert "config.json: altered since it was signed" in altered.gaps[0]


@pytest.mark.parametrize("content", [b"", b"x", b"{}", b"\xff\xfe", b"[" * 99_999])
def test_what_is_no_signature_is_a_gap(content: bytes, tmp_path: Path) -> None:
    folder = written(tmp_path / "small", {"config.json": CONFIG, "model.sig": content})
    graph = composed(folder)
    assert any(gap.startswith("a signature: model.sig ") for gap in graph.gaps)
    assert not graph.component(graph.root).claims(Field.SIGNER)
    assert str(tmp_path) not in "".join(graph.gaps)


def test_links_are_not_followed_to_what_vouches(tmp_path: Path) -> None:
    folder = written(tmp_path / "small", {"config.json": CONFIG})
    (tmp_path / "elsewhere").write_text(locked(LockedFile(path="config.json", size=1, sha256="c" * 64)))
    for name in ("model.lock", "model.sig"):
        (folder / name).symlink_to("../elsewhere")
    graph = composed(folder)
    assert graph.gaps == ("a signature: model.sig is a symbolic link to ../elsewhere",)
    assert not disputes(graph)
