"""The security diff of an update: what a person must decide on is an alarm, what is harmless is not."""

from __future__ import annotations

import pytest

from weighbridge.core.values import replace
from weighbridge.provenance.lock.changes import Change, Weight, changes
from weighbridge.provenance.lock.model import LockedFile, LockEntry, Parent, ScanRecord
from weighbridge.provenance.lock.roles import role

WEIGHTS = LockedFile(
    path="model.safetensors", size=10, sha256="1" * 64, formats=("safetensors",), role="weights", tensors="3:aa"
)
CONFIG = LockedFile(path="config.json", size=5, sha256="2" * 64, formats=("json",), role="config")
OLD = LockEntry(
    name="n", source="hf://org/n", asked="main", resolved="a" * 40, files=(CONFIG, WEIGHTS),
    scan=ScanRecord(verdict="clean", rules="r", tool="1", whole=True),
)  # fmt: skip
MOVED = replace(OLD, resolved="b" * 40)


def _with(*files: LockedFile) -> LockEntry:
    return replace(MOVED, files=files)


def _pickle(path: str) -> LockedFile:
    return LockedFile(path=path, size=9, sha256="3" * 64, formats=("torch.zip",), role=role(path, ("torch.zip",)))


def _code(path: str) -> LockedFile:
    return LockedFile(path=path, size=9, sha256="4" * 64, formats=("text",), role=role(path))


ALARMS = {
    "new-code": _with(CONFIG, WEIGHTS, _code("modeling.py")),
    "new-pickle": _with(CONFIG, WEIGHTS, _pickle("pytorch_model.bin")),
    "fallback": _with(CONFIG, _pickle("pytorch_model.bin")),
    "format": _with(CONFIG, replace(WEIGHTS, formats=("torch.zip",), sha256="5" * 64)),
    "publisher": replace(OLD, source="hf://0rg/n"),
    "tensors": _with(CONFIG, replace(WEIGHTS, sha256="5" * 64, tensors="4:bb")),
    "remote-code": replace(MOVED, remote_code=True),
    "verdict": replace(MOVED, scan=ScanRecord(verdict="suspicious", rules="r", tool="1", whole=True)),
    "parents": replace(MOVED, parents=(Parent(relation="base", source="hf://x/y"),)),
    "unscanned": replace(MOVED, scan=None),
    "new-orders": _with(CONFIG, WEIGHTS, replace(_code("chat_template.jinja"), formats=("text", "jinja"))),
    "same-state": replace(OLD, files=(CONFIG, replace(WEIGHTS, sha256="5" * 64))),
}


def _alarms(found: tuple[Change, ...]) -> set[str]:
    return {one.what for one in found if one.weight is Weight.ALARM}


@pytest.mark.parametrize("what", ALARMS)
def test_what_wants_a_decision_is_an_alarm(what: str) -> None:
    found = changes(OLD, ALARMS[what])
    assert what in _alarms(found)
    assert all(one.words for one in found)
    assert [one.weight for one in found] == sorted((one.weight for one in found), key=list(Weight).index)


@pytest.mark.parametrize(
    ("path", "formats"),
    [
        ("run", ("text", "script")), ("data.dat", ("text", "python")), ("page", ("text", "json", "notebook")),
        ("lib", ("native",)), ("libx.so.1", ()), ("setup.bat", ()), ("a.wasm", ()), ("Dockerfile", ()),
        ("model.keras", ("zip", "keras")), ("model.keras", ()), ("tf_model.h5", ("hdf5",)), ("tf_model.h5", ()),
        ("model.nemo", ("tar",)), ("model.pt2", ("zip",)), ("model.pt2", ("zip", "torch.export")), ("x.rds", ("r",)),
        ("saved_model.pb", ("tensorflow.saved_model",)), ("extra", ("pickle",)), ("extra.bin", ()),
        ("chat_template.json", ()), (".mcp.json", ("text", "json", "mcp configuration")),
        ("prompts.json", ("text", "json", "chat template")),
    ],
)  # fmt: skip
def test_a_new_file_that_is_run_or_obeyed_wants_a_decision_whatever_it_is_called(
    path: str, formats: tuple[str, ...]
) -> None:
    new = LockedFile(path=path, size=1, sha256="4" * 64, formats=formats, role=role(path, formats))
    assert _alarms(changes(OLD, _with(CONFIG, WEIGHTS, new)))


