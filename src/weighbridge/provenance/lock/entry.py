"""A lock entry, made from what a store lists, what was hashed and what the scanner said."""

from __future__ import annotations

import hashlib

from weighbridge.core.errors import AccessError, IntegrityError
from weighbridge.core.facts import TensorDecl
from weighbridge.core.programs import CodeUnit
from weighbridge.core.references import Reference, Target
from weighbridge.core.refs import HUB
from weighbridge.core.values import value
from weighbridge.core.when import When
from weighbridge.provenance.lock.document import below_a_file, can_be_locked
from weighbridge.provenance.lock.model import LockedFile, LockEntry, Parent
from weighbridge.provenance.lock.roles import role

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from weighbridge.core.artifact import ListedFile, Listing
    from weighbridge.core.facts import Fact
    from weighbridge.provenance.lock.model import ScanRecord

_BASE_RELATIONS = {"base_model": "base", "sub_model": "base"}
_CODE_RELATIONS = frozenset({"remote_code", "custom_generate", "custom_pipeline", "kernel"})


@value
class Known:
    """What reading a file gave: ``sha256`` is empty where its bytes were not all read."""

    size: int
    sha256: str
    formats: tuple[str, ...] = ()
    outline: tuple[Fact, ...] = ()


def entry(
    name: str,
    listing: Listing,
    known: Mapping[str, Known],
    *,
    scan: ScanRecord | None = None,
    signers: str = "",
    source: str,
) -> LockEntry:
    """Make the entry of one artifact; raises IntegrityError where a file has no digest that could be locked.

    ``known`` are the files that were read, by path. What was computed counts; where nothing was, the store's claim is
    taken and marked. ``source`` is how the lock names the artifact: a path is relative to the lock file.
    """
    if listing.troubles:
        raise IntegrityError(f"{listing.ref.source}: {listing.troubles[0]}", hint="mend the store, or fetch it anew")
    files = tuple(_locked(file, known.get(file.path)) for file in (*listing.files, *listing.extras))
    if not files:
        raise AccessError(f"{listing.ref.source} holds no file", hint="check the path or reference")
    if under := below_a_file({file.path for file in files}):
        raise IntegrityError(f"{under} lies below a file", hint="no system can hold it: tell the publisher")
    facts = [fact for one in known.values() for fact in one.outline]
    remote_code = any(_names_code(fact) for path, one in known.items() if _is_config(path) for fact in one.outline)
    ordered = tuple(sorted(files, key=lambda one: one.path))
    modules = tuple((file.path, file.sha256) for file in ordered if file.path.endswith(".py"))
    return LockEntry(
        name=name,
        source=source,
        asked=listing.ref.revision,
        resolved=listing.resolved or manifest_digest(ordered),
        files=ordered,
        parents=_parents(facts),
        signers=signers,
        remote_code=remote_code,
        modules=modules if remote_code else (),
        scan=scan,
    )


def manifest_digest(files: Iterable[LockedFile]) -> str:
    """Identify a set of files without a store of its own: SHA-256 over names, sizes and digests, in order of names."""
    lines = [f"{file.sha256} {file.size} {file.path}\n" for file in sorted(files, key=lambda one: one.path)]
    return "sha256:" + hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def tensor_table(outline: Iterable[Fact]) -> str:
    """Number and digest of the tensors that a file declares; empty where it declares none."""
    rows = sorted(f"{one.name}\0{one.dtype}\0{one.shape}\n" for one in outline if isinstance(one, TensorDecl))
    if not rows:
        return ""
    digest = hashlib.sha256("".join(rows).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{len(rows)}:{digest[:32]}"


def _locked(file: ListedFile, known: Known | None) -> LockedFile:
    if file.trouble:
        raise IntegrityError(f"{file.path}: {file.trouble}", hint="a lock names only files that can be read")
    if not can_be_locked(file.path):
        raise IntegrityError(f"{file.path!r} is another path on other systems", hint="give the file another name")
    sha256 = known.sha256 if known and known.sha256 else ""
    if sha256 and file.sha256 and sha256 != file.sha256:
        raise IntegrityError(
            f"{file.path}: the store promises sha256 {file.sha256[:16]}…, its bytes are {sha256[:16]}…",
            hint="fetch it anew; if it stays so, tell the publisher",
        )
    if not sha256 and not file.sha256 and file.real:
        raise IntegrityError(f"{file.path}: it could not be read", hint="check the rights on it, and what scan says")
    if not sha256 and not file.sha256:
        raise IntegrityError(
            f"{file.path}: nobody has a digest for it",
            hint="read it whole: weighbridge lock --full, or from a local copy",
        )
    formats = known.formats if known else ()
    size = known.size if known and known.sha256 else file.size
    return LockedFile(
        path=file.path, size=size, sha256=sha256 or file.sha256, git=file.git, xet=file.xet, formats=formats,
        role=role(file.path, formats), tensors=tensor_table(known.outline) if known else "", claimed=not sha256,
    )  # fmt: skip


def _is_config(path: str) -> bool:
    return path.endswith((".json", ".yaml", ".yml"))


def _names_code(fact: Fact) -> bool:
    """Tell whether a configuration makes loaders run code, of this repository or another, once somebody allows it."""
    if isinstance(fact, CodeUnit):
        return fact.language == "python" and fact.when is not When.BEHAVIOUR
    return isinstance(fact, Reference) and fact.relation in _CODE_RELATIONS


def _parents(facts: Iterable[Fact]) -> tuple[Parent, ...]:
    """Name what the repository says it was made from; what it says, not what is so."""
    found: dict[tuple[str, str], None] = {}
    for fact in facts:
        if isinstance(fact, Reference) and fact.relation in _BASE_RELATIONS and fact.kind is Target.REPOSITORY:
            found[_BASE_RELATIONS[fact.relation], f"{HUB}://{fact.target}"] = None
    return tuple(Parent(relation=relation, source=source) for relation, source in sorted(found))
