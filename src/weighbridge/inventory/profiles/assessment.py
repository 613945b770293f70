"""Holds a graph against a profile: what is answered, how well, and who could answer the rest."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value
from weighbridge.inventory.graph import Confidence, Field, Kind, RelationKind
from weighbridge.inventory.lookup import Lookup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.graph import Component, Graph
    from weighbridge.inventory.profiles.profile import Element, Profile


class State(StrEnum):
    """How an element is answered, the best first."""

    VERIFIED = "verified"
    DECLARED = "declared"
    INFERRED = "inferred"
    MISSING = "missing"
    OUTSIDE = "outside"
    """It does not belong into a list of components."""


CREDIT = {State.VERIFIED: 100, State.DECLARED: 75, State.INFERRED: 40, State.MISSING: 0}
"""What an answer counts, of a hundred: what was computed more than what is said, and that more than a guess."""
_STATES = {one: State(str(one)) for one in Confidence}


@value
class Answer:
    """How one component, or the document, answers an element; ``component`` is an id, empty for the document."""

    element: Element
    state: State
    component: str = ""


@value
class Assessment:
    """All answers, in the order of the profile."""

    profile: Profile
    answers: tuple[Answer, ...]

    @property
    def missing(self) -> tuple[Answer, ...]:
        """What is not answered."""
        return tuple(one for one in self.answers if one.state is State.MISSING)

    @property
    def score(self) -> int:
        """Of a hundred: each element counts the same, and within it each component."""
        parts: dict[str, list[int]] = {}
        for one in self.answers:
            if one.state is not State.OUTSIDE:
                parts.setdefault(one.element.name, []).append(CREDIT[one.state])
        means = [sum(points) / len(points) for points in parts.values()]
        return int(sum(means) / len(means)) if means else 0


def assessed(graph: Graph, profile: Profile) -> Assessment:
    """Hold a graph against a profile."""
    known = Lookup(graph)
    return Assessment(
        profile=profile, answers=tuple(answer for element in profile.elements for answer in _answers(known, element))
    )


def _answers(known: Lookup, element: Element) -> Iterator[Answer]:
    if element.outside:
        yield Answer(element=element, state=State.OUTSIDE)
    elif element.always is not None:
        yield Answer(element=element, state=State.VERIFIED)
    else:
        asked = tuple(known.graph.of(*element.of)) if element.of else (known.component(known.root),)
        for one in asked:
            yield Answer(element=element, state=_state(known, one, element), component=one.id)
        if not asked:
            # No such component is known; whether there is none is another question.
            yield Answer(element=element, state=State.MISSING)


def _state(known: Lookup, one: Component, element: Element) -> State:
    found = [claim.origin.confidence for field in element.fields for claim in one.claims(field)]
    kinds = element.relations
    if Field.TRAINING in element.fields:
        kinds = (*kinds, RelationKind.TRAINED_ON)
    if kinds:
        found += [origin.confidence for relation in known.leaving(one.id, *kinds) for origin in relation.origins]
    if one.kind in {Kind.MODEL, Kind.ADAPTER} and Field.SHA256 in element.fields:
        held = [part for part in known.inside(one.id) if part.kind is Kind.FILE]
        found += [claim.origin.confidence for file in held for claim in file.claims(Field.SHA256)]
    best = next((confidence for confidence in Confidence if confidence in found), None)
    return _STATES[best] if best is not None else State.MISSING
