"""Protocol buffers in text, read as their specification says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import configs
from tests.formats.config.reading import items
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed
from weighbridge.core.limits import Limits
from weighbridge.core.programs import CodeUnit
from weighbridge.core.references import Reference
from weighbridge.core.source import BytesSource
from weighbridge.formats.sniff import sniff
from weighbridge.formats.text.pbtxt_file import DEPTH, message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}), ("# only", {}), ('a: "x"', {"a": ["x"]}), ("a: 'x' b: 1", {"a": ["x"], "b": ["1"]}),
        ('a: "x" "y"\n  \'z\'', {"a": ["xyz"]}), ("a: 1 a: 2", {"a": ["1", "2"]}), ("a: [1, 2]", {"a": [["1", "2"]]}),
        ('a: ["x", "y"]', {"a": [["x", "y"]]}), ("a { b: TRUE }", {"a": [{"b": ["TRUE"]}]}),
        ("a: < b: 1; > c: -1.5e3,", {"a": [{"b": ["1"]}], "c": ["-1.5e3"]}), (r'a: "\x2e\056/\\"', {"a": ["../\\"]}),
        ("a [ { b: 1 }, { b: 2 } ]", {"a": [[{"b": ["1"]}, {"b": ["2"]}]]}), (r'a: "\x"', {"a": ["\\x"]}),
        ('a: "x" # c\n"y"', {"a": ["xy"]}), ("[pkg.ext]: 1", {"": [["pkg.ext"]]}),
    ],
)  # fmt: skip
def test_messages(text: str, found: dict[str, Any]) -> None:
    assert message(text.encode()) == found


@pytest.mark.parametrize("text", ["a {", "}", "a: [1}", 'a: "x', "a: \x01", "a " + "{ a " * (DEPTH + 1), "\\"])
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        message(text.encode())


def test_a_model_configuration_is_recognised_whatever_its_name() -> None:
    assert "pbtxt" in sniff(BytesSource(configs.triton()), "model").formats
    assert "pbtxt" in sniff(BytesSource(b"name: 'x'"), "config.pbtxt").formats
    assert "pbtxt" not in sniff(BytesSource(b"name: 'x'"), "graph.pbtxt").formats


def seen(backend: str, more: str = "") -> tuple[list[str], list[str]]:
    found = items(configs.triton(backend, more), "config.pbtxt", "pbtxt")
    units = [f"{one.language} {one.name}" for one in found if isinstance(one, CodeUnit)]
    return units, [one.target for one in found if isinstance(one, Reference)]


def test_backends() -> None:
    assert seen('backend: "onnxruntime"') == ([], [])
    assert seen('backend: "python"') == (["python model.py"], [])
    assert seen('backend: "onnxruntime" default_model_filename: "own.py"') == (["python own.py"], [])
    assert seen('backend: "own"') == (["native code own"], [])
    assert seen('platform: "x" default_model_filename: "../m"') == ([], ["../m"])


def test_parameters_that_lead_away() -> None:
    environment = configs.triton_parameter("EXECUTION_ENV_PATH", "$$TRITON_MODEL_DIRECTORY/env.tar.gz")
    assert seen('backend: "python"', environment)[1] == []
    for path in ("../env.tar.gz", "/opt/env.tar.gz", "$$TRITON_MODEL_DIRECTORY/../env.tar.gz", "s3://inert.invalid/e"):
        assert len(seen('backend: "python"', configs.triton_parameter("EXECUTION_ENV_PATH", path))[1]) == 1, path
    assert seen("", configs.triton_parameter("threads", "4"))[1] == []


def test_a_long_text_is_a_gap() -> None:
    assert isinstance(items(configs.triton(), "config.pbtxt", "pbtxt", Limits(source_bytes=9))[1], Gap)
