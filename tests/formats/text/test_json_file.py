"""JSON files: what is recognised, what is told as odd, and who is asked about the meaning."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import configs
from tests.formats.config.reading import items
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Inconsistency
from weighbridge.core.limits import Limits
from weighbridge.core.programs import CodeUnit
from weighbridge.core.source import BytesSource
from weighbridge.formats.sniff import sniff


def formats(content: bytes, name: str = "file") -> tuple[str, ...]:
    return sniff(BytesSource(content), name).formats


@pytest.mark.parametrize(
    "content",
    [b"{}", b'{"a": 1}', b"[]", b"[ ]\n", b"[1, 2]", b"[-1.5e3]", b"[true]", b"[null, 1]", b"[[1]]", b'["a"]', b"[{}]",
     b'\xef\xbb\xbf{"a": 1}', b"\n\n [1]", b"[NaN]"],
)  # fmt: skip
def test_json_by_its_structure(content: bytes) -> None:
    assert "json" in formats(content)


@pytest.mark.parametrize(
    "content",
    [b"{a: 1}", b"{{ template }}", b"[nlp]\nx = [true]", b"[training]\na = {}", b"[1] A paper [2]", b"[text](link) [x]",
     b"[true story] [x]", b"[1]\ntext ]", b"[", b"{", b"{%- if x -%}", b"[12 words]", b"[2024-01-02] [x]"],
)  # fmt: skip
def test_what_only_begins_like_json(content: bytes) -> None:
    assert "json" not in formats(content)
    assert "json" in formats(content, "file.json")


def test_what_parsers_read_differently_is_told() -> None:
    def odd(content: bytes) -> list[str]:
        return [one.what for one in items(content, "a.json", "json") if isinstance(one, Inconsistency)]

    assert odd(b'{"a": 1, "a": 2}') == ["duplicate key"]
    assert odd(b'{"a": 1e999}') == ["number that is not finite"]
    assert odd(b'{"a": 99999999999999999999}') == ["integer beyond 64 bits"]
    assert odd(b'{"a": [NaN, Infinity, -Infinity], "b": 1000000000000000019884624838656}') == []
    assert odd(b'{"a": [' + b"NaN," * 40 + b"1]}") == []
    assert odd(b'{"a": [' + b"1e999," * 40 + b"1]}").count("number that is not finite") == 17


def test_lines_of_json_and_what_is_none() -> None:
    assert [item for item in items(b'{"a": 1}\n{"b": 2}\n\n[3]\n', "a.jsonl", "json") if isinstance(item, Gap)] == []
    gaps = [item for item in items(b'{"a": 1}\nnot json\n', "a.json", "json") if isinstance(item, Gap)]
    assert ["line 2" in gap.reason for gap in gaps] == [True]


def test_a_large_document_is_a_gap() -> None:
    found: list[Any] = items(b'{"a": 1}', "a.json", "json", Limits(json_bytes=4))
    assert [type(item).__name__ for item in found] == ["Identity", "Gap"]


def test_configurations_are_asked_whatever_the_name() -> None:
    for name in ("config.json", "x", "a.txt"):
        assert [type(item) for item in items(configs.auto_map_named_json(), name, "json") if isinstance(item, CodeUnit)]


def test_deep_and_broken_documents_are_refused() -> None:
    for content in (b"[" * 100, b'{"a": ', b"{'a': 1}"):
        with pytest.raises((Malformed, OverLimit)):
            items(content, "a.json", "json")
