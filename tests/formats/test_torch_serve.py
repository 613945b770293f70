"""Manifests of model archives name the programs that the server runs."""

from __future__ import annotations

import json

import pytest

from tests.builders import torch_scripts as scripts
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import CodeUnit, ConfiguredCall
from weighbridge.core.references import Reference
from weighbridge.core.source import BytesSource
from weighbridge.core.when import When
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.torch_serve import BUILT_IN, inspect
from weighbridge.rules.catalog import RuleSet

RULES = RuleSet()


def facts(content: bytes) -> list[object]:
    bench = Bench(Limits(), Meter(Limits()))
    return list(inspect(json.loads(content), BytesSource(content), Node(name="MANIFEST.json"), bench))


def examined(content: bytes, name: str) -> Examination:
    return examine(BytesSource(content), name, limits=Limits(), judge=Judge(RULES), strict=True)


@pytest.mark.parametrize("handler", sorted(BUILT_IN))
def test_handlers_of_the_server_are_no_programs(handler: str) -> None:
    found = facts(scripts.manifest(handler=handler))
    assert not [one for one in found if isinstance(one, CodeUnit | ConfiguredCall)]
    seen = examined(scripts.served(handler=handler), "model.mar")
    assert (seen.findings, seen.gaps) == ((), ())


@pytest.mark.parametrize(
    "handler", ["handler.py", "handler.py:run", "image_classifier.py", "Image_Classifier", "a/b.py"]
)
def test_any_other_handler_is_a_program(handler: str) -> None:
    (unit,) = [one for one in facts(scripts.manifest(handler=handler)) if isinstance(one, CodeUnit)]
    assert (unit.name, unit.when) == (handler, When.FLAG)


def test_a_function_of_an_installed_module_is_called() -> None:
    (call,) = [one for one in facts(scripts.manifest(handler="os:system")) if isinstance(one, ConfiguredCall)]
    assert (call.module, call.name) == ("os", "system")
    assert not [one for one in facts(scripts.manifest(handler="h.py:run")) if isinstance(one, ConfiguredCall)]


@pytest.mark.parametrize("field", ["serializedFile", "modelFile", "handler", "requirementsFile", "configFile"])
@pytest.mark.parametrize(("path", "escapes"), [("../x", True), ("/x", True), ("C:\\x", True), ("a/x", False)])
def test_files_are_references(field: str, path: str, escapes: bool) -> None:
    (found,) = [one for one in facts(scripts.manifest(**{field: path})) if getattr(one, "key", "") == f"model.{field}"
                and isinstance(one, Reference)]  # fmt: skip
    assert (found.target, found.escapes) == (path, escapes)


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"model": 1}', b'{"model": {}}', b'{"model": {"handler": 3}}'])
def test_other_documents_are_nothing(content: bytes) -> None:
    assert facts(content) == []


def test_a_manifest_is_read_wherever_it_lies() -> None:
    content = scripts.manifest(handler="handler.py")
    assert "EXE130" in {one.rule for one in examined(content, "MAR-INF/MANIFEST.json").findings}
    assert "EXE130" in {one.rule for one in examined(scripts.served(handler="handler.py"), "model.zip").findings}
