"""Gathers what a graph, a scan and a comparison say, by the feeds that the catalogue names.

subject.FIELD        claims for a field of the subject
model.FIELD          … of the models and adapters that are meant: the subject, those inside it or, of an
                     application, those that it uses; not what they were made from
software.FIELD       … of libraries and frameworks; dataset, service, hardware, adapter by their kind
relation.KIND        what hangs on what; relation.lineage for all that a model can be made from
trigger.NAME         what raises a question of Article 50
weights              the digests of the weights
content              the digests of all files that decide how it behaves, or the states that are pinned
identity             … or, where there is none, what else says which subject it is; no row names it
formats, documents, templates, signatures, scan      facts about files
findings, changes    what a scan found; what changed since an earlier state
"""

from __future__ import annotations

import json

from weighbridge.core.values import replace, value
from weighbridge.governance.dossier.evidence import Evidence
from weighbridge.governance.dossier.triggers import TRIGGERS
from weighbridge.inventory.document import content as plain
from weighbridge.inventory.graph import LINEAGE, Confidence, Field, Kind, Method, Origin, RelationKind
from weighbridge.inventory.supplement import FILE_NAME as CARD
from weighbridge.inventory.views import telling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.governance.dossier.register import Finding
    from weighbridge.inventory.graph import Claim, Component, Graph
    from weighbridge.provenance.lock.changes import Change

_KINDS = {
    "software": (Kind.LIBRARY, Kind.FRAMEWORK), "dataset": (Kind.DATASET,), "service": (Kind.SERVICE,),
    "hardware": (Kind.HARDWARE,), "adapter": (Kind.ADAPTER,),
}  # fmt: skip
_MEANT = (Kind.MODEL, Kind.ADAPTER)
_BEHAVING = frozenset({"weights", "config", "tokenizer", "template", "code"})
"""Roles of files that decide how a model behaves."""
_STATES = (Field.COMMIT, Field.SHA256, Field.REFERENCE, Field.VERSION)
_IDENTITIES = (Field.COMMIT, Field.SHA256, Field.VERSION)
"""What says which state a subject is in. A reference does not: the same one leads elsewhere tomorrow."""
_MISSING = {"changes": "an earlier state to be held against (--previous)"}
"""What is missing where a feed has nothing, if its name does not say it."""
NOTHING = "nothing has changed"
_NOBODY = Origin(method=Method.HASH, confidence=Confidence.VERIFIED)


@value
class Previous:
    """An earlier state that the subject was held against: its name, its digest, and what has changed since."""

    name: str
    sha256: str
    changes: tuple[Change, ...]


