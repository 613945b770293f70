"""The work of ``bom``: resolve, scan, hash, fold into a graph."""

from __future__ import annotations

from weighbridge.access.local import listable
from weighbridge.access.stores import store_for
from weighbridge.cli.naming import name_of
from weighbridge.cli.vouching import vouched
from weighbridge.core.errors import UsageError
from weighbridge.core.refs import PATH, parse
from weighbridge.core.values import replace
from weighbridge.inventory.model.fold import model_graph
from weighbridge.inventory.model.subject import Subject, SubjectFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.core.artifact import ListedFile, Listing
    from weighbridge.core.report import Report
    from weighbridge.engine.wire import Answer
    from weighbridge.inventory.graph import Graph

_LITTLE = 32 << 20
"""Bytes that are hashed before threads for it would have started."""
CARD = "weighbridge.card.toml"
"""The supplement of a person that is looked for beside a model."""


def composed(target: str, given: Given, config: Config) -> Graph:
    """Give the graph of a model; raises the errors of stores and scans."""
    return observed(target, given, config)[0]


def observed(target: str, given: Given, config: Config, without: frozenset[str] = frozenset()) -> tuple[Graph, Report]:
    """Give the graph of a model and the report of the scan that it was folded from; raises as ``composed`` does.

    ``without`` are names of folders, at any depth, that are not looked at.
    """
    import os

    from weighbridge.cli.weighing import learn

    ref = parse(target)
    if ref.scheme == PATH and os.path.isdir(ref.source):
        listable(ref.source)
    listing = store_for(ref, offline=given.on("--offline")).listing(ref)
    if without:
        listing = replace(listing, files=_outside(listing.files, without), extras=_outside(listing.extras, without))
    pinned = ref if ref.scheme == PATH else replace(ref, revision=listing.resolved or ref.revision)
    report, answers = learn(str(pinned), given, config, remember=True, exclude=tuple(sorted(without)))
    sha512 = _sha512(listing, given)
    verdicts = {
        one.path.removeprefix(artifact.ref).lstrip("/"): str(one.verdict())
        for artifact in report.artifacts
        for one in artifact.files
    }
    files = tuple(_file(one, listing, answers, verdicts, sha512) for one in (*listing.files, *listing.extras))
    is_path = listing.ref.scheme == PATH
    graph = model_graph(
        Subject(
            name=name_of(listing.ref),
            files=tuple(sorted(files, key=lambda one: one.path)),
            reference="" if is_path else listing.ref.source,
            revision=listing.ref.revision,
            resolved=listing.resolved,
            gaps=(*listing.troubles, *_gaps(report)),
        )
    )
    graph = vouched(graph, listing, given, config)
    return _supplemented(graph, given.one("--card"), listing), report


def _outside(files: tuple[ListedFile, ...], without: frozenset[str]) -> tuple[ListedFile, ...]:
    return tuple(one for one in files if without.isdisjoint(one.path.split("/")[:-1]))


def _supplemented(graph: Graph, path: str, listing: Listing) -> Graph:
    """Add what a person has written: in the file that is named, or in the one beside the model."""
    from hashlib import sha256

    from weighbridge.cli.documents import content

    beside = [file.real for file in (*listing.files, *listing.extras) if file.path == CARD and file.real]
    chosen = path or next(iter(beside), "")
    if not chosen:
        return graph
    from weighbridge.inventory import supplement

    held = content(chosen, supplement.LARGEST)
    try:
        text = held.decode()
    except ValueError:
        raise UsageError(f"{chosen!r} is not UTF-8") from None
    return supplement.supplemented(graph, text, sha256(held).hexdigest())


def _file(
    listed: ListedFile, listing: Listing, answers: dict[str, Answer], verdicts: dict[str, str], sha512: dict[str, str]
) -> SubjectFile:
    import os

    place = os.path.relpath(listed.real, listing.root) if listed.real and listing.root else ""
    answer = answers.get(listed.path) or answers.get(place)
    verdict = verdicts.get(listed.path) or verdicts.get(place, "")
    computed = answer.sha256 if answer is not None else ""
    return SubjectFile(
        path=_spelt(listed.path),
        size=answer.size if answer is not None else max(0, listed.size),
        sha256=computed or listed.sha256,
        sha512=sha512.get(listed.real, ""),
        claimed=not computed and bool(listed.sha256),
        formats=answer.formats if answer is not None else (),
        facts=answer.outline if answer is not None else (),
        verdict=verdict,
        complete=answer is not None and not answer.gaps,
    )


def _spelt(path: str) -> str:
    """Write a name whose bytes are no UTF-8 with escapes: documents hold Unicode only."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _sha512(listing: Listing, given: Given) -> dict[str, str]:
    """Hash what lies on this machine a second way: some rules for bills of materials ask for SHA-512."""
    from hashlib import file_digest
    from os import cpu_count

    local = sorted({file.real for file in (*listing.files, *listing.extras) if file.real and not file.trouble})

    def digest(path: str) -> str:
        try:
            with open(path, "rb") as file:
                return file_digest(file, "sha512").hexdigest()
        except OSError:
            return ""  # the scan has told that it cannot be read

    if sum(file.size for file in listing.files) < _LITTLE:
        return {path: text for path in local if (text := digest(path))}
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(given.number("--jobs") or cpu_count() or 1) as pool:
        return {path: text for path, text in zip(local, pool.map(digest, local), strict=True) if text}


def _gaps(report: Report) -> tuple[str, ...]:
    places = tuple(
        f"{'/'.join(gap.at.member) or '.'}: {gap.reason}" for artifact in report.artifacts for gap in artifact.gaps
    )
    return places + tuple(
        f"{file.path.removeprefix(artifact.ref).lstrip('/')}: {gap.reason}"
        for artifact in report.artifacts
        for file in artifact.files
        for gap in file.gaps
    )
