"""Exported programs: operators of the graph, payloads that are unpickled, expressions that are evaluated."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import torch_scripts as scripts
from tests.builders import torches, zips
from tests.builders.pickles import SHELL, pickled_call, plain_data
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import Inconsistency
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import CodeUnit, ConfiguredCall, Operator
from weighbridge.core.references import Reference
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.formats.archives import extract
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.torch_export import inspect
from weighbridge.rules.catalog import RuleSet


def bench() -> Bench:
    return Bench(Limits(), Meter(Limits()))


def graph(content: bytes) -> list[object]:
    return list(inspect(json.loads(content), BytesSource(content), Node(name="model.json"), bench()))


def archive(content: bytes) -> list[object]:
    return list(extract(BytesSource(content), Node(name="model.pt2"), bench()))


def examined(content: bytes, name: str = "model.pt2") -> Examination:
    return examine(BytesSource(content), name, limits=Limits(), judge=Judge(RuleSet()), strict=True)


def test_an_honest_export_is_clean() -> None:
    seen = examined(scripts.exported())
    assert (seen.formats, seen.findings, seen.gaps) == (("zip", "torch.export"), (), ())


def test_operators_below_torch_ops_are_those_of_torchscript() -> None:
    found = graph(scripts.program(scripts.node("torch.ops.aten.relu.default"), scripts.node("_operator.add")))
    operators = [(one.framework, one.domain, one.name, one.count) for one in found if isinstance(one, Operator)]
    assert sorted(operators) == [("torch_export", "", "_operator.add", 1), ("torchscript", "aten", "relu", 2)]


def test_the_path_that_a_file_operator_is_given_is_told() -> None:
    found = graph(scripts.program(scripts.node("torch.ops.aten.from_file.default", "inert-absent")))
    assert [one.constants for one in found if isinstance(one, Operator) and one.name == "from_file"] == [
        ("inert-absent",)
    ]


def test_subgraphs_are_searched() -> None:
    inner = json.loads(scripts.program(scripts.node("torch.load", "inert")))["graph_module"]["graph"]
    outer = scripts.node("torch.ops.higher_order.cond") | {
        "inputs": [{"name": "", "arg": {"as_graph": {"name": "g", "graph": inner}}, "kind": 1}]
    }
    assert "torch.load" in {one.name for one in graph(scripts.program(outer)) if isinstance(one, Operator)}


def test_custom_classes_are_operators() -> None:
    node = scripts.node("torch.ops.aten.relu.default") | {
        "outputs": [{"as_custom_obj": {"name": "o", "class_fqn": "__torch__.torch.classes.inert_ns.Inert"}}]
    }
    found = {(one.domain, one.name) for one in graph(scripts.program(node)) if isinstance(one, Operator)}
    assert ("torch.classes.inert_ns", "Inert") in found


PLAIN = [
    "s0", "-s0 + 3", "2*s0*(s1 // 4)", "Max(1, Min(s0, 8))", "s0 <= 2147483647", "1.5e-3*s0", "2.0*s0", "Ne(s0, 1)",
    "FloorDiv(Symbol('s77', positive=True, integer=True), Integer(2))", "Float('1.5', precision=53)",
    "OpaqueUnaryFn_sqrt(s0)", "(s0 & 1) | 2", "zuf0",
]  # fmt: skip
CODE = [
    "().__class__", "s0.x", "1 .real", "eval('a')", "exec(s0)", "open('a')", "f('a')", "getattr(s0, 'a')", "'a b'",
    "s0[0]", "{1}", "lambda: 1", "(lambda)", "Symbol('a').x", "'a'.b", "Symbol('__import__')", '"a"', "Max (1).x",
    "a:=1",
    "import_('os')", "vars()", "Max\n(1)", "print (1)",
]  # fmt: skip


@pytest.mark.parametrize("expression", PLAIN)
def test_arithmetic_is_no_code(expression: str) -> None:
    assert [one for one in graph(scripts.program(expression=expression)) if isinstance(one, CodeUnit)] == []


@pytest.mark.parametrize("expression", CODE)
def test_any_other_expression_is_code(expression: str) -> None:
    (unit,) = [one for one in graph(scripts.program(expression=expression)) if isinstance(one, CodeUnit)]
    assert unit.when == "load"


def test_documents_without_a_graph_are_nothing() -> None:
    for content in (b"{}", b"[]", b'{"graph_module": 1}', b"3"):
        assert graph(content) == []


def test_a_pickled_payload_is_told_and_read() -> None:
    found = archive(scripts.pickled_weight(plain_data()))
    (told,) = [one for one in found if isinstance(one, ConfiguredCall)]
    assert (told.scheme, told.name, told.when) == ("torch.export", "use_pickle", "load")
    assert "EXE101" in {one.rule for one in examined(scripts.pickled_weight(pickled_call(SHELL, protocol=0))).findings}
    assert {one.rule for one in examined(scripts.pickled_weight(torches.zip_checkpoint())).findings} == {"EXE136"}
    assert examined(scripts.pickled_weight(b"INERT \x01\x02")).gaps


@pytest.mark.parametrize("flag", [True, None, 1, "true"])
def test_only_a_plain_no_is_no(flag: object) -> None:
    config = {"w": scripts.payload("weight_0") | {"use_pickle": flag}}
    assert [one for one in archive(scripts.exported(config=config)) if isinstance(one, ConfiguredCall)]


def test_payloads_of_native_classes_are_read_by_torch_itself() -> None:
    config = {"w": scripts.payload("custom_obj_0") | {"use_pickle": True, "tensor_meta": None}}
    found = archive(scripts.exported(config=config, records={"data/constants/custom_obj_0": bytes(8)}))
    assert not [one for one in found if isinstance(one, ConfiguredCall)]


@pytest.mark.parametrize(
    "changed",
    [
        {"sizes": [{"as_int": 4}]}, {"strides": [{"as_int": 2}]}, {"storage_offset": {"as_int": 1}}, {"dtype": 8},
        {"sizes": [{"as_int": -1}]}, {"sizes": [{"as_int": 1 << 62}]},
    ],
)  # fmt: skip
def test_a_payload_is_as_long_as_its_table_says(changed: dict[str, object]) -> None:
    lying = archive(scripts.exported(config={"w": scripts.payload("weight_0", **changed)}))
    assert [one.what for one in lying if isinstance(one, Inconsistency)] == ["payload size"]
    honest = archive(scripts.exported(config={"w": scripts.payload("weight_0")}))
    assert not [one for one in honest if isinstance(one, Inconsistency)]


def test_a_payload_elsewhere_is_a_reference_that_escapes() -> None:
    for path in ("../../inert", "/inert", "a/../../inert"):
        found = archive(scripts.exported(config={"w": scripts.payload(path)}))
        assert [one.target for one in found if isinstance(one, Reference) and one.escapes] == [path]


def test_a_broken_table_is_a_gap() -> None:
    assert examined(scripts.exported(records={"data/weights/model_weights_config.json": b'{"config": '})).gaps


COMPILED = ["model.so", "model.SO", "kernel.cubin", "model.wrapper.cpp", "x.ptx", "run.sh"]


@pytest.mark.parametrize("name", COMPILED)
def test_what_a_compiler_left_is_a_program(name: str) -> None:
    (unit,) = [one for one in archive(scripts.compiled(name, b"INERT")) if isinstance(one, CodeUnit)]
    assert unit.when == "load"


def test_a_compiled_model_needs_no_root() -> None:
    content = zips.plain({"data/aotinductor/model/a.so": b"INERT"})
    assert [one.name for one in archive(content) if isinstance(one, CodeUnit)] == ["data/aotinductor/model/a.so"]
    other = zips.plain(
        {"a/b/data/aotinductor/a.so": b"INERT", "aotinductor/a.so": b"INERT", "archive_format.txt": b"x"}
    )
    assert not [one for one in archive(other) if isinstance(one, CodeUnit)]


@pytest.mark.parametrize("name", ["weight_0.pkl", "evil", "evil.pkl", "weight_", "tensor_a", "a/weight_0"])
def test_only_payloads_by_torchs_own_names_are_taken_for_raw_bytes(name: str) -> None:
    evil = pickled_call(SHELL, protocol=0)
    seen = examined(scripts.exported(records={f"data/weights/{name}": evil}))
    assert "EXE101" in {one.rule for one in seen.findings}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("m/archive_format", True), ("m/data/weights/weight_0", True),
        ("m/data/weights/model_weights_config.json", True),
        ("m/data/aotinductor/a.so", True), ("m/archive_format/x", False), ("a/b/archive_format", False),
        ("m/data/weights/other.bin", False), ("m/models/model.json", False), ("m/data/constants/tensor_0", False),
    ],
)  # fmt: skip
def test_what_makes_an_archive_an_export(name: str, found: bool) -> None:
    identities = [getattr(one, "format", "") for one in archive(zips.plain({name: b"x", "m/other": b"x"}))]
    assert ("torch.export" in identities) is found


def test_a_table_of_a_compiled_model_is_none() -> None:
    assert not [one for one in archive(scripts.compiled("model.json", b"{}")) if isinstance(one, CodeUnit)]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=4))
def test_a_spoilt_archive_is_examined_to_the_end(place: int, piece: bytes) -> None:
    content = scripts.exported()
    examined(content[:place] + piece + content[place + len(piece) :])
    cut = examined(content[:place])
    assert cut.gaps or cut.findings or place < 4 or place >= len(content)


KEYS = st.sampled_from(["graph_module", "target", "inputs", "expr_str", "class_fqn", "arg", "as_string"])
LEAVES = st.none() | st.integers() | st.text(max_size=5) | st.just("torch.load")


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20))
def test_any_document_is_read(value: object) -> None:
    graph(json.dumps({"graph_module": {"x": value}}).encode())


def test_gaps_are_not_many() -> None:
    assert not [one for one in archive(scripts.exported()) if isinstance(one, Gap)]
