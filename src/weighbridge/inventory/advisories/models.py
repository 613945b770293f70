"""Which models and files of a graph an advisory about a model reaches, the strongest reason first.

1. The digest of a file that the advisory lists: affected, whatever the file is called and wherever it lies.
2. A commit that the advisory lists, or that lies in its range as far as the history is known: affected.
3. The repository of the advisory at a revision that nobody knows, or whose place in the history nobody knows: under
   investigation.
4. A model that was made from an affected one by relations over which the flaw is handed on: possibly affected. Where a
   relation on the way is not stated, or the base is under investigation itself, nobody can tell: under investigation.
"""

from __future__ import annotations

from heapq import heappop, heappush

from weighbridge.core.refs import is_sha256
from weighbridge.core.values import value
from weighbridge.inventory.advisories import identity, kinds
from weighbridge.inventory.advisories.exposure import Basis, Exposure, Standing
from weighbridge.inventory.advisories.record import EventKind, RangeType
from weighbridge.inventory.graph import LINEAGE, Field, Kind, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.inventory.advisories.record import Advisory, Affected, Range
    from weighbridge.inventory.graph import Component, Graph

_STANDINGS = {standing: rank for rank, standing in enumerate(Standing)}
_BASES = {basis: rank for rank, basis in enumerate(Basis)}
_MODELS = frozenset({Kind.MODEL, Kind.ADAPTER})
_UNSTATED = "how it was made from its base is not stated, and that decides whether the flaw is handed on"
_BASE_UNKNOWN = "whether the state of the base that was used is affected is not known"


@value
class History:
    """The commits of a repository, the oldest first; ``repository`` as ``identity`` writes it."""

    repository: str
    commits: tuple[str, ...]


@value
class _Hit:
    """A component that an entry of an advisory reaches; ``path`` ends with it, ``note`` says what is not sure."""

    standing: Standing
    basis: Basis
    path: tuple[str, ...]
    words: tuple[str, ...] = ()
    note: str = ""

    @property
    def rank(self) -> tuple[int, int, int, tuple[str, ...]]:
        """Order hits: the worst and surest first, of those alike the one with the shortest way."""
        return _STANDINGS[self.standing], _BASES[self.basis], len(self.path), self.path


def names_of(graph: Graph) -> frozenset[str]:
    """Name all by which an advisory can reach a component directly: repositories, and digests of files."""
    names = {name for one in graph.components for name in identity.repositories(one)}
    return frozenset(
        names | {str(claim.content).lower() for one in graph.components for claim in one.claims(Field.SHA256)}
    )


def model_exposures(
    graph: Graph, advisories: Iterable[Advisory], histories: tuple[History, ...] = ()
) -> tuple[Exposure, ...]:
    """Hold advisories about models against a graph; packages of software are left to ``matching``.

    One exposure for an advisory and a component, sorted by component and advisory. Withdrawn advisories are left out.
    """
    index = _Index(graph, histories)
    found: dict[tuple[str, str], Exposure] = {}
    for advisory in advisories:
        if advisory.withdrawn:
            continue
        hits: dict[str, tuple[_Hit, Affected]] = {}
        for entry in advisory.affected:
            for hit in index.hits(entry):
                held = hits.get(hit.path[-1])
                if held is None or hit.rank < held[0].rank:
                    hits[hit.path[-1]] = hit, entry
        for component, (hit, entry) in hits.items():
            found[component, advisory.id] = Exposure(
                component=component, advisory=advisory, found=hit.standing, basis=hit.basis,
                severity=kinds.severity_of(advisory, entry), path=hit.path,
                fixed=_fixed(entry), note=hit.note, triggers=hit.words,
            )  # fmt: skip
    return tuple(found[key] for key in sorted(found))


def _fixed(entry: Affected) -> tuple[str, ...]:
    events = (event for one in entry.ranges for event in one.events)
    return tuple(dict.fromkeys(event.version for event in events if event.kind is EventKind.FIXED))


