"""Remote targets: resolved, listed, examined by ranges in the jail, and never called clean where bytes are left out."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tools.generate import builder_of

import weighbridge
from tests.builders import ggufs, safetensors_files, torches
from tests.builders.pickles import SHELL, call_target, dumps, pickled_call
from tests.builders.repositories import honest_named_repository, index
from tests.engine.stores import COMMIT, MemoryStore, put
from tests.servers import virtual
from tests.servers.contents import Content, Virtual
from weighbridge.core.artifact import ListedFile
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import AccessError, IntegrityError, UsageError
from weighbridge.core.finding import Finding, Severity
from weighbridge.core.limits import Limits
from weighbridge.core.report import ArtifactReport, FileReport, Report, Verdict
from weighbridge.engine import remote_file
from weighbridge.engine import worker as engine_worker
from weighbridge.engine.executors import Inline
from weighbridge.engine.scan import ScanRequest, scan
from weighbridge.rules.catalog import all_infos
from weighbridge.sandbox.executor import Jailed

BASE = f"hf://org/name@{COMMIT}"
EXECUTORS = pytest.mark.parametrize("executor", [Inline(), Jailed(jobs=2)], ids=["inline", "jailed"])
HOSTILE = pickled_call(SHELL)
POISON = call_target(SHELL, protocol=2)


def scanned(
    files: dict[str, bytes | Content] | MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
    executor: Inline | Jailed | None = None,
    target: str = "hf://org/name",
    **options: object,
) -> tuple[ArtifactReport, MemoryStore]:
    store = put(files if isinstance(files, MemoryStore) else MemoryStore(files), monkeypatch)
    request = ScanRequest(targets=(target,), **options)  # type: ignore[arg-type]
    return scan(request, executor or Inline()).artifacts[0], store


def alone(
    content: bytes | Content, monkeypatch: pytest.MonkeyPatch, name: str = "model.bin", **more: object
) -> FileReport:
    return scanned({name: content}, monkeypatch, **more)[0].files[0]  # type: ignore[arg-type]


def rules(report: FileReport) -> set[str]:
    return {finding.rule for finding in report.findings}


# -- how little is read --------------------------------------------------------------------------------------------

LAYOUTS: list[tuple[str, Callable[[], Virtual], str, int]] = [
    ("8b.safetensors", virtual.safetensors, "safetensors", 128_000),
    ("70b.safetensors", lambda: virtual.safetensors(virtual.LLAMA_70B), "safetensors", 128_000),
    ("pytorch_model.bin", virtual.torch_zip, "torch.zip", 128_000),
    ("model.gguf", virtual.gguf, "gguf", 10_000_000),
]


@EXECUTORS
@pytest.mark.parametrize(("name", "layout", "kind", "most"), LAYOUTS, ids=[name for name, *_ in LAYOUTS])
def test_headers_and_structure_only(
    name: str, layout: Callable[[], Virtual], kind: str, most: int, executor: Inline, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact, store = scanned({name: layout()}, monkeypatch, executor)
    (file,) = artifact.files
    assert kind in file.formats
    assert file.findings == ()
    assert store.moved[name] <= most
    assert store.ranges[name] <= 30
    said = f"all but {store.moved[name]:,} of {layout().size:,} bytes: headers and structure only; --full reads all"
    assert file.gaps == (Gap(kind=GapKind.UNREAD, reason=said),)
    assert file.verdict() is Verdict.INCONCLUSIVE
    assert (file.sha256, file.claimed_sha256) == (None, layout().sha256)


@EXECUTORS
def test_a_poisoned_pickle_behind_ranges_is_found(executor: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = virtual.torch_zip(poisoned=POISON)
    artifact, store = scanned({"pytorch_model.bin": bad}, monkeypatch, executor)
    assert artifact.verdict() is Verdict.MALICIOUS
    assert rules(artifact.files[0]) == {"EXE101"}
    assert artifact.files[0].findings[0].at.member == ("archive/data.pkl",)
    assert store.moved["pytorch_model.bin"] <= 128_000


@EXECUTORS
def test_a_template_at_the_end_of_a_long_header_is_found(executor: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    escaping = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    bad = alone(virtual.gguf(template=escaping), monkeypatch, name="model.gguf", executor=executor)
    honest = alone(virtual.gguf(), monkeypatch, name="model.gguf", executor=executor)
    assert "EXE134" in rules(bad)
    assert honest.findings == ()


def test_storages_that_begin_like_something_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is what ``--full`` is for; the gap says so."""
    content = safetensors_files.encode(
        [safetensors_files.Tensor(name="w", shape=(3 << 18,), data=HOSTILE + bytes((3 << 20) - len(HOSTILE)))]
    )
    sparse, full = (alone(content, monkeypatch, "m.safetensors", full=full) for full in (False, True))
    assert sparse.findings == ()
    assert sparse.verdict() is Verdict.INCONCLUSIVE
    assert full.findings
    assert full.gaps == ()


