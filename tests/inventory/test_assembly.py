"""A graph is the same whatever the order in which its parts were told, and loses nothing that was said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Kind, Method, Origin, RelationKind

CARD = Origin(method=Method.CARD, confidence=Confidence.DECLARED, file="README.md", pointer="/license")
BYTES = Origin(method=Method.HASH, confidence=Confidence.VERIFIED, file="model.safetensors")

SAID = [
    ("claim", "model:a", Field.NAME, "a", CARD),
    ("claim", "model:a", Field.PARAMETERS, 7, CARD),
    ("claim", "model:a", Field.PARAMETERS, 8, BYTES),
    ("claim", "model:a", Field.LANGUAGE, "en", CARD),
    ("claim", "model:a", Field.LANGUAGE, "de", CARD),
    ("claim", "dataset:d", Field.NAME, "d", CARD),
    ("ask", "model:a", Field.SUPPLIER),
    ("ask", "model:a", Field.PARAMETERS),
    ("relate", "model:a", RelationKind.TRAINED_ON, "dataset:d", CARD),
    ("relate", "model:a", RelationKind.TRAINED_ON, "dataset:d", BYTES),
]


def graph(said: list[tuple[object, ...]]) -> object:
    made = Assembly()
    made.component("model:a", Kind.MODEL)
    made.component("dataset:d", Kind.DATASET)
    for how, *words in said:
        getattr(made, str(how))(*words)
    return made.finish("model:a")


@given(st.permutations(SAID))
def test_the_order_of_telling_does_not_matter(said: list[tuple[object, ...]]) -> None:
    assert graph(said) == graph(SAID)


def test_disagreeing_claims_both_stay_and_the_trusted_one_comes_first() -> None:
    made = Assembly()
    model = made.component("model:a", Kind.MODEL)
    made.claim(model, Field.PARAMETERS, 7, CARD)
    made.claim(model, Field.PARAMETERS, 8, BYTES)
    made.claim(model, Field.LANGUAGE, "en", CARD)
    made.claim(model, Field.LANGUAGE, "de", CARD)
    found = made.finish(model).component(model)
    assert [claim.content for claim in found.claims(Field.PARAMETERS)] == [8, 7]
    assert [stated.field for stated in found.disagreements()] == [Field.PARAMETERS]


def test_what_was_looked_for_and_not_found_is_unknown() -> None:
    made = Assembly()
    model = made.component("model:a", Kind.MODEL)
    made.ask(model, Field.SUPPLIER, Field.NAME)
    made.claim(model, Field.NAME, "a", CARD)
    assert made.finish(model).component(model).unknown() == (Field.SUPPLIER,)


def test_a_relation_must_lead_somewhere() -> None:
    made = Assembly()
    model = made.component("model:a", Kind.MODEL)
    made.relate(model, RelationKind.FINETUNED, "model:b")
    with pytest.raises(ValueError, match="model:b"):
        made.finish(model)


def test_one_id_is_one_thing() -> None:
    made = Assembly()
    made.component("x", Kind.MODEL)
    with pytest.raises(ValueError, match="model"):
        made.component("x", Kind.DATASET)
