"""Targets with a scheme: their store lists the files, which are opened here or fetched."""

from __future__ import annotations

from weighbridge.access.local import Found
from weighbridge.access.stores import store_for
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import AccessError
from weighbridge.core.location import Location
from weighbridge.core.refs import parse
from weighbridge.core.values import replace, value
from weighbridge.engine.claims import broken, judged
from weighbridge.engine.judge import rank
from weighbridge.engine.remote_file import RemoteFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from weighbridge.core.artifact import ListedFile, Listing
    from weighbridge.core.refs import Ref
    from weighbridge.core.report import FileReport


@value
class RemoteTarget:
    """One artifact in the state that its store resolved it to.

    ``ref`` names it with that state; paths of ``files`` begin with it and can be scanned again. ``listed`` is what the
    store says of each path, ``remote`` those that are not on this machine, ``gaps`` what is wrong with the artifact.
    """

    ref: str
    files: tuple[Found, ...]
    listed: Mapping[str, ListedFile]
    remote: Mapping[str, RemoteFile]
    gaps: tuple[Gap, ...]


def resolve(target: str, *, offline: bool, full: bool) -> RemoteTarget | None:
    """List a target that has a scheme, None for a path; raises UsageError, AccessError and IntegrityError.

    ``offline`` takes what is on this machine; ``full`` fetches files whole.
    """
    ref = parse(target)
    if not ref.scheme:
        return None
    store = store_for(ref, offline=offline)
    try:
        listing = store.listing(ref)
    except OSError as error:
        raise AccessError(f"cannot open {target!r}: {error}", hint="check the name and the network") from None
    chosen = tuple(file for file in listing.files if _is_below(file.path, ref.path))
    if ref.path and not chosen:
        raise AccessError(f"there is no {ref.path!r} in {ref.source}", hint="check the path; names are case-sensitive")
    base = _named(ref, listing)
    listed: dict[str, ListedFile] = {}
    twice = []
    for file in chosen:
        path = _path(base, file.path, alone=len(listing.files) == 1)
        if path in listed:
            twice.append(Gap(kind=GapKind.UNREAD, reason="it is listed twice", at=Location(member=(file.path,))))
        else:
            listed[path] = file
    remote = {
        path: RemoteFile(store, listing, file, full=full)
        for path, file in listed.items()
        if not file.real and not file.trouble
    }
    return RemoteTarget(
        ref=base,
        files=tuple(
            Found(path=path, real=file.real or path, size=max(0, file.size), trouble=file.trouble)
            for path, file in listed.items()
        ),
        listed=listed,
        remote=remote,
        gaps=(*_gaps(listing, ref), *twice),
    )


def compared(report: FileReport, listed: ListedFile, remote: RemoteFile | None, disabled: frozenset[str]) -> FileReport:
    """Add to the report of a file what its store claims, what of it did not hold, and what was not read."""
    sha256 = report.sha256 or ""
    if remote is not None:
        facts, sha256 = remote.broken, remote.sha256
    else:
        facts = broken(listed, "sha256", sha256) if sha256 and listed.sha256 else ()
    findings = judged(facts, disabled) if facts else ()
    unread = (remote.unread,) if remote is not None and remote.unread is not None else ()
    return replace(
        report,
        size=None if listed.size < 0 and not report.formats and not sha256 else report.size,
        sha256=sha256 or None,
        claimed_sha256=listed.sha256,
        findings=tuple(sorted((*report.findings, *findings), key=rank)),
        gaps=(*report.gaps, *unread),
    )


def _named(ref: Ref, listing: Listing) -> str:
    """Write a reference with the commit or digest in place of what was asked for."""
    return str(replace(ref, revision=listing.resolved or ref.revision, path=""))


def _path(base: str, path: str, *, alone: bool) -> str:
    """Name a file so that it can be scanned again; an address of a single file names it already."""
    return base if alone and base.endswith(f"/{path}") else f"{base.rstrip('/')}/{path}"


def _is_below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder.rstrip('/')}/")


def _gaps(listing: Listing, ref: Ref) -> list[Gap]:
    troubles = [Gap(kind=GapKind.UNREAD, reason=words) for words in listing.troubles]
    extras = [
        Gap(kind=GapKind.UNREAD, reason="its store does not list it", at=Location(member=(file.path,)))
        for file in listing.extras
        if _is_below(file.path, ref.path)
    ]
    return troubles + extras
