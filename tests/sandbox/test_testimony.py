"""What a child says is read strictly: all of the schema, nothing else, whatever the bytes are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.sandbox.testimony import (
    MAX_DOCUMENT_BYTES,
    Event,
    EventKind,
    Failure,
    Node,
    NodeKind,
    Untrue,
    read_answer,
    read_event,
)

NODE = {"kind": "value", "class": "int", "label": "", "text": "1"}
ERROR = {"class": "E", "words": "w", "refused": False, "where": ["f.py:1 in g"]}
NOTE = {"kind": "process", "event": "os.system", "what": "'true'", "where": "f.py:1 in g"}


def answer(document: object) -> Node | Failure:
    return read_answer(json.dumps(document).encode())


def deep(levels: int) -> dict[str, Any]:
    node: dict[str, Any] = dict(NODE)
    for _ in range(levels):
        node = {"kind": "sequence", "class": "list", "label": "0", "length": 1, "items": [node]}
    return node


def test_what_fits_is_read() -> None:
    tensor = {"kind": "tensor", "class": "torch.Tensor", "label": "w", "dtype": "float32", "shape": [2, 3]}
    whole = {"kind": "mapping", "class": "dict", "label": "", "length": 9, "items": [tensor, NODE]}
    found = answer({"outline": whole})
    assert found == Node(
        kind=NodeKind.MAPPING,
        class_name="dict",
        length=9,
        items=(
            Node(kind=NodeKind.TENSOR, class_name="torch.Tensor", label="w", dtype="float32", shape=(2, 3)),
            Node(kind=NodeKind.VALUE, class_name="int", text="1"),
        ),
    )
    assert answer({"error": ERROR}) == Failure(class_name="E", words="w", refused=False, where=("f.py:1 in g",))
    assert read_event(json.dumps(NOTE).encode()) == Event(
        kind=EventKind.PROCESS, event="os.system", what="'true'", where="f.py:1 in g"
    )
    assert answer({"outline": deep(32)})


@pytest.mark.parametrize(
    "document",
    [
        [], {}, None, {"outline": NODE, "error": ERROR}, {"outline": []}, {"outline": NODE, "more": 1},
        {"outline": NODE | {"kind": "module"}}, {"outline": NODE | {"extra": ""}}, {"outline": {"kind": "value"}},
        {"outline": NODE | {"text": 1}}, {"outline": NODE | {"text": "x" * 3000}}, {"outline": NODE | {"length": -1}},
        {"outline": NODE | {"length": True}}, {"outline": NODE | {"length": 1 << 63}}, {"outline": NODE | {"shape": 2}},
        {"outline": NODE | {"shape": [1.5]}}, {"outline": NODE | {"shape": [1] * 65}},
        {"outline": NODE | {"items": {}}},
        {"outline": NODE | {"kind": []}}, {"outline": deep(33)}, {"outline": NODE | {"items": [NODE] * 10_000}},
        {"error": ERROR | {"refused": 1}}, {"error": ERROR | {"where": "x"}}, {"error": ERROR | {"where": [1]}},
        {"error": ERROR | {"where": ["x"] * 17}}, {"error": {}}, {"error": ERROR | {"class": None}},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_untrue(document: object) -> None:
    with pytest.raises(Untrue):
        answer(document)


@pytest.mark.parametrize(
    "document", [[], NOTE | {"kind": "?"}, NOTE | {"kind": {}}, NOTE | {"more": 1}, {"kind": "name"}]
)
def test_notes_that_do_not_fit_are_untrue(document: object) -> None:
    with pytest.raises(Untrue):
        read_event(json.dumps(document).encode())


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff", b"[" * 100_000, b'{"outline":' * 50_000, b"1" * 10_000, b"{" + b" " * MAX_DOCUMENT_BYTES + b"}"],
)
def test_texts_that_are_no_documents(text: bytes) -> None:
    with pytest.raises(Untrue):
        read_answer(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["outline", "error", "kind", "class", "label", "items", "shape", "length"]), inner
    ),
    max_leaves=20,
)  # fmt: skip


@given(_JSON | st.fixed_dictionaries({"outline": _JSON}) | st.fixed_dictionaries({"error": _JSON}))
def test_any_json_is_read_or_untrue(document: object) -> None:
    text = json.dumps(document).encode()
    for read in (read_answer, read_event):
        try:
            read(text)
        except Untrue:
            continue


@given(st.binary())
def test_any_bytes_are_read_or_untrue(text: bytes) -> None:
    for read in (read_answer, read_event):
        try:
            read(text)
        except Untrue:
            continue
