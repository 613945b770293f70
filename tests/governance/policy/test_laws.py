"""Laws of policies: what is missing never passes unsaid, for any policy and subject; facts come back as they went."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.governance.policy import strategies as make
from weighbridge.core.errors import Malformed, UsageError
from weighbridge.core.values import replace
from weighbridge.governance.policy.decision import Decision
from weighbridge.governance.policy.document import policy_of
from weighbridge.governance.policy.facts import Missing, Subject
from weighbridge.governance.policy.facts_document import dumps, subjects_of
from weighbridge.governance.policy.grammar import TOP, KeyForm
from weighbridge.governance.policy.judge import decide, judge
from weighbridge.governance.policy.language import Policy
from weighbridge.governance.policy.schema import schema

DAY = "2026-11-30"
SCHEMA = json.loads(schema())
VALIDATOR = Draft202012Validator(SCHEMA)
QUICK = settings(max_examples=25, deadline=None, derandomize=True)


def policy(document: dict[str, Any]) -> Policy:
    return policy_of(yaml.safe_dump(document, allow_unicode=True).encode(), "policy.yaml")


@QUICK
@given(document=make.policies(reasons=False), subject=make.subjects(scan=make.missing))
def test_what_is_not_scanned_is_never_allowed_without_a_written_reason(
    document: dict[str, Any], subject: Subject
) -> None:
    outcome = decide(policy(document), [subject], DAY)
    assert outcome.decision is not Decision.ALLOW
    assert any(one.missing and one.words for one in outcome.judgements[0].rulings)


@QUICK
@given(document=make.policies(), subject=make.subjects(scan=make.missing))
def test_where_it_is_allowed_the_reason_is_told(document: dict[str, Any], subject: Subject) -> None:
    for one in judge(policy(document), subject, DAY).rulings:
        if one.missing and one.decision is Decision.ALLOW:
            assert one.lifted or all("which is accepted: " in words for words in one.words)


@QUICK
@given(document=make.policies(), subject=make.subjects())
def test_to_know_less_never_makes_it_better(document: dict[str, Any], subject: Subject) -> None:
    """Taking away a fact that is known can turn ``allow`` into something worse, never anything else into ``allow``
    where the policy has no reason for it."""
    held = policy({key: one for key, one in document.items() if key != "allow"} | {"scan": {}})
    before = judge(held, subject, DAY)
    known = [name for name in make.FACTS if getattr(subject, name) is not None]
    for name in known:
        less = replace(subject, **{name: Missing(absence="unsaid", reason="taken away")})
        after = {one.key: one for one in judge(held, less, DAY).rulings}
        for one in before.rulings:
            silent = after[one.key].decision is Decision.ALLOW and one.decision is not Decision.ALLOW
            assert not silent or "which is accepted: " in after[one.key].words[0]


@QUICK
@given(held=st.lists(make.subjects(), max_size=3))
def test_facts_come_back_as_they_went(held: list[Subject]) -> None:
    text = dumps(held)
    assert subjects_of(json.loads(text)) == tuple(held)
    assert dumps(subjects_of(json.loads(text))) == text


@QUICK
@given(held=make.subjects(), data=st.data())
def test_facts_that_were_meddled_with_are_refused(held: Subject, data: st.DataObject) -> None:
    document = json.loads(dumps([held]))
    (one,) = document["subjects"]
    name = data.draw(st.sampled_from(sorted(one)))
    one[name] = data.draw(st.sampled_from([None, 7, {"known": None}, {"known": [7]}, {"missing": "x", "reason": ""}]))
    with pytest.raises(Malformed):
        subjects_of(document)


@QUICK
@given(document=make.policies())
def test_the_schema_takes_what_the_parser_takes(document: dict[str, Any]) -> None:
    policy(document)
    VALIDATOR.validate(document)


def places(keys: tuple[KeyForm, ...], at: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], KeyForm]]:
    """Every key of the grammar with the keys above it."""
    found = [((*at, one.name), one) for one in keys]
    return found + [inner for one in keys for inner in places(one.keys, (*at, one.name))]


def in_schema(at: tuple[str, ...]) -> dict[str, Any]:
    """The part of the schema for a key."""
    held = SCHEMA
    for name in at:
        held = held.get("items", held)["properties"][name]
    return held


def names(held: dict[str, Any]) -> set[str]:
    return set(held.get("items", held).get("properties", {}))


def test_parser_and_schema_know_the_same_keys() -> None:
    """By asking the parser itself: an unknown key is told with those that are known."""
    assert names(SCHEMA) == known_to_the_parser(())
    tables = [at for at, one in places(TOP) if one.keys]
    assert len(tables) >= 15
    for at in tables:
        assert names(in_schema(at)) == known_to_the_parser(at), at


def known_to_the_parser(at: tuple[str, ...]) -> set[str]:
    inner: Any = {"☃☃☃☃": 1}
    for name in reversed(at):
        several = "items" in in_schema(at[: at.index(name) + 1])
        inner = {name: [inner] if several else inner}
    needed: dict[str, Any] = {"version": 1}
    with pytest.raises(UsageError, match="unknown key") as caught:
        policy(needed | inner)
    return set(caught.value.hint.removeprefix("known are ").split(", "))


@pytest.mark.parametrize("at", [at for at, _ in places(TOP)], ids=".".join)
def test_every_key_has_words_in_the_schema(at: tuple[str, ...]) -> None:
    assert in_schema(at)["description"]
