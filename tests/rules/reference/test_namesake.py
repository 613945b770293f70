"""Owners that are spelled like well-known ones; the list is written in the spelling that the rule compares."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, WORDS, found, only
from weighbridge.core.references import Reference, Target
from weighbridge.rules.reference import namesake
from weighbridge.rules.reference.namesake import skeleton


def reference(target: str, kind: Target = Target.REPOSITORY) -> Reference:
    return Reference(at=FILE, relation="base_model", kind=kind, target=target, key="base_model")


@pytest.mark.parametrize(
    ("target", "like"),
    [("meta-1lama/L", "meta-llama"), ("metallama/L", "meta-llama"), ("meta_llama/L", "meta-llama"),
     ("0penai/g", "openai"), ("deepseekai/V3", "deepseek-ai"), ("rnicrosoft/phi", "microsoft"),
     ("mistra1ai/M", "mistralai"), ("Ovven/x", "")],
)  # fmt: skip
def test_look_alikes(target: str, like: str) -> None:
    if like:
        assert only(namesake, reference(target)).message == f"`{target}` reads like `{like}`, which is another owner"
    else:
        assert found(namesake, reference(target)) == ()


@pytest.mark.parametrize("target", ["meta-llama/L", "Meta-Llama/L", "Qwen/Q", "qwen/Q", "somebody/L", "01-ai/Yi"])
def test_owners_that_are_themselves(target: str) -> None:
    assert found(namesake, reference(target)) == ()


def test_only_repositories_have_owners() -> None:
    assert found(namesake, reference("meta-1lama/L", Target.PATH)) == ()


def test_the_list_is_spelled_as_it_is_compared() -> None:
    known = WORDS.lists.find("hub_namespaces", "metallama")
    assert known is not None
    rows = WORDS.lists._exact["hub_namespaces"]
    assert len(rows) > 60
    assert {pattern: skeleton(entry.reason) for pattern, entry in rows.items()} == {
        pattern: pattern for pattern in rows
    }
