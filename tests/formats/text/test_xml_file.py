"""XML: events in order whatever the pieces, nothing fetched, nothing unfolded without measure."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import xmls
from tests.effort import is_quick
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, ResourceClaim
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.references import Reference, Target
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.text import xml_file
from weighbridge.formats.text.xml_file import END, START, TEXT, XmlReader, unfolded


def read(content: bytes) -> list[Any]:
    return list(xml_file.extract(BytesSource(content), Node(name="x.xml"), Bench(Limits(), Meter(Limits()))))


def of(kind: type, content: bytes) -> list[Any]:
    return [item for item in read(content) if isinstance(item, kind)]


@pytest.mark.parametrize("build", [xmls.plain, xmls.honest_entity])
def test_an_honest_document_says_what_it_is_and_no_more(build: Any) -> None:
    assert [type(item) for item in read(build())] == [Identity]


def test_events_come_in_order() -> None:
    events = list(XmlReader(BytesSource(xmls.plain())))
    assert [(event.kind, event.name, event.text) for event in events] == [
        (START, "a", ""), (START, "b", ""), (TEXT, "", "text"), (END, "b", ""), (END, "a", ""),
    ]  # fmt: skip
    assert events[1].attributes == {"c": "1"}
    assert xmls.plain()[events[1].offset :].startswith(b"<b c=")


@pytest.mark.parametrize(
    ("build", "kind", "target"),
    [
        (xmls.external_file, Target.PATH, "file:///inert/absent"),
        (xmls.external_address, Target.URL, "http://inert.invalid/x"),
    ],
)
def test_an_external_entity_is_told_and_not_fetched(build: Any, kind: Target, target: str) -> None:
    (found,) = of(Reference, build())
    assert (found.kind, found.target, found.escapes) == (kind, target, kind is Target.PATH)
    assert [event.kind for event in XmlReader(BytesSource(build()))] == [START, END]


def test_a_bomb_is_told_and_not_unfolded() -> None:
    begun = time.process_time()
    (claim,) = of(ResourceClaim, xmls.laughs())
    assert claim.claimed > 10**9
    assert of(Gap, xmls.laughs())
    assert is_quick(time.process_time() - begun, 1)
    assert not of(ResourceClaim, xmls.laughs(2))


def test_a_bomb_of_a_thousand_levels_has_a_size_that_can_be_written() -> None:
    entities = {"e0": "ha"} | {f"e{n + 1}": f"&e{n};" * 10 for n in range(900)}
    assert unfolded(entities) == (xml_file.ENDLESS, "")


def test_an_entity_that_contains_itself_is_told() -> None:
    assert [found.what for found in of(Inconsistency, xmls.circle())] == ["entity"]


def test_depth_and_tokens_have_a_bound() -> None:
    found: list[str] = []
    with pytest.raises(OverLimit):
        found.extend(event.kind for event in XmlReader(BytesSource(xmls.deep())))
    assert len(found) == xml_file.DEPTH, "what came before stays"
    assert len(list(XmlReader(BytesSource(xmls.deep(xml_file.DEPTH))))) == 2 * xml_file.DEPTH
    with pytest.raises(OverLimit):
        list(XmlReader(BytesSource(b'<a b="' + b"x" * (3 * xml_file.TOKEN) + b'"/>')))


@pytest.mark.parametrize(
    ("content", "is_xml"),
    [
        (xmls.plain(), True), (b"\xef\xbb\xbf" + xmls.plain(), True), ("<?xml?><a/>".encode("utf-16"), True),
        (b"<html>", False), (b"<", False), (b"", False), (b"<!-- x", False), (b"< a", False),
        (b"<!DOCTYPE a><a/>", True),
    ],
)  # fmt: skip
def test_what_begins_as_xml(content: bytes, is_xml: bool) -> None:
    assert xml_file.sniff(content, BytesSource(content)) == ("xml" if is_xml else "")


@pytest.mark.parametrize(
    "content", [b"", b"<a>", b"<a></b>", b"<a/><b/>", b'<?xml version="1.0" encoding="x-none"?><a/>']
)
def test_what_is_no_document_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        list(XmlReader(BytesSource(content)))


TREES = st.recursive(
    st.text("abc&<'\" é", max_size=8),
    lambda inner: st.tuples(
        st.sampled_from("abc"),
        st.dictionaries(st.sampled_from("xyz"), st.text("a<&\"é", max_size=6), max_size=2),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)  # fmt: skip


def element(tree: Any) -> ElementTree.Element:
    name, attributes, inner = tree if isinstance(tree, tuple) else ("t", {}, [tree])
    made = ElementTree.Element(name, attributes)
    last = None
    for one in inner:
        if isinstance(one, tuple):
            last = element(one)
            made.append(last)
        elif last is None:
            made.text = (made.text or "") + one
        else:
            last.tail = (last.tail or "") + one
    return made


@given(tree=TREES, padding=st.sampled_from([0, xml_file._PIECE - 30, xml_file._PIECE]))
def test_the_standard_library_reads_the_same(tree: Any, padding: int) -> None:
    content = b" " * padding + ElementTree.tostring(element(tree), encoding="utf-8")
    told = [(e.kind, e.name, e.attributes) for e in XmlReader(BytesSource(content)) if e.kind != TEXT]
    wanted: list[Any] = []
    reader = ElementTree.XMLPullParser(("start", "end"))
    reader.feed(content)
    for kind, one in reader.read_events():
        wanted.append((kind, one.tag, one.attrib if kind == "start" else {}))
    assert told == wanted
    text = "".join(event.text for event in XmlReader(BytesSource(content)))
    assert text == "".join(element(tree).itertext())


@given(cut=st.integers(0, 200), build=st.sampled_from([xmls.plain, xmls.honest_entity, xmls.laughs, xmls.circle]))
def test_a_cut_document_breaks_cleanly(cut: int, build: Any) -> None:
    with suppress(Malformed, OverLimit):
        read(build()[:cut])
