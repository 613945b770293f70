"""Documents between processes: what is written is read again, and nothing else is."""

from __future__ import annotations

import json
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weighbridge
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.facts import Argument, Call, MetadataEntry, Origin, TensorDecl
from weighbridge.core.finding import Confidence, Finding, Harm, Severity
from weighbridge.core.location import Location
from weighbridge.core.programs import CodeUnit, ConfiguredCall, SourceImport
from weighbridge.core.references import Reference, Target
from weighbridge.core.values import replace
from weighbridge.core.when import When
from weighbridge.engine.wire import Answer, Asked, Misshapen, dumps, loads, request, requested

TEXT = st.text(st.characters(codec=None), max_size=20)
NUMBER = st.none() | st.integers(0, 1 << 70)
LOCATIONS = st.builds(Location, member=st.lists(TEXT, max_size=3).map(tuple), offset=NUMBER, length=NUMBER)
FINDINGS = st.builds(
    Finding,
    rule=TEXT, title=TEXT, severity=st.sampled_from(list(Severity)), confidence=st.sampled_from(list(Confidence)),
    harm=st.sampled_from(list(Harm)), message=TEXT, at=LOCATIONS, evidence=st.lists(TEXT, max_size=3).map(tuple),
    fingerprint=TEXT,
)  # fmt: skip
GAPS = st.builds(Gap, kind=st.sampled_from(list(GapKind)), reason=TEXT, at=LOCATIONS)
BOOLS = st.booleans()
FACTS = st.one_of(
    st.builds(TensorDecl, at=LOCATIONS, name=TEXT, dtype=TEXT, shape=st.just((2, 3)) | st.just(())),
    st.builds(MetadataEntry, at=LOCATIONS, key=TEXT, text=TEXT),
    st.builds(
        Reference, at=LOCATIONS, relation=TEXT, kind=st.sampled_from(list(Target)), target=TEXT, key=TEXT,
        pinned=st.none() | BOOLS, escapes=BOOLS, when=st.none() | st.sampled_from(list(When)),
    ),
    st.builds(
        ConfiguredCall, at=LOCATIONS, scheme=TEXT, key=TEXT, module=TEXT, name=TEXT, when=st.sampled_from(list(When)),
        arguments=st.lists(st.builds(Argument, kind=TEXT, text=TEXT, number=NUMBER), max_size=1).map(tuple),
    ),
    st.builds(CodeUnit, at=LOCATIONS, language=TEXT, carrier=TEXT, name=TEXT, when=st.sampled_from(list(When))),
    st.builds(SourceImport, at=LOCATIONS, language=TEXT, module=TEXT, level=NUMBER.filter(lambda one: one is not None),
              names=st.lists(TEXT, max_size=2).map(tuple), phase=TEXT),
)  # fmt: skip
ANSWERS = st.builds(
    Answer,
    size=st.integers(0, 1 << 62),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    formats=st.lists(TEXT, max_size=3).map(tuple),
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    gaps=st.lists(GAPS, max_size=3).map(tuple),
    program=st.lists(TEXT, max_size=3).map(tuple),
    version=TEXT,
    outline=st.lists(FACTS, max_size=2).map(tuple),
)

HONEST = Answer(
    size=31, sha256="ab" * 32, formats=("pickle",), program=("@0  x",), version="0.1.0",
    gaps=(Gap(kind=GapKind.UNPARSED, reason="why"),),
    findings=(
        Finding(
            rule="EXE101", title="t", severity=Severity.HIGH, confidence=Confidence.HIGH, harm=Harm.EXECUTION,
            message="m", at=Location(member=("a",), offset=1, length=2), evidence=("e",), fingerprint="f",
        ),
    ),
)  # fmt: skip


@given(ANSWERS)
def test_an_answer_comes_back_as_it_was(answer: Answer) -> None:
    text = dumps(answer)
    assert text.isascii()
    assert loads(text.encode()) == answer


def test_facts_of_other_kinds_do_not_cross() -> None:
    call = Call(at=Location(), opcode="REDUCE", origin=Origin.GLOBAL, module="posix", name="system", arguments=())
    smuggled = replace(HONEST, outline=(call,))
    with pytest.raises(Misshapen):
        loads(dumps(smuggled).encode())


@given(GAPS)
def test_a_gap_may_stand_for_an_answer(gap: Gap) -> None:
    assert loads(dumps(gap).encode()) == gap


@given(ANSWERS)
def test_what_is_written_is_json(answer: Answer) -> None:
    document = json.loads(dumps(answer))
    assert list(document) == ["size", "sha256", "formats", "findings", "gaps", "program", "version", "outline"]
    assert document["size"] == answer.size


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_other_bytes_are_refused(text: bytes) -> None:
    with pytest.raises(Misshapen):
        loads(text)


NESTED = b'{"size":' + b"[" * 200_000


@pytest.mark.parametrize(
    "text",
    [b"", b" ", b"null", b"[]", b"{}", b"\xff", b'"', b"NaN", NESTED, b"1" * 5_000, dumps(HONEST).encode()[:-1],
     dumps(HONEST).encode() + b" ", b" " + dumps(HONEST).encode(), dumps(HONEST).encode() * 2],
    ids=range(14),
)  # fmt: skip
def test_texts_that_are_no_document(text: bytes) -> None:
    with pytest.raises(Misshapen):
        loads(text)


