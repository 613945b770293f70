"""YAML by its events: the data that the safe loader makes, and what is odd about the text beside it."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import configs
from tests.effort import is_quick
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Inconsistency, ResourceClaim
from weighbridge.core.location import Location
from weighbridge.core.texts import UnsafeTag
from weighbridge.formats.config import yaml_tree
from weighbridge.formats.config.yaml_tree import DEPTH, YamlReader

AT = Location()


def read(text: str | bytes) -> tuple[list[Any], list[Any]]:
    """The documents of a text, and what is odd about it."""
    reader = YamlReader(text.encode() if isinstance(text, str) else text, AT)
    return list(reader.documents()), reader.facts()


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(PLAIN, st.booleans())
def test_what_pyyaml_writes_is_read_back(document: Any, flow: bool) -> None:
    text = yaml.safe_dump(document, allow_unicode=True, default_flow_style=flow)
    assert read(text) == ([yaml.safe_load(text)], [])


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("", []), ("# only\n", []),
        ("a: 1\n---\nb: [x, 'yes', yes, ~, off]\n", [{"a": 1}, {"b": ["x", "yes", True, None, False]}]),
        ("a: &x {b: 1}\nc: *x\n", [{"a": {"b": 1}, "c": {"b": 1}}]),
        ("x: &t os.system\n_target_: *t\n", [{"x": "os.system", "_target_": "os.system"}]),
        ("base: &b {k: 1}\nuse: {<<: *b, l: 2}\n", [{"base": {"k": 1}, "use": {"<<": {"k": 1}, "l": 2}}]),
        ("? [a, b]\n: c\n", [{"list": "c"}]), ("text: |\n  one\n  two\n", [{"text": "one\ntwo\n"}]),
        ("big: 123456789012345678901234567890", [{"big": "123456789012345678901234567890"}]),
        ("a: !!str 1", [{"a": "1"}]), ('"quoted": "1"', [{"quoted": "1"}]), ("yes: 1", [{"yes": 1}]),
    ],
)  # fmt: skip
def test_documents(text: str, documents: list[Any]) -> None:
    assert read(text) == (documents, [])


@pytest.mark.parametrize(
    "tag",
    ["python/object/apply:os.system", "python/name:os.system", "python/tuple", "python/object/new:a.B"],
)  # fmt: skip
def test_python_tags_are_named_wherever_they_stand(tag: str) -> None:
    full = f"tag:yaml.org,2002:{tag}"
    for text, key in (
        (f"!!{tag} [x]", "the document"), (f"a: {{b: !!{tag} [x]}}", "a.b"), (f"a: !<{full}> [x]", "a"),
        (f"%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!{tag.removeprefix('python/')} x", "a"),
        (f"- !!{tag} x", "the document"),
    ):  # fmt: skip
        assert read(text)[1] == [UnsafeTag(at=AT, tag=full, key=key)], text
    assert read(f"? !!{tag} x\n: 1")[1] == [UnsafeTag(at=AT, tag=full, key="the document")]


def test_tags_of_yaml_itself_are_plain_and_local_ones_are_named() -> None:
    assert read("a: !!set {x}\nb: !!binary aGk=\nc: !!timestamp 2026-01-02\nd: ! x\ne: !!map {}\nf: !!omap []")[1] == []
    assert read("a: !Ref x")[1] == [UnsafeTag(at=AT, tag="!Ref", key="a")]


def test_what_was_found_before_a_break_stays() -> None:
    reader = YamlReader(b"a: !!python/name:os.system ''\n]: [\n", AT)
    with pytest.raises(Malformed, match="line 2"):
        list(reader.documents())
    assert [type(fact) for fact in reader.facts()] == [UnsafeTag]
    assert reader.facts() == []


def test_a_repeated_key_is_told_and_keeps_all_its_values() -> None:
    (document,), odd = read("a: 1\nb: 2\na: {c: 3}\n")
    assert document.pairs == (("a", 1), ("b", 2), ("a", {"c": 3}))
    assert odd == [Inconsistency(at=AT, what="duplicate key", detail="a")]
    assert read("x: {<<: 1, <<: 2}")[1] == []


def test_aliases_that_multiply_are_counted_and_never_written_out() -> None:
    begun = time.process_time()
    _, odd = read(configs.alias_bomb(60, 9))
    assert is_quick(time.process_time() - begun, 2)
    assert [type(fact) for fact in odd] == [ResourceClaim]
    assert odd[0].claimed > 9**18
    assert read(configs.alias_bomb(3, 9))[1] == []


def test_an_alias_may_stand_inside_what_it_stands_for() -> None:
    (document,), odd = read("a: &a {b: *a, c: [*a]}")
    assert document["a"]["b"] is document["a"]
    assert document["a"]["c"][0] is document["a"]
    assert odd == []
    with pytest.raises(Malformed):
        read("a: *absent")


@pytest.mark.parametrize("text", ["[" * (DEPTH + 2), "- " * (DEPTH + 2) + "x", "{a: " * (DEPTH + 2)])
def test_nesting_has_a_bound(text: str) -> None:
    with pytest.raises(Malformed, match="nest"):
        read(text)
    assert len(read("[" * (DEPTH - 1) + "]" * (DEPTH - 1))[0]) == 1


def test_events_and_tags_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "EVENTS", 50)
    with pytest.raises(OverLimit, match="events"):
        read("- a\n" * 60)
    monkeypatch.undo()
    monkeypatch.setattr(yaml_tree, "_TAGS", 20)
    with pytest.raises(OverLimit, match="tags"):
        read("- !a x\n" * 30)


@pytest.mark.parametrize(
    "content", [b"a: [", b"\tx: 1", b"a: \x01", b"\xff\xfe\x00", b"%BAD\n", b"a: b: c", b"@x", b"a: 'b"]
)
def test_what_is_no_yaml_says_so(content: bytes) -> None:
    with pytest.raises(Malformed):
        read(content)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([configs.nemo(), configs.mlmodel(), configs.python_tag_named_yaml(), configs.alias_bomb(2, 2)]),
    st.data(),
)
def test_any_cut_or_change_is_read_or_refused(content: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(content)))
    put = data.draw(
        st.binary(max_size=4) | st.sampled_from([b"&a ", b"*a", b"!!python/x ", b"\n- ", b"? ", b"{", b"]"])
    )
    for changed in (content[:at], content[:at] + put + content[at:]):
        try:
            read(changed)
        except (Malformed, OverLimit):
            continue
