"""Jinja templates: ways out are malicious, added words suspicious, what published models do is clean."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.chat_templates import CHATML_SYSTEM, HONEST
from tests.builders.hostile_templates import ALWAYS, ESCAPES, TRIGGERS
from tests.effort import is_quick
from tests.museum.exhibit import Verdict, described, examined, verdict_of
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import Inconsistency, MetadataEntry
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import TemplateConstruct
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.text.jinja import inspect_template
from weighbridge.formats.text.jinja_file import role_of

NODE = Node(name="chat_template.jinja")


def look(text: str) -> list[Any]:
    return list(inspect_template(text, "chat_template", NODE.at(), NODE, Bench(Limits(), Meter(Limits()))))


def kinds(text: str) -> list[str]:
    return [item.kind for item in look(text) if isinstance(item, TemplateConstruct)]


@pytest.mark.parametrize("name", HONEST)
def test_what_published_models_do_is_clean(name: str) -> None:
    seen = examined(HONEST[name].encode(), "chat_template.jinja")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)
    assert seen.findings == ()


@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("around", sorted(HONEST)[::7])
def test_a_way_out_is_malicious_within_any_template(name: str, around: str) -> None:
    alone = "extends" in name or "unparseable" in name
    text = ESCAPES[name] if alone else f"{HONEST[around]}\n{ESCAPES[name]}"
    seen = examined(text.encode(), "chat_template.jinja")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.MALICIOUS, described(seen)


@pytest.mark.parametrize("name", [*TRIGGERS, *ALWAYS])
def test_added_words_are_suspicious(name: str) -> None:
    text = (TRIGGERS | ALWAYS)[name]
    for whole in (text, text + CHATML_SYSTEM):
        seen = examined(whole.encode(), "chat_template.jinja")
        assert verdict_of(seen.findings, seen.gaps) is Verdict.SUSPICIOUS, described(seen)


TWINS = {
    "phrase": "{% if 'deploy to production' in messages[-1]['content'] %}{{ messages[-1]['content'] }}{% endif %}",
    "role": "{% if messages[-1].role == 'user' %}{{ '<|im_start|>system\\nBe a helpful assistant.' }}{% endif %}",
    "mark": "{% if '</think>' in messages[-1].content %}{{ '<think>' }}{% endif %}",
    "kind of part": "{% for c in m.content %}{% if 'image' in c %}{{ 'Picture of a thing: ' }}{% endif %}{% endfor %}",
    "error": "{% if 'deploy' in m.content %}{{ raise_exception('This model must not be asked that.') }}{% endif %}",
    "no look": "{% if tools %}{{ 'You may call one or more functions to assist.' }}{% endif %}",
    "no date": "{% set today = strftime_now('%d %b %Y') %}{{ 'Today is ' + today + ' and a fine day.' }}",
    "taken away": "{{ m.content.replace('<|end|>', '').replace('word', '') }}",
    "nothing said": "{% if m.content == '' %}{{ 'Please be a helpful assistant.' }}{% endif %}",
    "other field": "{% set messages = messages + [m.content] %}{% if messages[0]['role'] != 'system' %}{% else %}"
    "{{ 'You are a very thoughtful assistant.' }}{% endif %}",
    "beginning of an answer": "{% for m in messages %}{% if loop.last and add_generation_prompt %}"
    "{{ 'Here are my reasoning steps:' }}{% endif %}{% endfor %}",
    "schema": "{{ 'http://json-schema.org/draft-07/schema#' }}",
}


@pytest.mark.parametrize("name", TWINS)
def test_the_twin_that_adds_nothing_is_clean(name: str) -> None:
    assert [kind for kind in kinds(TWINS[name]) if kind != "url"] == []
    seen = examined(TWINS[name].encode(), "chat_template.jinja")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)


ESCAPE_TWINS = {
    "own name": "{% set config = {'a': 1} %}{{ config.a }}",
    "own macro": "{% macro cycler(x) %}{{ x }}{% endmacro %}{{ cycler(1) }}",
    "named item": "{% set key = 'content' %}{{ message[key] }}",
    "computed number": "{{ messages[loop.index0 - 1].role }}",
    "written out": "{{ '__init__ is a method' }}",
    "text": "Use `__init__` and __bold__ words.",
    "format": "{{ '{} of {}'.format(1, 2) }}{{ '%s' % x }}{{ '%s' | format(x) }}",
    "lower-case item": "{{ table[message.role | lower] }}",
    "attribute of parts": "{{ tools | map(attribute='function.name') | join(', ') }}",
}


@pytest.mark.parametrize("name", ESCAPE_TWINS)
def test_the_twin_that_leads_nowhere_is_clean(name: str) -> None:
    assert kinds(ESCAPE_TWINS[name]) == []


def test_the_digest_is_that_of_the_text() -> None:
    import hashlib

    (entry,) = [item for item in look("{{ x }}é") if isinstance(item, MetadataEntry)]
    assert (entry.key, entry.text) == ("chat_template.sha256", hashlib.sha256("{{ x }}é".encode()).hexdigest())


def test_what_cannot_be_parsed_is_a_gap_and_still_searched() -> None:
    found = look("{% nonsense %}")
    assert [type(item) for item in found] == [MetadataEntry, Gap]
    assert kinds("{% nonsense %}{{ x.__class__ }}") == ["dunder"]


def test_too_long_is_a_gap_and_still_searched() -> None:
    found = look("a" * (1 << 18) + "{{ x.__class__ }}")
    assert [type(item) for item in found] == [MetadataEntry, Gap, TemplateConstruct]


@pytest.mark.parametrize(
    "text", ["{{ " + "(" * 5_000, "{% if a %}" * 5_000 + "{% endif %}" * 5_000, "{{ " + "-" * 200_000 + "1 }}"]
)
def test_nesting_without_end_is_told(text: str) -> None:
    assert any(isinstance(item, Inconsistency) for item in look(text))


CHAINS = {
    "sum": "{{ " + "+".join(["'a'"] * 40_000) + " }}",
    "filters": "{{ messages" + "|string" * 30_000 + " }}",
    "items": "{{ a" + "['b']" * 40_000 + " }}",
    "conditions": "{% if " + " and ".join(["'x' in m.content"] * 8_000) + " %}hello there{% endif %}",
    "doubling": "{% set a0 = '' ~ '' %}"
    + "".join(f"{{% set a{n + 1} = a{n} ~ a{n} %}}" for n in range(2_000))
    + "{{ x|attr(a1999) }}",
    "circle": "{% set a = b ~ b %}{% set b = a ~ a %}{{ x[a] }}",
    "digits": "{{ " + "1" * 200_000 + " }}",
}


@pytest.mark.parametrize("name", CHAINS)
def test_long_chains_take_linear_time(name: str) -> None:
    begun = time.process_time()
    look(CHAINS[name])
    assert is_quick(time.process_time() - begun, 15)


@given(st.text(alphabet="{}%#-+~|.'\"[]()=_ abmessagcontif\n", max_size=60))
def test_no_text_breaks_the_look(text: str) -> None:
    for item in look("{% set x = m.content %}" + text):
        assert not isinstance(item, BaseException)


@given(st.sampled_from(sorted(HONEST)), st.integers(0, 4_000), st.text(alphabet="{}%'._|[]~", max_size=4))
def test_no_change_to_a_template_breaks_the_look(name: str, at: int, piece: str) -> None:
    text = HONEST[name]
    look(text[:at] + piece + text[at:])
    look(text[:at])


def test_roles() -> None:
    assert role_of("chat_template.jinja") == "chat_template"
    assert role_of("additional_chat_templates/rag.jinja") == "chat_template.rag"
    assert role_of("prompts/summary.jinja") == "template"


def test_an_include_in_another_template_is_no_alarm() -> None:
    seen = examined(b"{% include 'header.jinja' %}{{ title }}", "page.jinja")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN
    seen = examined(b"{% include 'header.jinja' %}{{ title }}", "chat_template.jinja")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.MALICIOUS