class _Index:
    """The components of a graph by what advisories know them by."""

    def __init__(self, graph: Graph, histories: tuple[History, ...]) -> None:
        self.components = {one.id: one for one in graph.components}
        self.histories = {one.repository: one.commits for one in histories}
        self._digests: dict[str, list[str]] = {}
        self._repositories: dict[str, list[str]] = {}
        self._owners: dict[str, list[str]] = {}
        self._files: dict[str, list[str]] = {}
        self._derived: dict[str, list[tuple[RelationKind, str]]] = {}
        for one in graph.components:
            for claim in one.claims(Field.SHA256):
                self._digests.setdefault(str(claim.content).lower(), []).append(one.id)
            for name in identity.repositories(one):
                self._repositories.setdefault(name, []).append(one.id)
        # A card names a base, and a configuration says how it was used: what is stated is no longer open.
        stated = {
            (one.source, one.target)
            for one in graph.relations if one.kind in LINEAGE and one.kind is not RelationKind.DERIVED
        }  # fmt: skip
        for relation in graph.relations:
            if relation.kind is RelationKind.DERIVED and (relation.source, relation.target) in stated:
                continue
            if relation.kind is RelationKind.CONTAINS and relation.source != relation.target:
                self._owners.setdefault(relation.target, []).append(relation.source)
                self._files.setdefault(relation.source, []).append(relation.target)
            elif relation.kind in LINEAGE:
                self._derived.setdefault(relation.target, []).append((relation.kind, relation.source))

    def hits(self, entry: Affected) -> Iterator[_Hit]:
        """Yield what one entry of an advisory reaches: directly, and from there over the lineage."""
        direct: dict[str, _Hit] = {}
        for hit in (*self._by_digest(entry), *self._by_repository(entry)):
            held = direct.get(hit.path[-1])
            if held is None or hit.rank < held.rank:
                direct[hit.path[-1]] = hit
        yield from direct.values()
        yield from self._inherited(entry, direct)

    # -- a file ----------------------------------------------------------------------------------------------------

    def _by_digest(self, entry: Affected) -> Iterator[_Hit]:
        """Find listed files. Affected is what holds them: the nearest model, else the application or nothing."""
        owners: dict[str, dict[str, str]] = {}
        for file in entry.files:
            if not is_sha256(file.sha256):
                continue
            for id_ in self._digests.get(file.sha256, ()):
                for way in self._holders(id_):
                    name = self.components[id_].text(Field.NAME) or id_
                    called = f", {file.path} in the advisory" if file.path and file.path != name else ""
                    words = f"{name} is a file that the advisory lists (sha256 {file.sha256[:12]}…{called})"
                    owners.setdefault(way[-1], {}).setdefault("\0".join(way), words)
        for ways in owners.values():
            first = min(ways)
            yield _Hit(
                standing=Standing.AFFECTED, basis=Basis.SHA256, path=tuple(first.split("\0")),
                words=tuple(dict.fromkeys(ways[way] for way in sorted(ways))),
            )  # fmt: skip

    def _holders(self, id_: str) -> list[tuple[str, ...]]:
        """Give the ways from a file up to the models that hold it; the file alone where none does."""
        if self.components[id_].kind is not Kind.FILE:
            return [(id_,)]
        found: list[tuple[str, ...]] = []
        waiting: list[tuple[str, ...]] = [(id_,)]
        seen = {id_}
        while waiting:
            way = waiting.pop()
            for owner in self._owners.get(way[-1], ()):
                if self.components[owner].kind in _MODELS:
                    found.append((*way, owner))
                elif owner not in seen and self.components[owner].kind is Kind.FILE:
                    seen.add(owner)
                    waiting.append((*way, owner))
        return found or [(id_,)]

    # -- a repository ----------------------------------------------------------------------------------------------

    def _by_repository(self, entry: Affected) -> Iterator[_Hit]:
        for name in sorted(identity.named(entry)):
            for id_ in self._repositories.get(name, ()):
                one = self.components[id_]
                standing, basis = self._standing(entry, name, one)
                if standing is not None:
                    note = _doubt(one) if standing is Standing.UNDER_INVESTIGATION else ""
                    yield _Hit(standing=standing, basis=basis, path=(id_,), note=note)

    def _standing(self, entry: Affected, name: str, one: Component) -> tuple[Standing | None, Basis]:
        """Judge a component of the repository; None for a commit, or files, that the advisory does not mean."""
        ranges = [each for each in entry.ranges if each.type is RangeType.GIT or not each.repo]
        if not entry.versions and not ranges:
            known = self._all_files_known(one)
            if entry.files and known:
                return None, Basis.REPOSITORY  # a listed file would have been found
            unknown = Standing.UNDER_INVESTIGATION if entry.files else Standing.AFFECTED
            return unknown, Basis.REPOSITORY
        held = identity.commits(one)
        listed = {version.lower() for version in entry.versions}
        if held & listed:
            return Standing.AFFECTED, Basis.COMMIT
        judged = [_in_range(each, held, self.histories.get(name, ())) for each in ranges]
        if True in judged:
            return Standing.AFFECTED, Basis.COMMIT if held else Basis.REPOSITORY
        if held and None not in judged:
            return None, Basis.COMMIT
        return Standing.UNDER_INVESTIGATION, Basis.REPOSITORY

    def _all_files_known(self, one: Component) -> bool:
        held = [self.components[id_] for id_ in self._files.get(one.id, ())]
        files = [each for each in held if each.kind is Kind.FILE]
        return bool(files) and all(each.claims(Field.SHA256) for each in files)

    # -- lineage ---------------------------------------------------------------------------------------------------

    def _inherited(self, entry: Affected, direct: dict[str, _Hit]) -> Iterator[_Hit]:
        """Follow what was made from what is affected; the best way to each component, so that a circle ends."""
        over = kinds.relations(entry.applies_to_derived) - kinds.relations(entry.not_to)
        if not over:
            return
        is_closed = RelationKind.DERIVED in kinds.relations(entry.not_to)
        waiting: list[tuple[int, int, tuple[str, ...], str]] = []
        for hit in direct.values():
            if self.components[hit.path[-1]].kind in _MODELS:
                is_sure = hit.standing is Standing.AFFECTED
                heappush(waiting, (0 if is_sure else 1, 1, (hit.path[-1],), "" if is_sure else _BASE_UNKNOWN))
        done: set[str] = set()
        while waiting:
            doubt, length, path, note = heappop(waiting)
            if path[-1] in done:
                continue
            done.add(path[-1])
            if length > 1:
                standing = Standing.UNDER_INVESTIGATION if doubt else Standing.POSSIBLY_AFFECTED
                yield _Hit(standing=standing, basis=Basis.LINEAGE, path=path, note=note)
            for kind, source in self._derived.get(path[-1], ()):
                is_unstated = kind is RelationKind.DERIVED and kind not in over
                if source in done or (kind not in over and (not is_unstated or is_closed)):
                    continue
                words = note or (_UNSTATED if is_unstated else "")
                heappush(waiting, (1 if doubt or is_unstated else 0, length + 1, (*path, source), words))


