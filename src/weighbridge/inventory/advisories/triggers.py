"""Ties flaws of loaders to files: not only "keras is old", but "this file here runs code with that keras"."""

from __future__ import annotations

from weighbridge.core.values import replace, value
from weighbridge.inventory.advisories.loader_flaws import LOADER_FLAWS
from weighbridge.inventory.graph import Field, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.loader_flaws import Condition, LoaderFlaw
    from weighbridge.inventory.advisories.weighed_files import WeighedFile
    from weighbridge.inventory.graph import Component, Graph

MOST = 20
"""Files that are named for one flaw; of more the number is told."""

_BY_ID = {id_: flaw for flaw in LOADER_FLAWS for id_ in flaw.ids}


@value
class Reach:
    """A file that reaches a flaw of a loader; ``has`` says by what.

    ``sure`` is false where nobody has looked inside, ``seen`` true where something in the file uses the flaw: without,
    it is of a kind that could.
    """

    flaw: LoaderFlaw
    path: str
    has: str
    sure: bool = True
    seen: bool = False


def reaches(files: tuple[WeighedFile, ...]) -> tuple[Reach, ...]:
    """Find the files that reach flaws of loaders, in the order of the flaws and of the files' names."""
    ordered = sorted(files, key=lambda file: file.path)
    return tuple(found for flaw in LOADER_FLAWS for file in ordered for found in _reach(flaw, file))


def _reach(flaw: LoaderFlaw, file: WeighedFile) -> Iterator[Reach]:
    for condition in flaw.conditions:
        if not _is_of(condition, file):
            continue
        if not condition.rules or any(
            one.rule in condition.rules and condition.says in one.message.lower() for one in file.findings
        ):
            yield Reach(flaw=flaw, path=file.path, has=condition.has, seen=bool(condition.rules))
            return
        if not file.judged and condition.formats:
            yield Reach(flaw=flaw, path=file.path, has=condition.has, sure=False)
            return


def _is_of(condition: Condition, file: WeighedFile) -> bool:
    if condition.formats and not set(condition.formats) & set(file.formats):
        return False
    return not condition.names or file.path.lower().endswith(condition.names)


def triggered(exposures: tuple[Exposure, ...], found: tuple[Reach, ...], graph: Graph) -> tuple[Exposure, ...]:
    """Add to exposures of libraries the files that reach the flaw, in words."""
    if not found:
        return exposures
    libraries = {one.id: one for one in graph.of(Kind.LIBRARY, Kind.FRAMEWORK)}
    made = []
    for one in exposures:
        flaws = {
            flaw.ids[0]
            for id_ in (one.advisory.id, *one.advisory.aliases) if (flaw := _BY_ID.get(id_)) is not None
        }  # fmt: skip
        library = libraries.get(one.component)
        reached = [each for each in found if each.flaw.ids[0] in flaws] if library is not None else []
        if library is None or not reached or package(library) != reached[0].flaw.package:
            made.append(one)
            continue
        words = [sentence(each, library) for each in reached[:MOST]]
        if len(reached) > MOST:
            words.append(f"and {len(reached) - MOST:,} files more")
        made.append(replace(one, triggers=(*one.triggers, *words)))
    return tuple(made)


def unheld(found: tuple[Reach, ...], graph: Graph, without: frozenset[str] = frozenset()) -> tuple[Reach, ...]:
    """Keep the flaws that something in a file uses, of loaders that the graph does not have.

    They matter to whoever loads the file elsewhere. ``without`` are ids of libraries that do not count as had.
    """
    here = {package(one) for one in graph.of(Kind.LIBRARY, Kind.FRAMEWORK) if one.id not in without}
    return tuple(one for one in found if one.seen and one.flaw.package not in here)


def package(library: Component) -> str:
    """Give the name of a package as PyPI writes it."""
    return library.text(Field.NAME).lower().replace("_", "-").replace(".", "-")


def sentence(one: Reach, library: Component | None = None) -> str:
    """Say what a load of a file does, with a library that is there or with versions that have the flaw."""
    version = library.text(Field.VERSION) if library is not None else ""
    place = _place(library) if library is not None else ""
    loader = (
        " ".join(filter(None, (one.flaw.package, version)))
        if library is not None
        else (f"{one.flaw.package} {one.flaw.versions}")
    )
    where = f" ({place})" if place else ""
    if not one.sure:
        return (
            f"{one.path}: if it {one.has}, which nobody here has looked for, loading it with {loader}{where} "
            f"{one.flaw.does} ({one.flaw.ids[0]})"
        )
    return f"{one.path} {one.has}: loading it with {loader}{where} {one.flaw.does} ({one.flaw.ids[0]})"


def _place(library: Component) -> str:
    """Name the place that states the version: ``requirements.txt:3``."""
    claim = library.best(Field.VERSION)
    if claim is None or not claim.origin.file:
        return ""
    line = claim.origin.pointer.removeprefix("line:")
    return f"{claim.origin.file}:{line}" if line.isdigit() else claim.origin.file
