"""Words that a template adds: four kinds, and the addresses that honest ones name."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, found, only
from weighbridge.core.programs import TemplateConstruct
from weighbridge.core.values import replace
from weighbridge.core.when import When
from weighbridge.rules.concealment import template_backdoor

ADDED = TemplateConstruct(at=FILE, dialect="jinja", role="chat_template", kind="trigger", text="'x' in a message: y")


@pytest.mark.parametrize("kind", sorted(template_backdoor.KINDS))
def test_added_words(kind: str) -> None:
    match = only(template_backdoor, replace(ADDED, kind=kind))
    assert match.message == f"chat_template: {template_backdoor.KINDS[kind]}"
    assert match.when is When.BEHAVIOUR


@pytest.mark.parametrize("kind", ["dunder", "call", "literal"])
def test_other_constructs(kind: str) -> None:
    assert found(template_backdoor, replace(ADDED, kind=kind)) == ()


@pytest.mark.parametrize(
    "address", ["https://huggingface.co/org/model", "http://json-schema.org/x#", "https://HuggingFace.co"]
)
def test_addresses_that_honest_templates_name(address: str) -> None:
    assert found(template_backdoor, replace(ADDED, kind="url", text=address)) == ()


@pytest.mark.parametrize(
    "address",
    ["https://inert.invalid/", "https://huggingface.co@inert.invalid/", "https://huggingface.co.inert.invalid/",
     "https://inert-huggingface.co/", "https://huggingface.co:1/", "data://x"],
)  # fmt: skip
def test_addresses_that_only_look_like_them(address: str) -> None:
    assert only(template_backdoor, replace(ADDED, kind="url", text=address))