def _doubt(one: Component) -> str:
    """Say why nobody can tell whether a state of a repository is meant."""
    held = sorted(identity.commits(one))
    if not held:
        return "which commit is used is not known"
    return f"the advisory does not list {held[0][:12]}…, and the history that would place it is not known"


def _in_range(one: Range, held: frozenset[str], history: tuple[str, ...]) -> bool | None:
    """Tell whether one of some commits lies in a range; None where that cannot be known.

    Without a history the events alone speak: a commit that is an event itself, and a range that begins before all
    commits and never ends.
    """
    events = [(event.kind, event.version.lower()) for event in one.events]
    ends = [version for kind, version in events if kind is not EventKind.INTRODUCED]
    if not ends and (EventKind.INTRODUCED, "0") in events:
        return True
    if not held:
        return None
    answers = [_one_in_range(events, commit, history) for commit in held]
    return True if True in answers else None if None in answers else False


def _one_in_range(events: list[tuple[EventKind, str]], commit: str, history: tuple[str, ...]) -> bool | None:
    told = {kind for kind, version in events if version == commit}
    if told & {EventKind.FIXED, EventKind.LIMIT}:
        return False
    if told:
        return True
    places = {text: place for place, text in enumerate(history)}
    if commit not in places or any(version not in places for _, version in events if version != "0"):
        return None
    is_in = False
    for kind, version in sorted(events, key=lambda event: -1 if event[1] == "0" else places[event[1]]):
        place = -1 if version == "0" else places[version]
        if place > places[commit]:
            break
        is_in = kind is EventKind.INTRODUCED
        # What is last affected is so itself, and what comes after it is not; a commit that is an event was answered.
    return is_in
