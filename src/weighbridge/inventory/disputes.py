"""Where what is claimed cannot all be true: cards against licences against headers, statements against counts."""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.inventory.graph import LINEAGE, Confidence, Field, Kind, License, Method
from weighbridge.inventory.lookup import Lookup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.graph import Claim, Component, Graph, Origin

_EXACT = (Field.VERSION, Field.COMMIT, Field.SHA256, Field.SHA512, Field.CONTEXT_LENGTH)
_CLOSE, _ROUND = 0.2, 0.35
"""How far counts in two formats may lie apart (one may leave out tied tensors), and counts and rounded names."""
_DTYPES = {"float32": "F32", "float16": "F16", "bfloat16": "BF16", "float64": "F64"}


@value
class Dispute:
    """What several origins say of one thing about a component (its id), in words, each with where it stands."""

    component: str
    what: str
    sides: tuple[tuple[str, Origin], ...]


def disputes(graph: Graph) -> tuple[Dispute, ...]:
    """List the disputes of a graph, in its order. What is merely said in other words is none."""
    found: list[Dispute] = []
    indexed = Lookup(graph)
    names = {one.id: one.text(Field.NAME) for one in graph.components}
    for one in graph.components:
        for field in _EXACT:
            claims = one.claims(field)
            if len({claim.content for claim in claims}) > 1:
                found.append(_dispute(one, str(field).replace("_", " "), claims))
        found += _licenses(one)
        found += _parameters(one)
        found += _dtypes(one)
        found += _sizes(one)
        found += _settings(one)
        found += _bases(indexed, one, names)
    return tuple(found)


def _dispute(one: Component, what: str, claims: tuple[Claim, ...]) -> Dispute:
    sides: dict[str, Origin] = {}
    for claim in claims:
        sides.setdefault(_words(claim), claim.origin)
    return Dispute(component=one.id, what=what, sides=tuple(sides.items()))


def _words(claim: Claim) -> str:
    held = claim.content
    return (held.expression or held.name) if isinstance(held, License) else str(held)


def _licenses(one: Component) -> Iterator[Dispute]:
    """Two names of one licence may be the same licence; an expression and another, or a name, are not."""
    claims = tuple(claim for claim in one.claims(Field.LICENSE) if isinstance(claim.content, License))
    known = [claim for claim in claims if isinstance(claim.content, License) and claim.content.expression]
    parts = [set(_words(claim).replace("(", " ").replace(")", " ").split()) for claim in known]
    differ = any(not part & other for part in parts for other in parts)
    if differ or (known and len(known) < len(claims)):
        yield _dispute(one, "licence", claims)


def _parameters(one: Component) -> Iterator[Dispute]:
    packed = any(claim.origin.method is Method.MANIFEST for claim in one.claims(Field.QUANTIZATION))
    claims = tuple(claim for claim in one.claims(Field.PARAMETERS) if type(claim.content) is int)
    counted = [claim for claim in claims if claim.origin.confidence is Confidence.VERIFIED]
    if packed or one.kind is not Kind.MODEL or not counted:
        return
    totals = {claim.content for claim in counted}
    largest = max(int(str(claim.content)) for claim in counted)
    bounds = {Confidence.VERIFIED: _CLOSE, Confidence.DECLARED: 0.0, Confidence.INFERRED: _ROUND}
    off = [
        claim
        for claim in claims
        if abs(int(str(claim.content)) - largest) > bounds[claim.origin.confidence] * max(largest, 1)
        and not (claim.origin.confidence is Confidence.DECLARED and claim.content in totals)
    ]
    if off:
        yield _dispute(one, "parameters", claims)


def _dtypes(one: Component) -> Iterator[Dispute]:
    claims = one.claims(Field.DTYPE)
    held = {str(claim.content) for claim in claims if claim.origin.confidence is Confidence.VERIFIED}
    said = [claim for claim in claims if claim.origin.confidence is not Confidence.VERIFIED]
    wanted = {_DTYPES.get(str(claim.content).removeprefix("torch."), "") for claim in said} - {""}
    if held and wanted and not held & wanted and not one.claims(Field.QUANTIZATION):
        yield _dispute(one, "type of numbers", claims)


def _sizes(one: Component) -> Iterator[Dispute]:
    """Compare the bytes that an index of shards states with those of the tensors; files have one size each."""
    claims = one.claims(Field.SIZE)
    if len({claim.content for claim in claims}) > 1:
        yield _dispute(one, "size", claims)


def _settings(one: Component) -> Iterator[Dispute]:
    """Compare settings that were read in tensors with those of the same name that somebody has written down."""
    by_name: dict[str, list[Claim]] = {}
    for claim in one.claims(Field.HYPERPARAMETER):
        by_name.setdefault(str(claim.content).partition("=")[0], []).append(claim)
    for name, claims in by_name.items():
        if len({claim.content for claim in claims}) > 1 and any(
            claim.origin.confidence is Confidence.VERIFIED for claim in claims
        ):
            sides: dict[str, Origin] = {}
            for claim in claims:
                sides.setdefault(str(claim.content).partition("=")[2], claim.origin)
            yield Dispute(component=one.id, what=name, sides=tuple(sides.items()))


def _bases(graph: Lookup, one: Component, names: dict[str, str]) -> Iterator[Dispute]:
    """Compare the bases that the card names with those that configurations and headers name."""
    sides: dict[bool, dict[str, Origin]] = {True: {}, False: {}}
    for relation in graph.leaving(one.id, *LINEAGE):
        for origin in relation.origins:
            if origin.confidence is not Confidence.INFERRED:
                sides[origin.method is Method.CARD].setdefault(names[relation.target], origin)
    card, other = ({_short(name) for name in side} for side in sides.values())
    if card and other and not card & other:
        yield Dispute(
            component=one.id, what="what it was made from", sides=(*sides[True].items(), *sides[False].items())
        )


def _short(name: str) -> str:
    """Compare by the last part: one may name the account, and the other a folder."""
    return name.lower().rpartition("/")[2]