# -- what is read whole --------------------------------------------------------------------------------------------


@EXECUTORS
def test_small_files_are_read_whole_and_can_be_clean(executor: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, bytes | Content] = dict(honest_named_repository())
    artifact, store = scanned(files, monkeypatch, executor)
    assert artifact.verdict() is Verdict.CLEAN
    for file in artifact.files:
        content = files[file.path.removeprefix(f"{BASE}/")]
        assert isinstance(content, bytes)
        assert file.sha256 == hashlib.sha256(content).hexdigest()
        assert (file.size, file.gaps) == (len(content), ())
    assert store.moved == {path: store.content(path).size for path in files}


@EXECUTORS
def test_what_has_no_header_is_read_whole_up_to_a_bound(executor: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    long = json.dumps({f"key {number}": "x" * 50 for number in range(30_000)}).encode()
    file = alone(long, monkeypatch, "vocabulary.json", executor=executor)
    assert file.verdict() is Verdict.CLEAN
    assert file.sha256 == hashlib.sha256(long).hexdigest()
    bad = dumps("x" * 2_000_000) + HOSTILE
    file = alone(bad, monkeypatch, "model.pkl", executor=executor)
    assert file.verdict() is Verdict.MALICIOUS
    assert file.sha256 == hashlib.sha256(bad).hexdigest()


@EXECUTORS
def test_beyond_the_bound_reads_are_refused(executor: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Virtual(size=1 << 40, pieces={0: b"PK\x03\x04", (1 << 40) - 22: b"PK\5\6" + bytes(18)})
    artifact, store = scanned({"model.zip": endless}, monkeypatch, executor)
    (file,) = artifact.files
    assert GapKind.OVER_LIMIT in {gap.kind for gap in file.gaps}
    assert "more than 64 MiB would be fetched" in {gap.reason for gap in file.gaps}
    assert store.moved["model.zip"] <= Limits().remote_bytes
    assert file.verdict() is not Verdict.CLEAN


def test_full_fetches_everything_and_says_what_a_local_scan_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = torches.zip_checkpoint([torches.Tensor(name="w", shape=(1 << 19,))], poisoned=POISON)
    assert len(content) > remote_file.WHOLE
    (tmp_path / "model.bin").write_bytes(content)
    local = scan(ScanRequest(targets=(str(tmp_path / "model.bin"),)), Inline()).artifacts[0].files[0]
    artifact, store = scanned({"model.bin": content}, monkeypatch, full=True)
    assert _said(artifact.files[0]) == _said(local)
    assert artifact.files[0].claimed_sha256 == local.sha256
    assert store.moved["model.bin"] == len(content)


def _said(file: FileReport) -> tuple[object, ...]:
    return file.size, file.sha256, file.formats, file.findings, file.gaps


# -- less is read, nothing else is said ----------------------------------------------------------------------------

EXAMPLES = sorted({name for info in all_infos() for name in (info.positive, info.negative)})


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is large, and none is read whole for its format."""
    monkeypatch.setattr(remote_file, "WHOLE", -1)
    monkeypatch.setattr(engine_worker, "_completed", lambda *_: False)


def _compare(content: bytes, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sparse, full = (alone(content, monkeypatch, name, full=full) for full in (False, True))
    assert full.sha256 == hashlib.sha256(content).hexdigest()
    assert set(sparse.findings) <= set(full.findings)
    unread = [gap for gap in sparse.gaps if gap not in full.gaps]
    if not unread:
        assert _said(sparse) == _said(full)
        return
    said = re.fullmatch(r"all but ([\d,]+) of ([\d,]+) bytes: headers and structure only; .*", unread[0].reason)
    assert len(unread) == 1
    assert said, unread
    read, size = (int(number.replace(",", "")) for number in said.groups())
    assert 0 < read < size == len(content)
    assert (sparse.sha256, sparse.formats) == (None, full.formats)


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("name", EXAMPLES)
def test_no_example_of_a_rule_is_judged_otherwise(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, content in builder_of(name).items():
        if content and not content.startswith((b"-> ", b"sha256:")):
            _compare(content, path, monkeypatch)


NAMES = st.text("abcdefghij.", min_size=1, max_size=12)
SHAPES = st.dictionaries(NAMES, st.integers(0, 20_000), max_size=12)


@pytest.mark.usefixtures("in_pieces")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SHAPES, st.dictionaries(NAMES, st.text(max_size=40), max_size=4), st.binary(max_size=5))
def test_safetensors_in_pieces(
    monkeypatch: pytest.MonkeyPatch, shapes: dict[str, int], metadata: dict[str, str], tail: bytes
) -> None:
    tensors = [safetensors_files.Tensor(name=name, shape=(size,)) for name, size in shapes.items()]
    _compare(safetensors_files.encode(tensors, metadata=metadata) + tail, "model.safetensors", monkeypatch)


@pytest.mark.usefixtures("in_pieces")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SHAPES, st.text(max_size=40), st.binary(max_size=5))
def test_ggufs_in_pieces(monkeypatch: pytest.MonkeyPatch, shapes: dict[str, int], template: str, tail: bytes) -> None:
    tensors = [ggufs.Tensor(name=name.encode(), shape=(size,)) for name, size in shapes.items()]
    pairs = [*ggufs.common(), ggufs.pair("tokenizer.chat_template", ggufs.STRING, template)]
    _compare(ggufs.encode(pairs, tensors, tail=tail), "model.gguf", monkeypatch)


@pytest.mark.usefixtures("in_pieces")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SHAPES, st.booleans(), st.binary(max_size=5))
def test_checkpoints_in_pieces(
    monkeypatch: pytest.MonkeyPatch, shapes: dict[str, int], poisoned: bool, tail: bytes
) -> None:
    tensors = [torches.Tensor(name=name, shape=(size,), data=bytes(4 * size)) for name, size in shapes.items()]
    content = torches.zip_checkpoint(tensors, poisoned=POISON if poisoned else b"")
    _compare(content + tail, "model.bin", monkeypatch)


# -- what the store says -------------------------------------------------------------------------------------------


@EXECUTORS
@pytest.mark.parametrize("size", [1_000, 20_000, 1_500_000])
def test_other_bytes_than_listed_fail(executor: Inline, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    content, other = b"a" * size, b"a" * (size - 1) + b"b"
    store = MemoryStore({"words.txt": content, "more.txt": content}, served={"words.txt": other})
    artifact, _ = scanned(store, monkeypatch, executor)
    honest, altered = artifact.files
    assert honest.verdict() is Verdict.CLEAN
    (finding,) = altered.findings
    assert (finding.rule, finding.severity) == ("TRU714", Severity.HIGH)
    assert altered.sha256 == hashlib.sha256(other).hexdigest()
    assert altered.verdict() is Verdict.SUSPICIOUS


@EXECUTORS
@pytest.mark.parametrize("size", [1_000, 1_500_000])
@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (AccessError("the token is not accepted", hint="set HF_TOKEN"), Verdict.INCONCLUSIVE),
        (OSError(104, "Connection reset by peer"), Verdict.INCONCLUSIVE),
        (IntegrityError("the ETag changed while it was read"), Verdict.SUSPICIOUS),
    ],
    ids=["access", "system", "integrity"],
)
def test_trouble_with_one_file_is_a_gap_and_the_walk_goes_on(
    executor: Inline, error: Exception, verdict: Verdict, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(offset: int, _: int) -> None:
        if offset or size == 1_000:
            raise error

    files: dict[str, bytes | Content] = {"a.txt": b"a" * size, "b.txt": b"b\n"}
    artifact, _ = scanned(MemoryStore(files, faults={"a.txt": fault}), monkeypatch, executor)
    broken, fine = artifact.files
    words = "connection reset by peer" if isinstance(error, OSError) else str(error)
    assert (GapKind.UNREAD, words) in {(gap.kind, gap.reason) for gap in broken.gaps}
    assert broken.verdict() is verdict
    assert broken.sha256 is None
    assert fine.verdict() is Verdict.CLEAN


def test_what_was_found_before_trouble_stays_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large text is fetched in order; what came before the connection broke is examined."""

    def fault(offset: int, _: int) -> None:
        if 1 << 20 < offset < 8_000_000:
            raise AccessError("the connection broke")

    bad = HOSTILE + bytes(8 << 20)
    store = MemoryStore({"model.pkl": bad}, faults={"model.pkl": fault})
    artifact, _ = scanned(store, monkeypatch)
    assert artifact.verdict() is Verdict.MALICIOUS


def test_troubles_extras_and_unreadable_files_are_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore(
        {"a.txt": b"a\n", "b.txt": b"b\n"},
        claims={"b.txt": {"trouble": "its blob is missing"}},
        troubles=("refs/main leads nowhere",),
        extras=(ListedFile(path="evil.py"),),
    )
    artifact, _ = scanned(store, monkeypatch)
    assert [(gap.reason, gap.at.member) for gap in artifact.gaps] == [
        ("refs/main leads nowhere", ()), ("its store does not list it", ("evil.py",)),
    ]  # fmt: skip
    fine, missing = artifact.files
    assert fine.verdict() is Verdict.CLEAN
    assert [gap.reason for gap in missing.gaps] == ["its blob is missing"]
    assert (missing.size, missing.sha256) == (None, None)
    assert artifact.verdict() is Verdict.INCONCLUSIVE


def test_a_path_that_is_listed_twice_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore({"a.pkl": dumps(1), "b.pkl": HOSTILE}, claims={"b.pkl": {"path": "a.pkl"}})
    artifact, _ = scanned(store, monkeypatch)
    assert [(gap.reason, gap.at.member) for gap in artifact.gaps] == [("it is listed twice", ("a.pkl",))]
    assert artifact.verdict() is Verdict.INCONCLUSIVE


def test_files_of_a_store_on_this_machine_are_opened_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: dict[str, bytes | Content] = {"a.pkl": dumps("a"), "b.pkl": dumps("b"), "c.pkl": dumps("c")}
    places = {}
    for path in ("a.pkl", "b.pkl"):
        place = tmp_path / f"blob-{path}"
        place.write_bytes(dumps("a"))
        digest = hashlib.sha256(listed[path]).hexdigest()  # type: ignore[arg-type]
        places[path] = {"real": str(place), "sha256": digest}
    artifact, store = scanned(MemoryStore(listed, claims=places), monkeypatch, target="ollama://name:tag")
    same, other, fetched = artifact.files
    assert store.moved.keys() == {"c.pkl"}
    assert (same.findings, same.verdict()) == ((), Verdict.CLEAN)
    assert rules(other) == {"TRU714"}
    assert fetched.verdict() is Verdict.CLEAN


# -- which files ---------------------------------------------------------------------------------------------------

TREE: dict[str, bytes | Content] = {
    "README.md": b"# x\n",
    "a/model.pkl": dumps(1),
    "a/notes.txt": b"x\n",
    "b/x.pkl": dumps(2),
}


def below(artifact: ArtifactReport) -> list[str]:
    return [file.path.removeprefix(f"{BASE}/") for file in artifact.files]


def test_paths_name_the_commit_and_can_be_scanned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    artifact, store = scanned(TREE, monkeypatch, target="hf://org/name@main")
    assert artifact.ref == BASE
    assert below(artifact) == sorted(TREE)
    again, _ = scanned(store, monkeypatch, target=artifact.files[1].path)
    assert (again.ref, again.files) == (BASE, artifact.files[1:2])
    assert store.asked == [("hf://org/name@main", False), (f"{BASE}/a/model.pkl", False)]


@pytest.mark.parametrize(
    ("target", "options", "expected"),
    [
        ("hf://org/name/a", {}, ["a/model.pkl", "a/notes.txt"]),
        ("hf://org/name/a/notes.txt", {}, ["a/notes.txt"]),
        ("hf://org/name", {"include": ("*.pkl",)}, ["a/model.pkl", "b/x.pkl"]),
        ("hf://org/name", {"exclude": ("a",)}, ["README.md", "b/x.pkl"]),
        ("hf://org/name/a", {"include": ("*.pkl",)}, ["a/model.pkl"]),
        ("hf://org/name/a", {"include": ("a/*.txt",)}, ["a/notes.txt"]),
    ],
)
def test_a_part_of_a_repository(
    target: str, options: dict[str, object], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact, store = scanned(TREE, monkeypatch, target=target, **options)
    assert below(artifact) == expected
    assert sorted(store.moved) == expected, "nothing else is fetched"


def test_no_file_is_a_gap_and_no_such_path_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    artifact, _ = scanned(TREE, monkeypatch, include=("*.gguf",))
    assert [gap.reason for gap in artifact.gaps] == ["no file here is chosen by --include and --exclude"]
    artifact, _ = scanned({}, monkeypatch)
    assert [gap.reason for gap in artifact.gaps] == ["there is no file here"]
    for path in ("absent", "README.md/x", "a/mod"):
        with pytest.raises(AccessError, match=re.escape(repr(path))):
            scanned(TREE, monkeypatch, target=f"hf://org/name/{path}")


def test_errors_of_the_listing_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    store = put(MemoryStore({}), monkeypatch)
    for error in (AccessError("there is no such repository"), IntegrityError("no commit"), OSError(5, "Broken")):

        def refuse(_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(store, "listing", refuse)
        with pytest.raises(AccessError if isinstance(error, OSError) else type(error)):
            scan(ScanRequest(targets=("hf://org/name",)), Inline())
    with pytest.raises(UsageError, match="no repository"):
        scan(ScanRequest(targets=("hf://name",)), Inline())


def test_targets_near_and_far_in_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.pkl").write_bytes(HOSTILE)
    put(MemoryStore(TREE), monkeypatch)
    targets = (str(tmp_path), "hf://org/name", str(tmp_path / "model.pkl"), "hf://org/name/a")
    report = scan(ScanRequest(targets=targets), Inline())
    assert [len(artifact.files) for artifact in report.artifacts] == [1, 4, 1, 2]
    assert [artifact.verdict() for artifact in report.artifacts] == ["malicious", "clean", "malicious", "clean"]
    assert all(file.claimed_sha256 == "" for file in report.artifacts[0].files)


def test_a_local_path_that_looks_like_a_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x:" / "org").mkdir(parents=True)
    (tmp_path / "x:" / "org" / "model.pkl").write_bytes(HOSTILE)
    monkeypatch.chdir(tmp_path)
    report = scan(ScanRequest(targets=("./x://org",)), Inline())
    assert report.verdict() is Verdict.MALICIOUS


def test_the_store_is_told_to_keep_off_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    _, store = scanned(TREE, monkeypatch, offline=True)
    assert store.asked == [("hf://org/name", True)]


# -- the repository as a whole -------------------------------------------------------------------------------------


def large(name: str) -> safetensors_files.Tensor:
    """A tensor that makes its file too large to be read whole."""
    return safetensors_files.Tensor(name=name, shape=(1 << 19,), data=bytes(1 << 21))


def shards(second: bytes) -> dict[str, bytes | Content]:
    """Two shards, large enough to be read in pieces, and their index."""
    names = {"model__a": "model-00001-of-00002.safetensors", "model__b": "model-00002-of-00002.safetensors"}
    tensors = [large(name) for name in ("model.a", "model.b")]
    return {
        "model.safetensors.index.json": index(**names),
        "model-00001-of-00002.safetensors": safetensors_files.encode(tensors[:1]),
        "model-00002-of-00002.safetensors": second or safetensors_files.encode(tensors[1:]),
    }


def test_files_in_pieces_are_held_against_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    other = safetensors_files.encode([large("model.c")])
    for second, expected in ((b"", set()), (other, {"TRU704"})):
        artifact, store = scanned(shards(second), monkeypatch)
        assert {finding.rule for file in artifact.files for finding in file.findings} == expected
        assert max(store.moved.values()) < 100_000
        full, _ = scanned(shards(second), monkeypatch, full=True)
        assert _findings(artifact) == _findings(full)


def _findings(artifact: ArtifactReport) -> list[tuple[str, tuple[Finding, ...]]]:
    return [(file.path, file.findings) for file in artifact.files]


# -- front doors ---------------------------------------------------------------------------------------------------


def test_the_python_api_takes_references(monkeypatch: pytest.MonkeyPatch) -> None:
    store = put(MemoryStore({"model.bin": virtual.torch_zip(poisoned=POISON)}), monkeypatch)
    report = weighbridge.scan("hf://org/name", jobs=1, offline=True)
    assert isinstance(report, Report)
    assert report.verdict() is Verdict.MALICIOUS
    assert store.asked == [("hf://org/name", True)]


def test_an_interruption_ends_workers_and_gives_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(offset: int, _: int) -> None:
        raise KeyboardInterrupt

    before = len(os.listdir("/proc/self/fd"))
    for size in (1_000, 2_000_000):
        store = MemoryStore({"a.txt": b"x\n", "b.txt": b"b" * size}, faults={"b.txt": fault})
        with pytest.raises(KeyboardInterrupt):
            scanned(store, monkeypatch, Jailed(jobs=2))
    assert len(os.listdir("/proc/self/fd")) <= before
