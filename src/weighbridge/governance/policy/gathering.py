"""From what is known of a target to the subjects that a policy judges: the fold of graph, scan, audit and signatures.

What is here has files; what is only named by an application is used; what something was made from is a base. A
question that a kind of thing does not raise has no fact; one that it raises and nobody answers is missing.
"""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.governance.policy import answers
from weighbridge.governance.policy.facts import Absence, Digest, Known, Missing, Subject
from weighbridge.governance.policy.from_scan import ScannedTargets
from weighbridge.inventory.graph import LINEAGE, Confidence, Field, Kind, RelationKind
from weighbridge.inventory.lookup import DEEPEST, Lookup
from weighbridge.provenance.lock.roles import can_run, role

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.governance.policy.answers import C
    from weighbridge.governance.policy.facts import Ancestor, Fact, Reached, Signature
    from weighbridge.governance.policy.from_scan import ScannedFile
    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.graph import Component, Graph

_MODELS = (Kind.MODEL, Kind.ADAPTER)
_LOADED = (*_MODELS, Kind.DATASET)
_TOLD = (*(one for one in LINEAGE if one is not RelationKind.ADAPTER_OF), RelationKind.TRAINED_ON,
         RelationKind.EVALUATED_ON)  # fmt: skip
"""Relations whose target is told of and not loaded; the base of an adapter is loaded with it."""
_ANCESTORS = 200
"""Models in a lineage that are walked; merges of merges have some thirty."""
_UNSCANNED = Missing(absence=Absence.UNSCANNED, reason="nobody has weighed it")


@value
class Material:
    """All that is known of one target.

    ``scanned`` is what a scan has left of it. ``exposures`` are of the graph's components. ``signatures`` are those
    over the whole of the target.
    """

    target: str
    graph: Graph
    scanned: ScannedTargets = ScannedTargets(refs=(), files=())
    exposures: tuple[Exposure, ...] | Missing = Missing(absence=Absence.UNASKED, reason="nobody has audited it")
    signatures: tuple[Signature, ...] | Missing = Missing(absence=Absence.UNASKED, reason="no signature was checked")


def subjects_of(material: Material) -> tuple[Subject, ...]:
    """Give the subjects of a target, in the order of its graph."""
    return tuple(_Fold(material).run())


