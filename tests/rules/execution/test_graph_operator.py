"""Operators of graphs: fine, grave, or for somebody to look at."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, found, only
from weighbridge.core.finding import Confidence, Severity
from weighbridge.core.programs import Operator
from weighbridge.core.when import When
from weighbridge.rules.execution import graph_operator


def operator(name: str, *constants: str, framework: str = "tensorflow", scope: str = "") -> Operator:
    return Operator(at=FILE, framework=framework, domain="", name=name, constants=constants, scope=scope)


@pytest.mark.parametrize(
    "name", ["MatMul", "Const", "While", "HashTableV2", "StatefulPartitionedCall", "ShardedFilename"]
)
def test_computing_is_fine(name: str) -> None:
    assert not found(graph_operator, operator(name))


@pytest.mark.parametrize("name", ["WriteFile", "MatchingFiles", "PyFunc", "RpcClient", "SaveDatasetV2"])
def test_acting_outside_of_the_graph_is_grave(name: str) -> None:
    match = only(graph_operator, operator(name))
    assert match.severity is None
    assert match.confidence is None
    assert match.when is When.LOAD


def test_the_message_names_operator_scope_and_constants() -> None:
    match = only(graph_operator, operator("WriteFile", "/inert-absent", scope="branch"))
    assert match.message == "operator `WriteFile` in branch: writes a file"
    assert match.evidence == ("/inert-absent",)


def test_unknown_operators_need_a_look() -> None:
    match = only(graph_operator, operator("InertAbsentOp", "text"))
    assert (match.severity, match.confidence) == (Severity.MEDIUM, Confidence.MEDIUM)
    assert match.message == "operator `InertAbsentOp` is not on the list of tensorflow operators"


@pytest.mark.parametrize("name", ["XlaCallModule", "TRTEngineOp", "SentencepieceTokenizeOp", "DatasetFromGraph"])
def test_what_cannot_be_read_needs_a_look(name: str) -> None:
    assert only(graph_operator, operator(name)).severity is Severity.MEDIUM


@pytest.mark.parametrize("name", ["SaveV2", "RestoreV2", "PrintV2", "CacheDatasetV2", "InitializeTableFromTextFileV2"])
def test_a_place_that_the_caller_gives_is_fine(name: str) -> None:
    assert not found(graph_operator, operator(name))


@pytest.mark.parametrize(
    ("place", "grave"),
    [
        ("/etc/x", True), ("~/x", True), ("file:///x", True), ("gs://bucket/x", True), ("a/../../x", True),
        ("<given>/../x", True), ("C:\\x", True), ("\\\\host\\x", True), ("cache/x", False), ("<computed>", False),
        ("..x/y..", False),
    ],
)  # fmt: skip
def test_a_place_of_the_graphs_own_is_grave_where_it_leads_away(place: str, grave: bool) -> None:
    match = only(graph_operator, operator("SaveV2", place))
    assert match.severity is (None if grave else Severity.MEDIUM)


def test_reading_what_the_caller_names_needs_a_look() -> None:
    assert only(graph_operator, operator("ReadFile")).severity is Severity.MEDIUM
    assert only(graph_operator, operator("ReadFile", "<computed>/x")).severity is Severity.MEDIUM
    assert only(graph_operator, operator("ReadFile", "/inert-absent")).severity is None


def test_operators_of_mxnet() -> None:
    assert not found(graph_operator, operator("Convolution", framework="mxnet"))
    assert only(graph_operator, operator("Custom", "mine", framework="mxnet")).severity is Severity.MEDIUM
    assert only(graph_operator, operator("_Native", "0x7f", framework="mxnet")).severity is None


def test_long_words_of_the_file_are_shortened() -> None:
    match = only(graph_operator, operator("X" * 9_000, "y" * 9_000, scope="z" * 9_000))
    assert len(match.message) < 400
    assert len(match.evidence[0]) < 500
