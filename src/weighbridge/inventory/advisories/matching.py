"""Software in a graph against the advisories of a store.

A version that is affected is ``affected``. Where nobody can tell, because the version is not known, has no place in the
order, or the advisory is not sure itself, it is ``under_investigation`` and the note says why: silence would say that
nothing is known. What an advisory is not sure of without an end is ``noted`` (see ``certainty``). One vulnerability
under several ids is told once.
"""

from __future__ import annotations

from weighbridge.core.finding import Severity
from weighbridge.core.values import replace, value
from weighbridge.inventory.advisories import ranges
from weighbridge.inventory.advisories.certainty import certainty
from weighbridge.inventory.advisories.exposure import Basis, Exposure, Standing
from weighbridge.inventory.advisories.packages import Coordinate, checkout, coordinate, normal, repository
from weighbridge.inventory.advisories.record import EventKind, RangeType
from weighbridge.inventory.advisories.scoring import severity
from weighbridge.inventory.advisories.specifiers import admitted
from weighbridge.inventory.advisories.versions import Order, key, literal, order_of, public
from weighbridge.inventory.graph import Field, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.advisories.packages import Checkout
    from weighbridge.inventory.advisories.record import Advisory, Affected
    from weighbridge.inventory.advisories.store import Store
    from weighbridge.inventory.graph import Component, Graph

_RANK = {standing: rank for rank, standing in enumerate(Standing)}
_IDS = {"library:pypi:": "PyPI", "library:npm:": "npm", "library:cargo:": "crates.io"}
"""How ids of packages begin in the graph of an application (``application_graph``)."""
UNRATED = "nobody has rated it; it is taken for medium"


@value
class _Match:
    """An advisory that reaches a package: by which entries, as what, what fixes it, and why that is not sure."""

    advisory: Advisory
    entries: tuple[Affected, ...]
    found: Standing
    fixed: tuple[str, ...]
    note: str = ""
    basis: Basis = Basis.VERSION


def software_exposures(graph: Graph, store: Store) -> tuple[Exposure, ...]:
    """Give what is known against the libraries and frameworks of a graph, sorted by component and advisory.

    A component without a package URL is nobody's package, and nothing is known of it. Raises AccessError for a store
    that is damaged.
    """
    found = []
    for component in graph.of(Kind.LIBRARY, Kind.FRAMEWORK):
        found += [_exposure(component, one) for one in _once(_all_matches(component, store))]
    return tuple(sorted(found, key=lambda one: (one.component, _RANK[one.standing], one.advisory.id)))


def _all_matches(component: Component, store: Store) -> Iterator[_Match]:
    """Match a component under each package URL; a commit that has a fix settles what its package's name leaves open."""
    settled: set[str] = set()
    for claim in component.claims(Field.PURL):
        taken = checkout(str(claim.content))
        for one in _of_checkout(taken, store) if taken is not None else ():
            if one.found is Standing.FIXED:
                settled |= {one.advisory.id, *one.advisory.aliases}
            else:
                yield one
    for package in _packages(component):
        for one in _matches(component, package, store):
            if one.advisory.id not in settled and settled.isdisjoint(one.advisory.aliases):
                yield one


def _packages(component: Component) -> tuple[Coordinate, ...]:
    """Give the packages that a component is said to be, without their versions twice."""
    found: dict[tuple[str, str], Coordinate] = {}
    for claim in component.claims(Field.PURL):
        package = coordinate(str(claim.content)) or _taken_package(component, str(claim.content))
        if package is not None:
            found.setdefault((package.ecosystem, package.name), package)
    return tuple(found.values())


def _taken_package(component: Component, purl: str) -> Coordinate | None:
    """Give the package that was built from a repository: its URL is that of the repository, its id says what it is."""
    ecosystem = next((name for begin, name in _IDS.items() if component.id.startswith(begin)), "")
    if not ecosystem or checkout(purl) is None:
        return None
    name = normal(ecosystem, component.text(Field.NAME))
    return Coordinate(ecosystem=ecosystem, name=name, doubt="it was built from a repository, not from that release")


def _versions(component: Component, package: Coordinate) -> list[str]:
    """Give the versions that are claimed, the most trusted first; of what lies in an image the tag alone tells."""
    if package.is_inside:
        return [package.version] if package.version else []
    claimed = [str(claim.content) for claim in component.claims(Field.VERSION)]
    return list(dict.fromkeys(filter(None, (*claimed, package.version))))


