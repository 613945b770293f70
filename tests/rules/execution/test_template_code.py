"""Constructs of templates: ways out are grave, unusual ones less so, all others are silent."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, found, only
from weighbridge.core.finding import Confidence, Severity
from weighbridge.core.programs import TemplateConstruct
from weighbridge.core.values import replace
from weighbridge.rules.execution import template_code

WALK = TemplateConstruct(at=FILE, dialect="jinja", role="chat_template", kind="dunder", text=".__class__")


@pytest.mark.parametrize("kind", sorted(template_code.ESCAPES))
def test_a_way_out(kind: str) -> None:
    match = only(template_code, replace(WALK, kind=kind))
    assert match.message.startswith("chat_template: ")
    assert (match.severity, match.confidence, match.evidence) == (None, None, (".__class__",))


@pytest.mark.parametrize("kind", sorted(template_code.UNUSUAL))
def test_an_unusual_construct_weighs_less(kind: str) -> None:
    match = only(template_code, replace(WALK, kind=kind))
    assert match.severity is (Severity.LOW if kind == "call" else Severity.MEDIUM)
    assert match.confidence is Confidence.MEDIUM


def test_templates_of_pages_include_others() -> None:
    assert only(template_code, replace(WALK, kind="import", role="template")).severity is Severity.LOW
    assert only(template_code, replace(WALK, kind="dunder", role="template")).severity is None


@pytest.mark.parametrize("kind", ["trigger", "url", "instruction", "filter"])
def test_what_leads_nowhere_is_not_for_this_rule(kind: str) -> None:
    assert found(template_code, replace(WALK, kind=kind)) == ()