class Feeds:
    """All that can be gathered about one subject."""

    def __init__(
        self, graph: Graph, findings: tuple[Finding, ...] | None = None, previous: Previous | None = None
    ) -> None:
        self.graph = graph
        self.findings = findings
        self.previous = previous
        self._components = {one.id: one for one in graph.components}
        self.root = self._components[graph.root]
        self._names = {one.id: telling.name_of(one) for one in graph.components}
        self._known: dict[str, tuple[Evidence, ...]] = {}
        self.models = tuple(self._models())

    def gather(self, feed: str) -> tuple[Evidence, ...]:
        """Give the evidence of a feed; raises KeyError or ValueError for one that the catalogue cannot have."""
        if feed not in self._known:
            self._known[feed] = tuple(dict.fromkeys(self._gathered(feed)))
        return self._known[feed]

    def lacking(self, feed: str) -> tuple[str, ...]:
        """Name the components that nobody surely answers a feed for; the feed itself where it has nothing at all."""
        scope, dot, name = feed.partition(".")
        if dot and scope not in {"relation", "trigger"}:
            field, components = Field(name), self._of(scope)
            silent = [one for one in components if not any(map(_is_sure, one.claims(field)))]
            words = telling.field_words(field)
            return tuple(f"{words} of {self._names[one.id]}" for one in silent) or (() if components else (words,))
        return () if any(one.is_sure for one in self.gather(feed)) else (_MISSING.get(feed, name or scope),)

    # -- scopes ----------------------------------------------------------------------------------------------------

    def _models(self) -> Iterator[Component]:
        """Yield the models that are meant, the subject first."""
        inside = {RelationKind.CONTAINS}
        if self.root.kind is Kind.APPLICATION:
            inside |= {RelationKind.DEPENDS_ON, RelationKind.USES}
        wanted = {one.target for one in self.graph.leaving(self.graph.root, *inside)}
        if self.root.kind in _MEANT:
            yield self.root
        yield from (one for one in self.graph.of(*_MEANT) if one.id in wanted and one.id != self.graph.root)

    def _of(self, scope: str) -> tuple[Component, ...]:
        if scope == "subject":
            return (self.root,)
        return self.models if scope == "model" else tuple(self.graph.of(*_KINDS[scope]))

    def _gathered(self, feed: str) -> Iterator[Evidence]:
        scope, dot, name = feed.partition(".")
        if not dot:
            yield from _FACTS[scope](self)
        elif scope == "relation":
            yield from self._relations(feed, LINEAGE if name == "lineage" else (RelationKind(name),))
        elif scope == "trigger":
            for one, field, claim in TRIGGERS[name](self.graph, self.models):
                yield self._claim(feed, one, field, claim)
        else:
            for one in self._of(scope):
                yield from self._claims(feed, one, Field(name))

    # -- what they say ---------------------------------------------------------------------------------------------

    def _claims(self, feed: str, one: Component, field: Field) -> Iterator[Evidence]:
        yield from (self._claim(feed, one, field, claim) for claim in one.claims(field))

    def _claim(self, feed: str, one: Component, field: Field, claim: Claim) -> Evidence:
        is_named = field is Field.NAME and one.id != self.graph.root
        made = Evidence(
            feed=feed, what=telling.KINDS[one.kind][0] if is_named else telling.field_words(field),
            text=telling.words(claim.content, field), exact=f"{field}={json.dumps(plain(claim.content))}",
            origin=claim.origin, note=claim.note, **self._about(one),
        )  # fmt: skip
        return replace(made, name="") if is_named else made

    def _relations(self, feed: str, kinds: tuple[RelationKind, ...]) -> Iterator[Evidence]:
        for relation in self.graph.relations:
            if relation.kind not in kinds:
                continue
            target = self._components[relation.target]
            state = telling.state_of(target)
            text = f"{self._names[target.id]}{f' @ {state}' if state else ''}"
            for origin in relation.origins or (_inferred(),):
                yield Evidence(
                    feed=feed, what=telling.RELATIONS[relation.kind], text=text, origin=origin,
                    exact=f"{relation.kind} {json.dumps([target.id, state])}",
                    **self._about(self._components[relation.source]),
                )  # fmt: skip

    def _about(self, one: Component) -> dict[str, str]:
        return {} if one.id == self.graph.root else {"about": one.id, "name": self._names[one.id]}

    def _files(self, *roles: str) -> Iterator[Component]:
        return (one for one in self.graph.of(Kind.FILE) if one.text(Field.ROLE) in roles)

    def _digests(self, feed: str, files: Iterator[Component]) -> Iterator[Evidence]:
        for one in files:
            for field in (Field.SHA256, Field.SHA512, Field.SIZE):
                if claim := one.best(field):
                    yield Evidence(
                        feed=feed, what=telling.field_words(field), text=str(claim.content),
                        exact=f"{field}={json.dumps(plain(claim.content))}", origin=claim.origin,
                        **self._about(one),
                    )  # fmt: skip
                    break

    def weights(self) -> Iterator[Evidence]:
        """Yield the digests of the weights."""
        yield from self._digests("weights", self._files("weights"))

    def content(self) -> Iterator[Evidence]:
        """Yield what a statement about behaviour speaks of: files by digest, models elsewhere by their state."""
        files = (one for one in self._files(*_BEHAVING) if one.text(Field.NAME) != CARD)
        yield from self._digests("content", files)
        if self.root.kind is Kind.APPLICATION:
            for one in (*self.models, *self.graph.of(Kind.SERVICE)):
                field = next((field for field in _STATES if one.claims(field)), Field.NAME)
                yield from self._claims("content", one, field)

    def identity(self) -> Iterator[Evidence]:
        """Yield by what another state of the subject would be told.

        That is its content, else a commit, digest or version; else files of which nobody knows what they are for.
        """
        states = (one for field in _IDENTITIES for one in self._claims("identity", self.root, field))
        yield from self.gather("content") or tuple(states) or self._digests("identity", self._files("other"))

    def formats(self) -> Iterator[Evidence]:
        """Yield each format of weights once, with the first file that has it."""
        seen = set()
        for claim in (claim for one in self._files("weights") for claim in one.claims(Field.FORMAT)):
            if claim.content not in seen:
                seen.add(claim.content)
                text = str(claim.content)
                yield Evidence(feed="formats", what="format", text=text, exact=text, origin=claim.origin)

    def documents(self) -> Iterator[Evidence]:
        """Yield the documents that are there; nobody has read what they say."""
        for one in self._files("document"):
            if claim := one.best(Field.NAME):
                name = self._names[one.id]
                yield Evidence(feed="documents", what="document", text=name, exact=one.id, origin=claim.origin)

    def templates(self) -> Iterator[Evidence]:
        """Yield chat templates, which are programs."""
        yield from self._digests("templates", self._files("template"))

    def signatures(self) -> Iterator[Evidence]:
        """Yield signature files; whose they are is not checked here."""
        for one in self._digests("signatures", self._files("signature")):
            yield replace(one, what="signature file", note="whose it is was not checked here: weighbridge verify")

    def scan(self) -> Iterator[Evidence]:
        """Yield how many files have which verdict."""
        counts: dict[str, int] = {}
        for one in self.graph.of(Kind.FILE):
            if verdict := one.text(Field.VERDICT):
                counts[verdict] = counts.get(verdict, 0) + 1
        for verdict, count in sorted(counts.items()):
            note = f"{count:,} file{'s' * (count != 1)}"
            yield Evidence(
                feed="scan", what="verdict of the scan", text=verdict, exact=verdict, origin=_NOBODY, note=note
            )

    def found(self) -> Iterator[Evidence]:
        """Yield the findings of the scan."""
        for one in self.findings or ():
            reason = f", set aside: {one.reason}" if one.reason else ""
            origin = Origin(
                method=Method.HEADER, confidence=Confidence.VERIFIED, file=one.file, pointer=one.id[:16],
                sha256=one.sha256,
            )  # fmt: skip
            text = f"{one.rule} {one.severity}: {one.message or one.title} ({one.status}{reason})"
            exact = json.dumps([one.rule, one.id, one.severity, one.status, one.reason])
            yield Evidence(feed="findings", what="finding", text=text, exact=exact, origin=origin)

    def changed(self) -> Iterator[Evidence]:
        """Yield what changed since the earlier state; that nothing did is told too."""
        if self.previous is None:
            return
        origin = Origin(
            method=Method.HASH, confidence=Confidence.VERIFIED, file=self.previous.name, sha256=self.previous.sha256
        )
        for one in self.previous.changes:
            words = f"{one.path}: {one.words}" if one.path else one.words
            yield Evidence(feed="changes", what=f"change ({one.weight})", text=words, exact=words, origin=origin)
        if not self.previous.changes:
            yield Evidence(feed="changes", what="change", text=NOTHING, exact=NOTHING, origin=origin)


_FACTS: dict[str, Callable[[Feeds], Iterator[Evidence]]] = {
    "weights": Feeds.weights, "content": Feeds.content, "identity": Feeds.identity,
    "formats": Feeds.formats, "documents": Feeds.documents,
    "templates": Feeds.templates, "signatures": Feeds.signatures, "scan": Feeds.scan, "findings": Feeds.found,
    "changes": Feeds.changed,
}  # fmt: skip


def _is_sure(claim: Claim) -> bool:
    return claim.origin.confidence is not Confidence.INFERRED


def _inferred() -> Origin:
    return Origin(method=Method.NAME, confidence=Confidence.INFERRED)
