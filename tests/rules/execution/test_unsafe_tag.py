"""Tags: what constructs objects of Python is malicious, plain data and other loaders' tags are notes."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, only
from weighbridge.core.finding import Severity
from weighbridge.core.texts import UnsafeTag
from weighbridge.rules.execution import unsafe_tag

CORE = "tag:yaml.org,2002:python/"


def tag(text: str) -> UnsafeTag:
    return UnsafeTag(at=FILE, tag=text, key="a")


@pytest.mark.parametrize(
    "text",
    ["object/apply:os.system", "object/new:inert.C", "object:inert.C", "name:os.system", "module:inert", "name:types.X",
     "object/apply:collections.Counter.update", "unknown", "object/apply:"],
)  # fmt: skip
def test_objects(text: str) -> None:
    match = only(unsafe_tag, tag(CORE + text))
    assert match.severity is None
    assert match.message == f"`a` is tagged `{CORE}{text}`"


@pytest.mark.parametrize(
    "text", ["tuple", "none", "bool", "str", "unicode", "int", "long", "float", "complex", "list", "dict"]
)
def test_plain_data(text: str) -> None:
    assert only(unsafe_tag, tag(CORE + text)).severity is Severity.LOW


def test_a_vetted_class_is_plain_data_too() -> None:
    assert only(unsafe_tag, tag(CORE + "object/apply:collections.OrderedDict")).severity is Severity.LOW


def test_a_name_of_a_package_is_imported_and_not_called() -> None:
    assert only(unsafe_tag, tag(CORE + "name:material.extensions.emoji.twemoji")).severity is Severity.MEDIUM


@pytest.mark.parametrize("text", ["!Ref", "!include", "tag:example.com,2026:thing", "!vault"])
def test_tags_of_other_loaders(text: str) -> None:
    assert only(unsafe_tag, tag(text)).severity is Severity.LOW