@pytest.mark.parametrize(
    ("path", "formats"),
    [
        ("model.gguf", ("gguf",)), ("pytorch_model.bin", ("safetensors",)), ("a.npz", ("zip", "numpy.npz")),
        ("tokenizer.json", ("text", "json", "tokenizer.json")), ("requirements.txt", ("text", "requirements")),
        ("x.ckpt.index", ("tensorflow.checkpoint",)), ("generation_config.json", ("text", "json")), ("logo.png", ()),
    ],
)  # fmt: skip
def test_a_new_file_that_only_holds_data_wants_none(path: str, formats: tuple[str, ...]) -> None:
    new = LockedFile(path=path, size=1, sha256="4" * 64, formats=formats, role=role(path, formats))
    assert _alarms(changes(OLD, _with(CONFIG, WEIGHTS, new))) == set()


def test_another_chat_template_wants_a_decision_wherever_it_stands() -> None:
    kinds = ("text", "json", "chat template", "tokenizer configuration")
    template = LockedFile(path="tokenizer_config.json", size=1, sha256="4" * 64, formats=kinds, role="tokenizer")
    old = replace(OLD, files=(*OLD.files, template))
    altered = _with(*OLD.files, replace(template, sha256="5" * 64))
    assert _alarms(changes(old, altered)) == {"content"}
    plain = replace(template, formats=("text", "json"))
    assert _alarms(changes(replace(old, files=(*OLD.files, plain)), altered)) == {"format", "content"}


def test_another_configuration_of_a_model_that_brings_code_may_name_other_code() -> None:
    """That loaders run code is the same before and after; whose code it is stands in the file that changed."""
    old = replace(OLD, remote_code=True)
    altered = replace(_with(replace(CONFIG, sha256="5" * 64), WEIGHTS), remote_code=True)
    assert _alarms(changes(old, altered)) == {"content"}


@pytest.mark.parametrize(("verdict", "alarms"), [("malicious", {"verdict"}), ("suspicious", set()), ("clean", set())])
def test_the_first_scan_of_what_was_locked_without_one(verdict: str, alarms: set[str]) -> None:
    old = replace(OLD, scan=None)
    found = changes(old, replace(MOVED, scan=ScanRecord(verdict=verdict, rules="r", tool="1", whole=True)))
    assert _alarms(found) == alarms
    assert ("verdict" in {one.what for one in found}) == (verdict != "clean")


def test_a_branch_that_moved_backwards_is_an_alarm_and_one_that_went_on_is_not() -> None:
    assert "backwards" in _alarms(changes(OLD, MOVED, older=True))
    assert _alarms(changes(OLD, MOVED, older=False)) == set()
    assert _alarms(changes(OLD, MOVED, older=None)) == set()


def test_a_signature_that_is_gone_or_no_longer_required_is_an_alarm() -> None:
    signed = replace(OLD, signers="ours", files=(*OLD.files, replace(CONFIG, path="model.sig", role="signature")))
    found = changes(signed, MOVED)
    assert {"signers", "gone"} <= _alarms(found)


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        MOVED,
        _with(CONFIG, replace(WEIGHTS, sha256="5" * 64)),
        _with(replace(CONFIG, sha256="5" * 64), WEIGHTS),
        _with(CONFIG, WEIGHTS, replace(CONFIG, path="README.md", role="document")),
        replace(MOVED, scan=ScanRecord(verdict="clean", rules="other", tool="2", whole=True)),
    ],
)
def test_an_honest_update_raises_no_alarm(new: LockEntry) -> None:
    assert _alarms(changes(OLD, new)) == set()


def test_nothing_changes_between_equal_states() -> None:
    assert changes(OLD, OLD) == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("model-00001-of-00002.safetensors", "weights"), ("config.json", "config"), ("tokenizer.json", "tokenizer"),
        ("vocab.txt", "tokenizer"), ("chat_template.jinja", "template"), ("modeling_x.py", "code"),
        ("README.md", "document"), ("LICENSE", "document"), ("data/train.parquet", "data"), ("model.sig", "signature"),
        ("spiece.model", "tokenizer"), ("x", "other"), ("requirements.txt", "config"), ("pytorch_model.bin", "weights"),
    ],
)  # fmt: skip
def test_roles_go_by_what_files_are_for(path: str, expected: str) -> None:
    assert role(path) == expected
