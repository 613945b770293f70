"""Words inside other formats: what is wrapped in them, templates, texts of their own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import seams
from tests.builders.pickles.gadgets import posix_system
from tests.museum.exhibit import Verdict, verdict
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import EmbeddedPayload
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import TemplateConstruct
from weighbridge.formats.node import Bench, Child, Node
from weighbridge.formats.words import LEAST, PAYLOADS, packed, words

NODE = Node(name="config.json")


def bench() -> Bench:
    return Bench(Limits(), Meter(Limits()))


def of(kind: type, found: list[Any]) -> list[Any]:
    return [one for one in found if isinstance(one, kind)]


def told(key: str, text: str) -> list[Any]:
    return list(words(key, text, NODE.at(), NODE, bench()))


def test_a_value_is_a_text_of_its_own() -> None:
    (child,) = told("note", "words " * LEAST)
    assert isinstance(child, Child)
    assert (child.role, child.quiet) == ("words", True)
    assert told("note", "short") == []


def test_what_only_begins_as_json_is_not_read_as_json() -> None:
    assert verdict(seams.metadata(note='{"a": and so on, and so on}'), "m.safetensors") is Verdict.CLEAN
    assert verdict(seams.metadata(note='{"a": {"b": [1, 2, 3, 4, 5, 6]}}'), "m.safetensors") is Verdict.CLEAN


@pytest.mark.parametrize("key", ["chat_template", "tokenizer.chat_template", "Chat_Template.tools"])
def test_a_template_by_its_key(key: str) -> None:
    assert of(TemplateConstruct, told(key, seams.ESCAPING))
    assert not of(TemplateConstruct, told("note", seams.ESCAPING))


def test_settings_at_any_depth() -> None:
    pickle = seams.wrapped()
    for document in (pickle, [pickle], {"a": [{"b": pickle}]}, {"a": f"data:x/y;base64,{pickle}"}):
        assert [one.what for one in of(EmbeddedPayload, list(packed(document, NODE, bench())))] == ["pickle"]
    template = {"inner": {"chat_template": seams.ESCAPING}}
    assert of(TemplateConstruct, list(packed(template, NODE, bench())))


def test_addresses_and_words_are_no_payload() -> None:
    assert list(packed({"a": "https://example.org/a/long/address", "b": "import os; " * 9}, NODE, bench())) == []


def test_a_document_that_holds_itself_ends() -> None:
    ring: dict[str, Any] = {"a": seams.wrapped()}
    ring["ring"] = ring
    assert len(of(EmbeddedPayload, list(packed(ring, NODE, bench())))) == 1


def test_payloads_have_an_end_that_is_told() -> None:
    found = list(packed([seams.wrapped(posix_system())] * (PAYLOADS + 5), NODE, bench()))
    assert len(of(Gap, found)) == 1
    assert len(of(EmbeddedPayload, found)) == PAYLOADS


@given(st.recursive(st.none() | st.text(max_size=60), lambda inner: st.lists(inner, max_size=3), max_leaves=9))
def test_any_document_is_read(document: Any) -> None:
    list(packed(document, NODE, bench()))
