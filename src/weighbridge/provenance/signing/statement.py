"""The in-toto statement inside a bundle: which files a model has (sections 5, 6.3 to 6.6 and 8.3 of the specification).

The name and the version that we bind a model to stand in the annotations of the subject, which in-toto has for such
uses and which other readers of the format pass over.
"""

from __future__ import annotations

import hashlib
import json

from weighbridge.core.errors import IntegrityError
from weighbridge.core.refs import is_outside
from weighbridge.provenance.signing.model import Layout, Piece, Resource, Statement
from weighbridge.provenance.signing.strict import HINT, document, fields, items, text, typed, wrong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"
OLD_PREDICATE_TYPE = "https://model_signing/Digests/v0.1"
NAME, VERSION = "weighbridge.name", "weighbridge.version"

DIGESTS = {"sha256": 64, "blake2b": 128, "blake3": 64}
"""Algorithms of the format (algorithm registry) and the hexadecimal digits of each."""

_HEX = frozenset("0123456789abcdef")
_LONGEST = 4096
"""Characters of a path, as PATH_MAX has it."""


def loads(payload: bytes) -> Statement:
    """Read a statement; raises IntegrityError for one that is not as the specification has it."""
    where = "the signed statement"
    top = fields(
        document(payload, where), where, required=("_type", "subject", "predicateType"), optional=("predicate",)
    )
    if top["_type"] != STATEMENT_TYPE:
        raise wrong(where, f"is of type {str(top['_type'])[:80]!r}, not {STATEMENT_TYPE}")
    if top["predicateType"] == OLD_PREDICATE_TYPE:
        return _old(top, where)
    if top["predicateType"] != PREDICATE_TYPE:
        raise wrong(where, f"states {str(top['predicateType'])[:80]!r}, not {PREDICATE_TYPE}")
    subjects = items(top["subject"], f"{where}: subject")
    if len(subjects) != 1:
        raise wrong(f"{where}: subject", f"has {len(subjects)} entries; a model is one")
    # A later minor version may add fields and has a type of its own (section 8.3 and the versioning of the format).
    predicate = fields(top.get("predicate"), f"{where}: predicate", required=("resources", "serialization"))
    layout = _layout(predicate["serialization"], f"{where}: serialization")
    resources = _resources(predicate["resources"], layout, f"{where}: resources")
    name, version, root, subject = _subject(subjects[0], f"{where}: subject")
    if root != root_digest(resources):
        raise wrong(where, "does not agree with itself: the digest of the whole is not that of its resources")
    return Statement(subject=subject, layout=layout, resources=resources, name=name, version=version)


def _subject(found: Any, where: str) -> tuple[str, str, str, str]:
    subject = typed(found, dict, "an object", where)
    digest = typed(subject.get("digest"), dict, "an object", f"{where}: digest")
    root = _digest(digest.get("sha256"), "sha256", f"{where}: digest")
    annotations = typed(subject.get("annotations", {}), dict, "an object", f"{where}: annotations")
    bound = [text(annotations[key], f"{where}: {key}") if key in annotations else "" for key in (NAME, VERSION)]
    return bound[0], bound[1], root, text(subject.get("name"), f"{where}: name")


def _layout(found: Any, where: str) -> Layout:
    known = fields(
        found, where, required=("method", "hash_type", "allow_symlinks"), optional=("shard_size", "ignore_paths")
    )
    method, hashed_by = known["method"], known["hash_type"]
    if type(method) is not str or method not in {"files", "shards"}:
        raise wrong(f"{where}.method", f"is {str(method)[:60]!r}; files and shards are known")
    if type(hashed_by) is not str or hashed_by not in DIGESTS:
        raise wrong(f"{where}.hash_type", f"is {str(hashed_by)[:60]!r}; {', '.join(DIGESTS)} are known")
    shard = known.get("shard_size", 0)
    if type(shard) is float and shard.is_integer():
        shard = int(shard)  # the reference tool passes its numbers through a type that has floats only
    if type(shard) is not int or (shard <= 0) == (method == "shards") or shard >= 1 << 53:
        raise wrong(f"{where}.shard_size", "is no size of shards" if method == "shards" else "has no meaning for files")
    ignored = items(known.get("ignore_paths", []), f"{where}.ignore_paths")
    return Layout(
        method=method, algorithm=hashed_by, shard=shard,
        links=typed(known["allow_symlinks"], bool, "true or false", f"{where}.allow_symlinks"),
        ignored=tuple(text(one, f"{where}.ignore_paths") for one in ignored),
    )  # fmt: skip


def _resources(found: Any, layout: Layout, where: str) -> tuple[Resource, ...]:
    listed = items(found, where)
    if not listed:
        raise wrong(where, "are empty")
    resources = []
    for one in listed:
        entry = typed(one, dict, "an object", where)
        name = text(entry.get("name"), f"{where}: name")
        if entry.get("algorithm") not in (layout.algorithm, algorithm(layout)):  # it may be a list, which has no hash
            raise wrong(f"{where}: {name[:80]!r}", f"is hashed by another algorithm than {layout.algorithm}")
        digest = _digest(entry.get("digest"), layout.algorithm, f"{where}: {name[:80]!r}")
        resources.append(Resource(name=name, digest=digest))
    _check_order(resources, layout, where)
    return tuple(resources)