def paths(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a document."""
    inside: list[tuple[str | int, ...]] = [path]
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, item in items:
        inside += paths(item, (*path, key))
    return inside


DOCUMENT = json.loads(dumps(HONEST))
WRONG: tuple[Any, ...] = (None, True, 1.5, -1, "word", [], {}, [[]], {"at": 1}, "critical", ["word", 1])


def changed(path: tuple[str | int, ...], content: Any) -> Any:
    """The honest document with something else in one place."""
    if not path:
        return content
    document = json.loads(json.dumps(DOCUMENT))
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = content
    return document


def holds_the_law(document: Any) -> bool:
    """A document is refused, or it is understood as exactly what it says; tells whether it was understood."""
    try:
        understood = loads(json.dumps(document).encode())
    except Misshapen:
        return False
    assert json.dumps(json.loads(dumps(understood))) == json.dumps(document)
    return True


@pytest.mark.parametrize("path", paths(DOCUMENT), ids=str)
def test_a_wrong_type_anywhere_is_refused_or_means_what_it_says(path: tuple[str | int, ...]) -> None:
    understood = [wrong for wrong in WRONG if holds_the_law(changed(path, wrong))]
    assert not any(isinstance(wrong, float | bool | dict) for wrong in understood)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
)


@given(st.sampled_from(paths(DOCUMENT)), JSON)
def test_anything_anywhere_is_refused_or_means_what_it_says(path: tuple[str | int, ...], content: Any) -> None:
    holds_the_law(changed(path, content))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (("size",), True), (("size",), -1), (("size",), 1.0), (("size",), None), (("formats",), "pickle"),
        (("findings",), None), (("findings", 0, "severity"), "fatal"), (("findings", 0, "severity"), "HIGH"),
        (("findings", 0, "at", "offset"), False), (("findings", 0, "at"), None), (("gaps", 0, "kind"), "unknown"),
        (("program",), [["@0"]]), (("version",), 1),
    ],
)  # fmt: skip
def test_what_an_honest_worker_cannot_say_is_refused(path: tuple[str | int, ...], content: Any) -> None:
    assert not holds_the_law(changed(path, content))


FIELDS = [path for path in paths(DOCUMENT) if path and isinstance(path[-1], str)]


@pytest.mark.parametrize("path", FIELDS, ids=str)
def test_a_field_too_few_or_too_many_is_refused(path: tuple[str | int, ...]) -> None:
    for change in ("remove", "rename", "add"):
        document = json.loads(json.dumps(DOCUMENT))
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        if change == "add":
            holder["extra"] = 1
        else:
            content = holder.pop(path[-1])
            if change == "rename":
                holder[f"{path[-1]}_"] = content
        with pytest.raises(Misshapen):
            loads(json.dumps(document).encode())


@pytest.mark.parametrize(
    "digest", ["", "ab" * 31, "ab" * 33, "AB" * 32, "../" * 21 + "x", "g" * 64, "٣" * 64, " " * 64]
)
def test_a_digest_can_be_nothing_but_a_digest(digest: str) -> None:
    document = DOCUMENT | {"sha256": digest}
    with pytest.raises(Misshapen, match="digest"):
        loads(json.dumps(document).encode())


NAMES = st.text(st.characters(codec=None, exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.binary(max_size=20).filter(lambda name: b"\0" not in name), st.booleans(), st.sets(st.text(string.digits)))
def test_a_request_comes_back_as_it_was(name: bytes, trace: bool, rules: set[str]) -> None:
    text = name.decode("utf-8", "surrogateescape")
    disabled = tuple(sorted(rules)) or ("",)
    for sparse in (False, True):
        asked = Asked(name=text, trace=trace, disabled=frozenset(disabled), sparse=sparse)
        assert requested(request(text, trace=trace, disabled=disabled, sparse=sparse)) == asked


def test_only_a_file_in_pieces_may_have_no_digest() -> None:
    document = json.dumps(DOCUMENT | {"sha256": ""}).encode()
    found = loads(document, whole=False)
    assert isinstance(found, Answer)
    assert found.sha256 == ""
    for digest in ("ab" * 31, "g" * 64, " "):
        with pytest.raises(Misshapen, match="digest"):
            loads(json.dumps(DOCUMENT | {"sha256": digest}).encode(), whole=False)


def test_neither_json_nor_regular_expressions_are_imported() -> None:
    program = (
        "import sys\nfrom weighbridge.engine.wire import *\n"
        f"loads({dumps(HONEST).encode()!r})\nprint({{'json', 're', 'enum', 'dataclasses'}} & set(sys.modules))"
    )
    command = [sys.executable, "-S", "-c", program]
    source = {"PYTHONPATH": str(Path(weighbridge.__file__).parents[1])}
    assert subprocess.run(command, capture_output=True, text=True, check=True, env=source).stdout == "set()\n"
