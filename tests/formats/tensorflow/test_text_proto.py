"""The text form: what protobuf's own reader makes of a text is what the walk gets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import graphs as parts
from tests.builders import savedmodels as files
from tests.builders.tensorflow_originals import original
from tests.formats.tensorflow.reading import of, operators, read
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity
from weighbridge.core.limits import Limits
from weighbridge.core.source import BytesSource
from weighbridge.formats.tensorflow import pbtxt, saved_model, text_proto
from weighbridge.formats.tensorflow.text_proto import TextReader


def encoded(text: str | bytes, message: str = "node") -> bytes:
    return TextReader(text.encode() if isinstance(text, str) else text).encode(message)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('name: "a"', parts.held(1, "a")),
        ("name: 'a' op: \"b\"", parts.held(1, "a") + parts.held(2, "b")),
        ('name: "a" "b"\n \'c\'', parts.held(1, "abc")),
        ('name: "a", op: "b"; input: "c"', parts.held(1, "a") + parts.held(2, "b") + parts.held(3, "c")),
        ('input: ["a", "b"]', parts.held(3, "a") + parts.held(3, "b")),
        ("input: []", b""),
        (r'name: "\n\t\\\"\101\x41\u00e9\q"', parts.held(1, "\n\t\\\"AAéq")),
        ('# name: "x"\nname: "a" # op', parts.held(1, "a")),
        ('attr { key: "k" value { i: -1 } }', parts.held(5, parts.held(1, "k"), parts.held(2, parts.number(3, -1)))),
        ('attr < key: "k" value: < i: 0x10 > >', parts.held(5, parts.held(1, "k"), parts.held(2, parts.number(3, 16)))),
        ('attr { value { type: DT_STRING } }', parts.held(5, parts.held(2, parts.number(6, 7)))),
        ('attr { value { type: DT_FLOAT_REF } }', parts.held(5, parts.held(2, parts.number(6, 1)))),
        ('attr { value { list { i: [1, 2] } } }',
         parts.held(5, parts.held(2, parts.held(1, parts.number(3, 1), parts.number(3, 2))))),
        ('attr [{ key: "a" }, { key: "b" }]', parts.held(5, parts.held(1, "a")) + parts.held(5, parts.held(1, "b"))),
        ('strange { deep: 1.5e3 other: -inf }', b""),
        ('strange: 1 [ext.name]: 2 name: "a"', parts.held(1, "a")),
        ("", b""),
    ],
)  # fmt: skip
def test_spellings(text: str, wanted: bytes) -> None:
    assert encoded(text) == wanted


@pytest.mark.parametrize(
    "text",
    ['name: "a', "name:", "name", "{", "}", "attr {", "attr < }", 'name: "a\nb"', ": 1", "name: [", 'input: ["a"',
     "attr { value { i: one } }", "name: }", "\x01"],
)  # fmt: skip
def test_what_the_grammar_has_no_place_for_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        encoded(text)


def test_nesting_and_length_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OverLimit):
        encoded("a {" * 100 + "}" * 100)
    monkeypatch.setattr(text_proto, "FIELDS", 3)
    with pytest.raises(OverLimit):
        encoded('name: "a" ' * 4)


def test_text_and_binary_form_say_the_same() -> None:
    binary, _ = read(saved_model.extract, original("frozen_graph"), "frozen.pb")
    text, error = read(pbtxt.extract, original("frozen_graph_text"), "frozen.pbtxt")
    assert error is None

    def plain(found: list[Any]) -> dict[str, int]:
        return {name: one.count for name, one in operators(found).items()}

    assert plain(text) == plain(binary)


def test_other_messages_in_text_are_left_alone() -> None:
    for content in (b'item { id: 1 name: "cat" }', b'platform: "onnx"\nmax_batch_size: 8', b"just words", b""):
        found, error = read(pbtxt.extract, content, "config.pbtxt")
        assert (found, error) == ([], None)


def test_bytes_that_are_no_text_are_malformed() -> None:
    assert isinstance(read(pbtxt.extract, b"\0\1\2", "config.pbtxt")[1], Malformed)


def test_the_first_field_that_is_known_decides() -> None:
    content = b'unknown: 1 other { a: 2 }\nnode { name: "w" op: "WriteFile" }'
    found, _ = read(pbtxt.extract, content, "x.pbtxt")
    assert "WriteFile" in operators(found)


def test_the_name_of_a_saved_model_is_a_promise() -> None:
    found, _ = read(pbtxt.extract, b'node { name: "w" op: "WriteFile" }', "saved_model.pbtxt")
    assert "WriteFile" in operators(found)
    assert isinstance(read(pbtxt.extract, b"other: 1", "saved_model.pbtxt")[1], Malformed)


def test_recognition() -> None:
    def named(content: bytes) -> str:
        return pbtxt.sniff(content, BytesSource(content))

    assert named(b"node {\n") == named(b"  node: <") == named(b"library{") == pbtxt.FORMAT
    assert named(b"\xef\xbb\xbfsaved_model_schema_version: 1") == pbtxt.FORMAT
    assert named(b"node is a word") == named(b"nodes {") == named(b"library of words") == ""
    assert named(b"saved_model_schema_version {") == ""


def test_too_long_a_text_is_a_gap() -> None:
    found, _ = read(pbtxt.extract, files.text_form(), "x.pbtxt", Limits(text_bytes=100))
    assert of(Gap, found)
    assert of(Identity, found)


_PIECES = st.sampled_from(
    ['name', 'attr', 'value', 'list', ':', '{', '}', '<', '>', '[', ']', '"a"', "'", '1', '-', ' ', '\n', '#', ',', ';',
     'i', 's', 'type', 'DT_FLOAT', '[a.b/c]', '"\\x', '0x', 'é', '\x00']
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40))
def test_any_text_is_read_or_malformed(pieces: list[str]) -> None:
    for message in ("node", "saved_model"):
        try:
            made = encoded("".join(pieces), message)
        except (Malformed, OverLimit):
            continue
        assert isinstance(made, bytes)
    read(pbtxt.extract, "".join(pieces).encode(), "x.pbtxt")