def _check_order(resources: Sequence[Resource], layout: Layout, where: str) -> None:
    """Refuse names that no tool would write: twice, out of order, outside of the model, shards with gaps."""
    names = [one.name for one in resources]
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise wrong(where, f"name {name[:80]!r} twice")
        seen.add(name)
    pieces = [piece(name, layout, where) for name in names]
    # The specification orders by the characters of names; the reference tool by parts of paths, then by offsets.
    if names != sorted(names) and pieces != sorted(pieces, key=lambda one: (one.path.split("/"), one.start)):
        raise wrong(where, "are not sorted")
    ends: dict[str, int] = {}
    for one in sorted(pieces, key=lambda one: (one.path, one.start)) if layout.shard else ():
        if one.start != ends.get(one.path, 0) or one.start % layout.shard:
            raise wrong(where, f"have shards of {one.path[:80]!r} that leave a gap or overlap")
        ends[one.path] = one.end


def piece(name: str, layout: Layout, where: str = "the resource") -> Piece:
    """Read the name of a resource; raises IntegrityError for one that no file of a model can have."""
    path, start, end = name, 0, -1
    if layout.shard:
        path, start, end = _range(name, layout.shard, where)
    if len(path) > _LONGEST or "\0" in path or (path != "." and not _is_plain(path)):
        raise wrong(where, f"name {name[:80]!r}, which is no path inside a model")
    return Piece(path=path, start=start, end=end)


def _is_plain(path: str) -> bool:
    return not is_outside(path) and not any(part in {"", "."} for part in path.split("/"))


def _range(name: str, shard: int, where: str) -> tuple[str, int, int]:
    """Split ``path:start:end``; a colon may also be part of the path."""
    path, _, rest = name.rpartition(":")
    path, _, first = path.rpartition(":")
    numbers = [int(one) if one.isascii() and one.isdigit() and len(one) < 20 else -1 for one in (first, rest)]
    start, end = numbers
    if not path or f"{path}:{start}:{end}" != name or not 0 <= start < end <= start + shard:
        raise wrong(where, f"name {name[:80]!r}, which is no shard of a file")
    return path, start, end


def _digest(found: Any, hashed_by: str, where: str) -> str:
    digest = text(found, f"{where}: digest")
    if len(digest) != DIGESTS[hashed_by] or not _HEX.issuperset(digest):
        raise wrong(where, f"has no {hashed_by} digest in lower-case hexadecimal digits")
    return digest


def _old(top: dict[str, Any], where: str) -> Statement:
    """Read the form of version 0.2 of the reference tool: a subject for each file, SHA-256 throughout."""
    resources = []
    for one in items(top["subject"], f"{where}: subject"):
        subject = typed(one, dict, "an object", f"{where}: subject")
        name = text(subject.get("name"), f"{where}: subject: name")
        digests = typed(subject.get("digest"), dict, "an object", f"{where}: subject: digest")
        resources.append(
            Resource(name=name, digest=_digest(digests.get("sha256"), "sha256", f"{where}: {name[:80]!r}"))
        )
    if not resources:
        raise wrong(f"{where}: subject", "is empty")
    layout = Layout()
    _check_order(sorted(resources, key=lambda one: one.name), layout, f"{where}: subject")
    return Statement(subject="", layout=layout, resources=tuple(resources), old=True)


# -- writing --------------------------------------------------------------------------------------------------------


def root_digest(resources: Iterable[Resource]) -> str:
    """Give the digest of the whole (section 6.5.1): SHA-256 over the digests. Names are no part of it."""
    return hashlib.sha256(b"".join(bytes.fromhex(one.digest) for one in resources)).hexdigest()


def algorithm(layout: Layout) -> str:
    """Name the algorithm of a resource as the reference tool does: that of a shard has its size behind it.

    The specification (section 6.3.2) has the plain name there, which the reference tool refuses; both are read.
    """
    return f"{layout.algorithm}-sharded-{layout.shard}" if layout.shard else layout.algorithm


def dumps(statement: Statement) -> bytes:
    """Write a statement; resources are put in the order of their names. Raises IntegrityError where there is none."""
    resources = tuple(sorted(statement.resources, key=lambda one: one.name))
    if not resources:
        raise IntegrityError("there is no file to sign", hint=HINT)
    layout = statement.layout
    serialization: dict[str, Any] = {"method": layout.method, "hash_type": layout.algorithm}
    if layout.shard:
        serialization["shard_size"] = layout.shard
    serialization["allow_symlinks"] = layout.links
    if layout.ignored:
        serialization["ignore_paths"] = list(layout.ignored)
    subject: dict[str, Any] = {"name": statement.subject, "digest": {"sha256": root_digest(resources)}}
    bound = {key: word for key, word in ((NAME, statement.name), (VERSION, statement.version)) if word}
    if bound:
        subject["annotations"] = bound
    listed = [{"name": one.name, "algorithm": algorithm(layout), "digest": one.digest} for one in resources]
    whole = {
        "_type": STATEMENT_TYPE,
        "subject": [subject],
        "predicateType": PREDICATE_TYPE,
        "predicate": {"serialization": serialization, "resources": listed},
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
