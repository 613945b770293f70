"""A profile is met when everything is answered; computed counts more than said, and said more than guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.inventory.graphs import graphs
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, Method, Origin
from weighbridge.inventory.profiles.assessment import State, assessed
from weighbridge.inventory.profiles.catalog import PROFILES


def model(confidence: Confidence, *fields: Field) -> Graph:
    made = Assembly()
    one = made.component("model:.", Kind.MODEL)
    for field in fields:
        made.claim(one, field, "x", Origin(method=Method.CARD, confidence=confidence))
    return made.finish(one)


NTIA = (Field.SUPPLIER, Field.NAME, Field.VERSION, Field.PURL)


def test_the_minimum_is_met_by_nothing_less() -> None:
    assert not assessed(model(Confidence.DECLARED, *NTIA), PROFILES["ntia"]).missing
    for left in NTIA:
        found = assessed(model(Confidence.DECLARED, *(field for field in NTIA if field is not left)), PROFILES["ntia"])
        assert len(found.missing) == 1


def test_scores_follow_confidence() -> None:
    scores = [assessed(model(one, *NTIA), PROFILES["ntia"]).score for one in Confidence]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3
    assert scores[0] == 100
    assert assessed(model(Confidence.VERIFIED), PROFILES["ntia"]).score < scores[2]


@pytest.mark.parametrize(("name", "count"), [("ntia", 7), ("cisa", 11), ("bsi", 12), ("g7", 50), ("owasp-aibom", 48)])
def test_each_profile_has_all_its_elements_by_names_of_their_own(name: str, count: int) -> None:
    names = [element.name for element in PROFILES[name].elements]
    assert len(names) == len(set(names)) == count


@given(graphs(), st.sampled_from(sorted(PROFILES)))
def test_any_graph_can_be_assessed(graph: Graph, name: str) -> None:
    found = assessed(graph, PROFILES[name])
    assert 0 <= found.score <= 100
    ids = {one.id for one in graph.components}
    assert {one.component for one in found.answers} <= ids | {""}
    assert {one.element.name for one in found.answers} == {one.name for one in PROFILES[name].elements}
    assert found.missing == tuple(one for one in found.answers if one.state is State.MISSING)