def _matches(component: Component, package: Coordinate, store: Store) -> Iterator[_Match]:
    versions = _versions(component, package)
    if not versions:
        specifiers = tuple(dict.fromkeys(str(claim.content) for claim in component.claims(Field.SPECIFIER)))
        for advisory in store.entries(package):
            yield from _possible(advisory, package, specifiers)
        return
    for number, version in enumerate(versions):
        for match in _of_version(package, version, store):
            if number:
                words = f"that is so if {version} is installed, as some of the files say, and not {versions[0]}"
                found = max(match.found, Standing.UNDER_INVESTIGATION, key=_RANK.__getitem__)
                yield replace(match, found=found, note=_joined(words, match.note))
            else:
                yield match


def _of_version(package: Coordinate, version: str, store: Store) -> Iterator[_Match]:
    order = order_of(package.ecosystem)
    place = key(order, version)
    places = {place or literal(version)}
    if order is Order.PEP440 and place is not None:
        # torch 2.5.1+cu124 is a build of 2.5.1, which is what advisories name
        places.add(key(order, public(version)) or place)
    for hit in store.hits(package, tuple(sorted(places))):
        entries = _entries(hit.advisory, package)
        fixed = tuple(dict.fromkeys(one for entry in entries for one in ranges.fixes(entry, place)))
        yield _doubted(
            hit.advisory, package, entries, fixed, hit.unknown and f"its record cannot be evaluated: {hit.unknown}",
            places=tuple(places),
        )  # fmt: skip
    if place is None:
        yield from _without_place(package, version, store)


def _without_place(package: Coordinate, version: str, store: Store) -> Iterator[_Match]:
    """Tell of ranges for a version that lies nowhere, such as ``2019-09-12`` on PyPI, or any of an order not known."""
    for advisory in store.entries(package):
        entries = _entries(advisory, package)
        reached = [ranges.reach(entry) for entry in entries]
        if any(literal(version) in one.listed for one in reached):
            continue
        if any(ranges.EVERYTHING in one.intervals for one in reached):
            of_all = (entry for entry, one in zip(entries, reached, strict=True) if ranges.EVERYTHING in one.intervals)
            yield _doubted(advisory, package, tuple(of_all), (), "")
        elif any(one.intervals for one in reached):
            words = f"{version} has no place in the order of versions that is known here"
            yield _doubted(advisory, package, entries, _all_fixes(entries), words)


def _possible(advisory: Advisory, package: Coordinate, specifiers: tuple[str, ...]) -> Iterator[_Match]:
    """Tell whether a version may be installed that is affected, by what is asked for."""
    entries = _entries(advisory, package)
    wanted = " or ".join(specifiers) or "any version"
    if order_of(package.ecosystem) is not Order.PEP440 and specifiers:
        yield _doubted(
            advisory, package, entries, _all_fixes(entries), f"which version is installed is not known: {wanted}"
        )
        return
    allowed: list[ranges.Interval] = []
    for one in specifiers or ("",):
        held = admitted(one)
        if held is None:
            words = f"which version is installed is not known: {wanted}"
            yield _doubted(advisory, package, entries, _all_fixes(entries), words)
            return
        allowed += held
    reached = [ranges.reach(entry) for entry in entries]
    affected = ranges.union(interval for one in reached for interval in one.intervals)
    possible = ranges.union(interval for one in reached for interval in (*one.intervals, *one.open))
    listed = any(interval.holds(place) for one in reached for place in one.listed for interval in allowed)
    if not (listed or ranges.intersection(allowed, possible) or any(one.unknown for one in reached)):
        return
    every = not ranges.intersection(allowed, ranges.complement(affected))
    words = f"every version that {wanted} allows is affected" if every and specifiers else (
        f"which version is installed is not known; some that are allowed are affected: {wanted}"
    )  # fmt: skip
    yield _doubted(advisory, package, entries, _all_fixes(entries), words)


