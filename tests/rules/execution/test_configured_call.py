"""Targets of configurations: listed ones are silent, dangerous ones are named, unknown ones are for review."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, WORDS, found, only
from weighbridge.core.facts import Argument
from weighbridge.core.finding import Confidence, Severity
from weighbridge.core.programs import ConfiguredCall
from weighbridge.core.when import When
from weighbridge.rules.execution import configured_call
from weighbridge.rules.vocabulary.lists import Listed


def call(full: str, scheme: str = "hydra", when: When = When.FLAG) -> ConfiguredCall:
    module, _, name = full.rpartition(".")
    given = (Argument(kind="str", text="echo INERT"),)
    return ConfiguredCall(at=FILE, scheme=scheme, key="a.b", module=module, name=name, when=when, arguments=given)


@pytest.mark.parametrize(
    "full",
    ["torch.nn.Linear", "torch.optim.AdamW", "nemo.collections.asr.modules.ConformerEncoder", "builtins.dict",
     "lightning.pytorch.loggers.TensorBoardLogger", "transformers.AutoTokenizer.from_pretrained"],
)  # fmt: skip
def test_listed_targets_are_silent(full: str) -> None:
    assert found(configured_call, call(full)) == ()


@pytest.mark.parametrize(
    "full",
    ["os.system", "subprocess.Popen", "builtins.eval", "torch.hub.load", "hydra.utils.instantiate",
     "nemo.collections.asr.os.system", "torch.nn.modules.torch.hub.load", "torch.nn.Module.__init__.__globals__",
     "lightning.fabric.utilities.cloud_io._load", "inert_absent_pkg.subprocess.run"],
)  # fmt: skip
def test_dangerous_targets_are_named_behind_any_listed_package(full: str) -> None:
    match = only(configured_call, call(full))
    assert match.severity is None
    assert match.message.startswith(f"`a.b` names `{full}`: ")
    assert match.evidence == ("echo INERT",)
    assert match.when is When.FLAG


@pytest.mark.parametrize("full", ["inert_absent_pkg.call", "nemo.other.Thing", "own", "torchvision.ops.nms"])
def test_unknown_targets_are_for_review(full: str) -> None:
    match = only(configured_call, call(full))
    assert (match.severity, match.confidence) == (Severity.MEDIUM, Confidence.MEDIUM)


def test_a_module_alone_is_imported() -> None:
    assert only(configured_call, call("os", "mlflow", When.LOAD)).severity is None
    assert only(configured_call, call("own", "mlflow", When.LOAD)).severity is Severity.MEDIUM
    assert found(configured_call, call("mlflow.sklearn", "mlflow")) == ()
    assert only(configured_call, call("mlflow.projects.run", "mlflow")).severity is None


def test_each_scheme_has_a_list_of_its_own() -> None:
    assert found(configured_call, call("sentence_transformers.models.Pooling", "sentence-transformers")) == ()
    assert found(configured_call, call("sentence_transformers.models.Pooling", "spacy")) != ()
    assert found(configured_call, call("anything.At_all", "no such scheme")) != ()


def test_the_listed_part_of_a_path_was_reviewed(monkeypatch: pytest.MonkeyPatch) -> None:
    WORDS.lists.find("keras", "")
    entry = Listed(category="class", source="test", reason="test")
    monkeypatch.setitem(WORDS.lists._below["keras"], "own.__operators__", entry)
    assert WORDS.lists.covering("keras", "own.__operators__.add") == "own.__operators__"
    assert WORDS.lists.covering("keras", "own.other") == ""
    assert found(configured_call, call("own.__operators__.add", "keras")) == ()
    assert only(configured_call, call("own.__operators__.__globals__", "keras")).severity is None
    assert only(configured_call, call("own.__other__.add", "keras")).severity is None


def test_folders_that_are_called_like_modules_are_no_danger() -> None:
    for full in ("keras.src.backend.torch.export.Archive", "ldm.modules.code.Thing", "sgm.util.io.Reader"):
        match = found(configured_call, call(full))
        assert all(one.severity is Severity.MEDIUM for one in match), full
