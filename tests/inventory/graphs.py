"""Graphs of every shape, for laws: any kinds, relations, values and texts, also those that no reader would write."""

from __future__ import annotations

from hypothesis import strategies as st

from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import (
    Confidence,
    Emission,
    Field,
    Graph,
    Kind,
    License,
    Method,
    Metric,
    Origin,
    RelationKind,
)

AWKWARD = (
    "", "MIT", "GPL-2.0-only WITH Classpath-exception-2.0", "a" * 64, "https://example.invalid/a b",
    "hf://org/name@main", "hf://org/name", "pkg:huggingface/org/name@" + "a" * 40, "pkg:pypi/Not_Normal",
    "../../etc/passwd", "\x1b[31m", "\ud800",
    "line:3", "weighbridge", "creator", "2024-02-30", "2024-02-28", "image", "mailto:x", "hf://", "x" * 2_000,
)  # fmt: skip
texts = st.sampled_from(AWKWARD) | st.text(max_size=12)
origins = st.builds(
    Origin, method=st.sampled_from(tuple(Method)), confidence=st.sampled_from(tuple(Confidence)), file=texts,
    pointer=texts, sha256=texts, author=texts,
)  # fmt: skip
contents = st.one_of(
    texts,
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: number != 0),
    st.builds(
        Metric, type=texts, value=texts, name=texts, task=texts, dataset=texts, slice_=texts, verified=st.booleans()
    ),
    st.builds(License, expression=texts, name=texts, url=texts),
    st.builds(Emission, grams=st.floats(0, 1e12).filter(bool), source=texts, phase=texts, location=texts),
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Draw a graph; relations may go round, and contain one thing in several."""
    assembly = Assembly()
    ids = draw(st.lists(texts.filter(bool), min_size=1, max_size=5, unique=True))
    for id_ in ids:
        assembly.component(id_, draw(st.sampled_from(tuple(Kind))))
        assembly.ask(id_, *draw(st.lists(st.sampled_from(tuple(Field)), max_size=3)))
        for _ in range(draw(st.integers(0, 4))):
            assembly.claim(id_, draw(st.sampled_from(tuple(Field))), draw(contents), draw(origins), draw(texts))
    for _ in range(draw(st.integers(0, 6))):
        assembly.relate(
            draw(st.sampled_from(ids)), draw(st.sampled_from(tuple(RelationKind))), draw(st.sampled_from(ids)),
            *draw(st.lists(origins, max_size=2)),
        )  # fmt: skip
    for words in draw(st.lists(texts, max_size=2)):
        assembly.gap(words)
    return assembly.finish(ids[0])
