"""What one component of a graph answers to the questions of a policy, with the places that say so."""

from __future__ import annotations

from typing import TypeVar

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import parse
from weighbridge.governance.policy.facts import Absence, Ancestor, Evaluation, Known, Missing, Reached
from weighbridge.inventory.advisories.exposure import Basis
from weighbridge.inventory.graph import Confidence, Field, Kind, License

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.governance.policy.facts import Fact
    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.graph import Claim, Component, Origin
    from weighbridge.inventory.lookup import Lookup

C = TypeVar("C")

NO_BASE = Missing(absence=Absence.UNSAID, reason="nothing says what it was made from")
EVALUATIONS: Fact[tuple[Evaluation, ...]] = Missing(
    absence=Absence.UNASKED, reason="no evaluation that can be relied on is known"
)
_CARRIERS = frozenset({"zip", "tar", "7z", "gzip", "bzip2", "xz", "lzma", "zlib", "lz4", "zstd", "text"})
"""Formats that say nothing of what is in them; they count only where nothing else is known."""
_LOOSE = ("commit", "digest", "tag", "branch", "none")
"""Ways to fix a reference, the firmest first."""


def name(one: Component) -> str:
    """Name a component for people, with its version where it has one."""
    called = one.text(Field.NAME) or one.id
    version = one.text(Field.VERSION)
    if one.kind in {Kind.LIBRARY, Kind.FRAMEWORK} and version:
        return f"{called} {version}"
    return called


def places(origins: Iterable[Origin]) -> list[str]:
    """Say where something stands."""
    return [" ".join(filter(None, (one.file, one.pointer))) or str(one.method) for one in origins]


def _evidence(claims: Iterable[Claim]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(places(one.origin for one in claims)))


def formats(found: tuple[str, ...]) -> Fact[tuple[str, ...]]:
    """Give what a file is; a carrier counts only where nothing is known of what it carries."""
    if not found:
        return Missing(absence=Absence.UNREAD, reason="what kind of file it is could not be told")
    return Known(content=tuple(one for one in found if one not in _CARRIERS) or found)


def licenses(one: Component) -> Fact[tuple[License, ...]]:
    """Give every licence that is claimed: where two are, both count."""
    claims = one.claims(Field.LICENSE)
    held = tuple(dict.fromkeys(claim.content for claim in claims if isinstance(claim.content, License)))
    if not held:
        return Missing(absence=Absence.UNSAID, reason="nobody says under which licence it is")
    return Known(content=held, evidence=_evidence(claims))


def publisher(one: Component) -> Fact[str]:
    """Give the namespace on a hub, or who serves a hosted model."""
    if one.kind is Kind.SERVICE:
        provider = one.text(Field.PROVIDER)
        if provider:
            return Known(content=f"service://{provider}", evidence=_evidence(one.claims(Field.PROVIDER)))
        return Missing(absence=Absence.UNSAID, reason="nobody says who serves it")
    claims = one.claims(Field.REFERENCE)
    try:
        ref = parse(str(claims[0].content)) if claims else None
    except UsageError:
        ref = None
    if ref is None or not ref.scheme:
        return Missing(absence=Absence.UNSAID, reason="it is of no hub, so nobody says who publishes it")
    owner = ref.name.removeprefix("datasets/").removeprefix("spaces/").rpartition("/")[0]
    return Known(content=f"{ref.scheme}://{owner or ref.name}", evidence=_evidence(claims))


def pin(one: Component) -> Fact[str]:
    """Say how a reference is fixed, by the loosest of the places that name it."""
    claims = one.claims(Field.PIN)
    held = [str(claim.content) for claim in claims]
    if not held:
        fixed = one.claims(Field.COMMIT)
        if fixed:
            return Known(content="commit", evidence=_evidence(fixed))
        reference = one.text(Field.REFERENCE)
        if "@sha256:" in reference:
            return Known(content="digest", evidence=_evidence(one.claims(Field.REFERENCE)))
        if not reference or one.text(Field.VERSION):
            return Missing(absence=Absence.UNSAID, reason="nobody says how the reference to it is fixed")
        return Known(content="none", evidence=_evidence(one.claims(Field.REFERENCE)))
    if any(word not in _LOOSE for word in held):
        return Missing(absence=Absence.UNSAID, reason="how the reference to it is fixed is decided elsewhere")
    return Known(content=max(held, key=_LOOSE.index), evidence=_evidence(claims))


def remote_code(one: Component) -> Fact[bool]:
    """Say whether any place lets loading run code of the repository."""
    claims = one.claims(Field.REMOTE_CODE)
    if not claims:
        return Missing(absence=Absence.UNSAID, reason="nobody says whether loading it runs code of its repository")
    return Known(content=any(claim.content is True for claim in claims), evidence=_evidence(claims))


def is_hashed(file: Component) -> bool:
    """Tell whether a file's SHA-256 was computed from its bytes."""
    return any(claim.origin.confidence is Confidence.VERIFIED for claim in file.claims(Field.SHA256))


def ancestor(one: Component, depth: int) -> Ancestor:
    """Give a base."""
    return Ancestor(name=name(one), depth=depth, purl=one.text(Field.PURL))


def reached(one: Exposure, graph: Lookup) -> Reached:
    """Give an advisory in the words of a policy: what ties it, over which way, and who says otherwise."""
    words = [one.advisory.summary or one.advisory.kind]
    if one.basis is Basis.LINEAGE and len(one.path) > 1:
        words.append(f"handed on by {' to '.join(name(graph.component(id_)) for id_ in one.path)}")
    words += one.triggers
    if one.statement is not None:
        words.append(f"{one.statement.author} says: {one.statement.standing.replace('_', ' ')}")
    return Reached(
        advisory=one.advisory.id,
        standing=one.standing,
        severity=one.severity,
        words="; ".join(filter(None, words)),
        fixed=one.fixed,
    )