class _Fold:
    def __init__(self, material: Material) -> None:
        self.material = material
        self.graph = Lookup(material.graph)
        self._scanned = {one.path: one for one in material.scanned.files}
        self._holders: dict[str, str] = {}
        loaded: set[str] = set()
        told: set[str] = set()
        for one in material.graph.relations:
            if one.kind is RelationKind.CONTAINS:
                self._holders.setdefault(one.target, one.source)
            (told if one.kind in _TOLD else loaded).add(one.target)
        self._told = told - loaded
        self._exposures: dict[str, list[Exposure]] = {}
        for exposure in () if isinstance(material.exposures, Missing) else material.exposures:
            self._exposures.setdefault(exposure.component, []).append(exposure)
        self._held = {
            self._holders[one.id] for one in material.graph.of(Kind.FILE) if one.id in self._holders
        }  # fmt: skip

    def run(self) -> Iterator[Subject]:
        """Yield the subjects."""
        for one in self.material.graph.components:
            if one.kind is Kind.FILE:
                holder = self._holders.get(one.id, "")
                if not holder or self.graph.component(holder).kind is not Kind.FILE:
                    yield self._file(one)
            elif one.kind in {Kind.LIBRARY, Kind.FRAMEWORK}:
                yield self._plain(one)
            elif one.kind in _LOADED and (one.id in self._held or one.id == self.graph.root):
                yield self._here(one)
            elif one.kind in _LOADED and one.id in self._told:
                yield self._plain(one)
            elif one.kind in _LOADED:
                yield self._used(one)
            elif one.kind is Kind.SERVICE or (one.kind is Kind.APPLICATION and one.text(Field.REFERENCE)):
                yield self._plain(one, publisher=answers.publisher(one))

    def _plain(self, one: Component, publisher: Fact[str] = None) -> Subject:
        """Give what has no files that somebody loads from here: what is known against it is all that is asked."""
        return Subject(
            id=one.id, kind=one.kind, name=answers.name(one), target=self.material.target, purl=one.text(Field.PURL),
            commit=one.text(Field.COMMIT), advisories=self._advisories(one), publisher=publisher,
        )  # fmt: skip

    def _used(self, one: Component) -> Subject:
        """Give what is loaded and is not here."""
        away = Missing(absence=Absence.UNREAD, reason="it is not here")
        way = (
            f"name {one.text(Field.REFERENCE)} as a target, too"
            if one.text(Field.COMMIT)
            else "fix it to a commit first"
        )
        unscanned = Missing(absence=Absence.UNSCANNED, reason=f"it is not here, and nobody has weighed it: {way}")
        is_model = one.kind in _MODELS
        return Subject(
            id=one.id, kind=one.kind, name=answers.name(one), target=self.material.target, purl=one.text(Field.PURL),
            commit=one.text(Field.COMMIT), digests=away, scan=unscanned, formats=unscanned,
            licenses=answers.licenses(one), publisher=answers.publisher(one), pin=answers.pin(one),
            signatures=away if is_model else None, advisories=self._advisories(one),
            lineage=(self._lineage(one) or away) if is_model else None,
            remote_code=answers.remote_code(one) if is_model else None,
            evaluations=answers.EVALUATIONS if is_model else None,
        )  # fmt: skip

    def _here(self, one: Component) -> Subject:
        """Give what lies here with its files; what its holder answers for it is taken over."""
        is_model = one.kind in _MODELS
        holders = tuple(self._above(one.id))
        signatures = self.material.signatures
        return Subject(
            id=one.id, kind=one.kind, name=answers.name(one), target=self.material.target, purl=one.text(Field.PURL),
            commit=one.text(Field.COMMIT), here=True, within=_purls(holders),
            scan=None if one.id in self._held else Missing(absence=Absence.UNREAD, reason="there is no file in it"),
            licenses=_first(answers.licenses(each) for each in (one, *holders)),
            publisher=_first(answers.publisher(each) for each in (one, *holders)),
            pin=self._pin(one, holders), advisories=self._advisories(one),
            signatures=(signatures if isinstance(signatures, Missing) else Known(content=signatures)) if is_model
            else None,
            lineage=_first(self._lineage(each) for each in (one, *holders)) or answers.NO_BASE if is_model else None,
            remote_code=self._remote_code(one, holders) if is_model else None,
            evaluations=answers.EVALUATIONS if is_model else None,
        )  # fmt: skip

    def _file(self, one: Component) -> Subject:
        name = answers.name(one)
        scanned = self._scanned.get(name)
        formats = scanned.formats if scanned is not None else tuple(
            str(claim.content) for claim in one.claims(Field.FORMAT)
        )  # fmt: skip
        digests = tuple(
            Digest(sha256=str(claim.content), computed=claim.origin.confidence is Confidence.VERIFIED)
            for claim in one.claims(Field.SHA256)
        )
        return file_subject(
            id_=one.id, name=name, target=self.material.target, digests=digests, formats=formats, scanned=scanned,
            day=self.material.scanned.day, within=_purls(tuple(self._above(one.id))),
            advisories=self._reached(one.id) or None,
        )  # fmt: skip

    # -- answers that need more than the component --------------------------------------------------------------------

    def _above(self, id_: str) -> Iterator[Component]:
        """Yield what something lies in, from the inside out."""
        seen = {id_}
        while (id_ := self._holders.get(id_, "")) and id_ not in seen and len(seen) <= DEEPEST:
            seen.add(id_)
            yield self.graph.component(id_)

    def _advisories(self, one: Component) -> Fact[tuple[Reached, ...]]:
        held = self.material.exposures
        return held if isinstance(held, Missing) else self._reached(one.id) or Known(content=())

    def _reached(self, id_: str) -> Known[tuple[Reached, ...]] | None:
        found = self._exposures.get(id_, [])
        # What a file here reaches comes first: it is not only old, it is exploited.
        found = sorted(found, key=lambda one: (not one.triggers, -one.severity.rank))
        return Known(content=tuple(answers.reached(one, self.graph) for one in found)) if found else None

    def _lineage(self, one: Component) -> Fact[tuple[Ancestor, ...]]:
        """Walk up to what something was made from, each ancestor by the shortest way; None where nothing says."""
        depths = {one.id: 0}
        waiting = [one.id]
        origins: list[str] = []
        for id_ in waiting:
            for relation in self.graph.leaving(id_, *LINEAGE):
                origins += answers.places(relation.origins)
                if relation.target not in depths:
                    depths[relation.target] = depths[id_] + 1
                    waiting.append(relation.target)
            if len(waiting) > _ANCESTORS:
                return Missing(absence=Absence.UNREAD, reason=f"it has more than {_ANCESTORS} ancestors")
        found = tuple(answers.ancestor(self.graph.component(id_), depths[id_]) for id_ in waiting[1:])
        return Known(content=found, evidence=tuple(dict.fromkeys(origins))) if found else None

    def _files(self, one: Component) -> list[Component]:
        return [inner for inner in self.graph.inside(one.id) if inner.kind is Kind.FILE]

    def _pin(self, one: Component, holders: tuple[Component, ...]) -> Fact[str]:
        """Say how something here is fixed: by the commit that it was fetched at, or by the digests of its files."""
        if any(each.text(Field.REFERENCE) for each in (one, *holders)):
            return _first(answers.pin(each) for each in (one, *holders) if each.text(Field.REFERENCE))
        files = self._files(one)
        if all(answers.is_hashed(file) for file in files):
            return Known(content="digest", evidence=(f"{len(files)} files, hashed",))
        return Missing(absence=Absence.UNREAD, reason="not all of its files could be hashed")

    def _remote_code(self, one: Component, holders: tuple[Component, ...]) -> Fact[bool]:
        """Say whether loading runs code that lies here: no where everything was read and no file asks for it."""
        told = _first(answers.remote_code(each) for each in (one, *holders))
        if isinstance(told, Known):
            return told
        scanned = [self._scanned.get(answers.name(file)) for file in self._files(one)]
        if all(each is not None and not each.scan.gaps for each in scanned):
            return Known(content=False, evidence=("no file of it asks for code of the repository",))
        return Missing(absence=Absence.UNREAD, reason="not all of its files were read")


