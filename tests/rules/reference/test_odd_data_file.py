"""Weights that are read from a file of another kind."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, found, only
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.rules.reference import odd_data_file


def reference(target: str, relation: str = "external_data", *, escapes: bool = False) -> Reference:
    return Reference(
        at=FILE, relation=relation, kind=Target.PATH, target=target, key="w", escapes=escapes, when=When.LOAD
    )


@pytest.mark.parametrize("target", [".env", "train.py", "config/app.json", "a\\.ssh", "Server.PEM"])
def test_other_files_are_found(target: str) -> None:
    assert only(odd_data_file, reference(target)).message == f"weights are read from {target}"


@pytest.mark.parametrize(
    "target", ["model.onnx.data", "weights.bin", "onnx__MatMul_12", "m.layers.0.weight", "a.b/data"]
)
def test_files_of_weights_are_silent(target: str) -> None:
    assert not found(odd_data_file, reference(target))


def test_what_is_no_weight_or_has_another_rule_is_silent() -> None:
    assert not found(odd_data_file, reference("vocab.txt", "vocabulary"))
    assert not found(odd_data_file, reference("../.env", escapes=True))
