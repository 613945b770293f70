"""skops: every node that names something is told, whoever hides behind another name is told as such."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import lightgbm_files, zips
from tests.builders import skops_files as files
from tests.formats.flat_reading import of
from tests.museum.exhibit import examined, verdict
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.programs import AuditMismatch, ConfiguredCall
from weighbridge.core.report import Verdict
from weighbridge.core.when import When
from weighbridge.formats.text import json_file
from weighbridge.rules.vocabulary.standing import Vocabulary


def calls(root: files.State) -> dict[str, When]:
    """What a schema names."""
    found = of(ConfiguredCall, json_file.extract, files.schema(root))
    assert all(one.scheme == "skops" for one in found)
    return {f"{one.module}.{one.name}": one.when for one in found}


def test_names_are_told() -> None:
    assert calls(files.scaler(extra=files.node("FunctionNode", "inert", "load"))) == {
        "sklearn.preprocessing._data.StandardScaler": When.FLAG,
        "builtins.dict": When.FLAG,
        "builtins.list": When.FLAG,
        "builtins.str": When.FLAG,
        "inert.load": When.FLAG,
    }


def test_operators_and_methods_are_loaded_without_a_question() -> None:
    assert calls(files.operator("call", "x"))["operator.call"] is When.LOAD
    assert calls(files.operator("call", "x", module="sklearn.svm"))["operator.call"] is When.LOAD
    named = calls(files.method("transform", files.scaler()))
    assert named["sklearn.preprocessing._data.StandardScaler.transform"] is When.LOAD


@pytest.mark.parametrize(
    ("root", "audited", "loaded"),
    [
        (files.operator("call", module="sklearn.svm"), "sklearn.svm.call", "operator.call"),
        (
            files.method("run", files.node("ObjectNode", "inert", "C")),
            "sklearn.preprocessing._data.StandardScaler", "inert.C.run",
        ),
    ],
)  # fmt: skip
def test_a_mask_is_told(root: files.State, audited: str, loaded: str) -> None:
    (told,) = of(AuditMismatch, json_file.extract, files.schema(root))
    assert (told.audited, told.loaded) == (audited, loaded)


def test_arguments_are_shown() -> None:
    root = files.node("ConstructorFromReduceNode", "posix", "system", files.of_tuple(files.text("echo INERT")))
    (told,) = (one for one in of(ConfiguredCall, json_file.extract, files.schema(root)) if one.module == "posix")
    assert [one.text for one in told.arguments] == ['"echo INERT"']


@pytest.mark.parametrize("old", [False, True])
def test_the_class_of_a_generator_is_told(old: bool) -> None:
    state: Any = {"bit_generator": "seed"} if old else files.of_dict(bit_generator=files.text("seed"))
    root = files.node("RandomGeneratorNode", "numpy.random._generator", "Generator", {"bit_generator": state})
    assert calls(root)["numpy.random.seed"] is When.LOAD


def test_a_node_that_is_always_the_same_has_one_name() -> None:
    (told,) = of(Inconsistency, json_file.extract, files.schema(files.scaler(extra=files.node("SliceNode", "a", "b"))))
    assert told.what == "node kind"


def test_a_model_of_lightgbm_inside_is_examined() -> None:
    def holding(model: bytes) -> bytes:
        return files.honest(extra=files.text(model.decode()))

    assert verdict(holding(lightgbm_files.honest()), "model.skops") is Verdict.CLEAN
    assert verdict(holding(lightgbm_files.changed(left_child="-1 5")), "model.skops") is Verdict.MALICIOUS


def test_bytes_beside_a_schema_are_quiet_only_where_nothing_else_is() -> None:
    odd = b"\x00\x01\xfe\xff"
    assert not examined(zips.plain({"schema.json": files.schema(files.scaler()), "1.bin": odd}), "m.skops").gaps
    assert examined(zips.plain({"schema.json": b"{}", "1.bin": odd, "readme.txt": b"INERT"}), "m.zip").gaps


def test_json_with_such_a_key_may_be_anything() -> None:
    assert [one.format for one in of(Identity, json_file.extract, b'{"__loader__": 1}')] == ["json"]


def test_nothing_on_the_list_is_known_as_dangerous() -> None:
    words = Vocabulary()
    words.lists.find("skops", "x")
    listed = words.lists._exact["skops"]
    assert len(listed) > 900
    for name in listed.keys() - {"operator.itemgetter", "functools.partial"}:
        module, _, last = name.rpartition(".")
        assert words.tables.danger(module, last) is None, name


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_shape_of_a_schema_breaks_the_reader(choice: random.Random) -> None:
    root = json.loads(files.schema(files.scaler(a=files.operator("call", 1), b=files.method("x", files.scaler()))))
    places: list[Any] = [root]
    for place in places:
        places += [
            item for item in (place.values() if isinstance(place, dict) else place) if isinstance(item, dict | list)
        ]
    for _ in range(choice.randint(1, 4)):
        place = choice.choice(places)
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if keys:
            place[choice.choice(keys)] = choice.choice([None, 1, "x", [], {}, "MethodNode", [{"__loader__": None}]])
    examined(json.dumps(root).encode(), "schema.json")