def file_subject(
    *, id_: str, name: str, target: str, digests: tuple[Digest, ...], formats: tuple[str, ...],
    scanned: ScannedFile | None, day: str, within: tuple[str, ...] = (),
    advisories: Known[tuple[Reached, ...]] | None = None,
) -> Subject:  # fmt: skip
    """Give a file; formats are a question of those that hold weights or can run when they are loaded."""
    judged = answers.formats(formats) if can_run(formats, name) or role(name, formats) in {"weights", "other"} else None
    when: Fact[str] = Missing(absence=Absence.UNSAID, reason="the report does not say when it was made (scan --dated)")
    return Subject(
        id=id_, kind=Kind.FILE, name=name, target=target, within=within,
        digests=Known(content=digests) if digests else Missing(absence=Absence.UNREAD, reason="it has no digest"),
        scan=_UNSCANNED if scanned is None else Known(content=scanned.scan),
        scanned=Known(content=day) if day else when, formats=judged, advisories=advisories,
    )  # fmt: skip


def reported_subjects(scanned: ScannedTargets) -> tuple[Subject, ...]:
    """Give the subjects of a report alone: its files, and for each target a model of which a report says no more."""
    silent = Missing(absence=Absence.UNSAID, reason="a report of a scan does not say")
    models = [
        Subject(
            id=ref, kind=Kind.MODEL, name=ref, target=ref, here=True, licenses=silent, publisher=silent, pin=silent,
            signatures=silent, advisories=silent, lineage=silent, remote_code=silent, evaluations=silent,
            scan=None if any(one.ref == ref for one in scanned.files)
            else Missing(absence=Absence.UNREAD, reason="there is no file in it"),
        )
        for ref in scanned.refs
    ]  # fmt: skip
    files = [
        file_subject(
            id_=f"{Kind.FILE}:{one.path}", name=one.path, target=one.ref, formats=one.formats, scanned=one,
            day=scanned.day, digests=tuple(
                Digest(sha256=sha256, computed=computed)
                for sha256, computed in ((one.sha256, True), (one.said_sha256, False)) if sha256
            ),
        )
        for one in scanned.files
    ]  # fmt: skip
    return (*models, *files)


def _purls(components: tuple[Component, ...]) -> tuple[str, ...]:
    return tuple(purl for one in components if (purl := one.text(Field.PURL)))


def _first(found: Iterator[Fact[C]]) -> Fact[C]:
    """Give the first answer, else what is missing first."""
    missing: Fact[C] = None
    for one in found:
        if isinstance(one, Known):
            return one
        missing = missing or one
    return missing