def _of_checkout(taken: Checkout, store: Store) -> Iterator[_Match]:
    """Hold a commit against ranges of commits: without the history only those that are named themselves are sure."""
    for advisory in store.of_repository(taken.address):
        entries = tuple(
            one for one in advisory.affected
            if any(listed.type is RangeType.GIT and repository(listed.repo) == taken.address for listed in one.ranges)
        )  # fmt: skip
        named: dict[EventKind, set[str]] = {kind: set() for kind in EventKind}
        for one in entries:
            for listed in one.ranges:
                if listed.type is RangeType.GIT and repository(listed.repo) == taken.address:
                    for event in listed.events:
                        named[event.kind].add(event.version)
        listed_ = any(taken.commit in one.versions for one in entries)
        doubt = "no commit is fixed" if not taken.commit else (
            f"whether {taken.commit[:12]} has the fix is not known: the history of {taken.address} is not here"
        )  # fmt: skip
        if listed_ or taken.commit in named[EventKind.INTRODUCED] | named[EventKind.LAST_AFFECTED]:
            doubt = ""
        match = _doubted(advisory, None, entries, _all_fixes(entries), doubt)
        if match.found is Standing.NOTED and any(named[kind] for kind in EventKind if kind is not EventKind.INTRODUCED):
            match = replace(match, found=Standing.UNDER_INVESTIGATION)  # a commit ends what no version does
        if doubt and taken.commit in named[EventKind.FIXED]:
            match = replace(match, found=Standing.FIXED)
        yield replace(match, basis=Basis.COMMIT)


def _entries(advisory: Advisory, package: Coordinate) -> tuple[Affected, ...]:
    return tuple(
        one for one in advisory.affected
        if one.ecosystem.partition(":")[0] == package.ecosystem and normal(one.ecosystem, one.name) == package.name
    )  # fmt: skip


def _all_fixes(entries: tuple[Affected, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for entry in entries for one in ranges.fixes(entry, None)))


def _doubted(
    advisory: Advisory, package: Coordinate | None, entries: tuple[Affected, ...], fixed: tuple[str, ...], doubt: str,
    *, places: tuple[bytes, ...] = (),
) -> _Match:  # fmt: skip
    """Make a match, with all that speaks against being sure of it."""
    known = certainty(advisory, entries, places)
    unsure = f"the versions are not confirmed: {known.doubt}" if known.doubt else ""
    words = _joined(doubt, package.doubt if package is not None else "", unsure)
    found = Standing.NOTED if known.is_noted else Standing.UNDER_INVESTIGATION if words else Standing.AFFECTED
    return _Match(advisory=advisory, entries=entries, found=found, fixed=fixed, note=words)


def _joined(*words: str) -> str:
    return "; ".join(filter(None, words))


# -- one vulnerability, told once ----------------------------------------------------------------------------------


def _once(matches: Iterator[_Match]) -> list[_Match]:
    """Join what has an id in common: the surest record speaks, with all the ids."""
    by_name: dict[str, _Group] = {}
    groups: dict[int, _Group] = {}
    for one in matches:
        group = _Group({one.advisory.id, *one.advisory.aliases}, [one])
        for other in {id(held): held for name in group.names if (held := by_name.get(name)) is not None}.values():
            group.names |= other.names
            group.members[:0] = other.members
            del groups[id(other)]
        groups[id(group)] = group
        by_name.update(dict.fromkeys(group.names, group))
    return [group.spoken() for group in groups.values()]


class _Group:
    """Records of one vulnerability."""

    __slots__ = ("members", "names")

    def __init__(self, names: set[str], members: list[_Match]) -> None:
        self.names = names
        self.members = members

    def spoken(self) -> _Match:
        """Give the surest match, with the names of all."""
        if len(self.members) == 1:
            return self.members[0]
        best = min(self.members, key=lambda one: (_RANK[one.found], severity(one.advisory) is None, one.advisory.id))
        fixed = best.fixed or next((one.fixed for one in self.members if one.fixed), ())
        aliases = tuple(sorted(self.names - {best.advisory.id}))
        return replace(best, advisory=replace(best.advisory, aliases=aliases), fixed=fixed)


def _exposure(component: Component, match: _Match) -> Exposure:
    rated = severity(match.advisory, match.entries)
    return Exposure(
        component=component.id,
        advisory=match.advisory,
        found=match.found,
        basis=match.basis,
        severity=rated or Severity.MEDIUM,
        path=(component.id,),
        fixed=match.fixed,
        note=match.note if rated else _joined(match.note, UNRATED),
    )
