"""The lock file as text: canonical JSON that people can read, diff and merge.

Entries by name, files by path, a file a line: two branches that touch different models or files merge by lines. Equal
locks give equal bytes. Reading is strict: an unknown key, a wrong type, a path that leads out, a digest that is none
is an error that says where. The schema is ``schemas/lock-v1.json``.
"""

from __future__ import annotations

import json

from weighbridge.access.local_files import open_given
from weighbridge.access.paths import is_path
from weighbridge.core.errors import UsageError, reason
from weighbridge.core.refs import is_sha256
from weighbridge.core.values import value
from weighbridge.provenance.lock.model import SCHEMA, Lock, LockedFile, LockEntry, Parent, ScanRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

FILE_NAME = "model.lock"
LARGEST = 256 << 20
"""Bytes of a lock file; a hundred thousand files take some 20 MB."""

_HUGE = 1 << 63
"""Bytes that no file has: sizes are below, as the system's own are."""

_ROLES = ("weights", "config", "tokenizer", "template", "code", "data", "document", "signature", "other")
_HINT = "write it anew with 'weighbridge lock', or take the last version that worked from version control"


# -- writing --------------------------------------------------------------------------------------------------------


def dumps(lock: Lock) -> str:
    """Write a lock; equal locks give equal text."""
    lines = ["{", f' "schema": {_json(SCHEMA)},', ' "models": {']
    for entry in _each(sorted(lock.entries, key=lambda one: one.name)):
        lines += _entry_lines(*entry)
    return "\n".join([*lines, " }", "}"]) + "\n"


def _entry_lines(entry: LockEntry, comma: str) -> list[str]:
    head: dict[str, Any] = {"source": entry.source, "asked": entry.asked, "resolved": entry.resolved}
    if entry.signers:
        head["signers"] = entry.signers
    if entry.parents:
        head["parents"] = [
            {"relation": one.relation, "source": one.source, **({"resolved": one.resolved} if one.resolved else {})}
            for one in entry.parents
        ]
    if entry.remote_code:
        head["remote_code"] = True
    if entry.modules:
        head["modules"] = dict(sorted(entry.modules))
    if entry.scan:
        scan = entry.scan
        head["scan"] = {"verdict": scan.verdict, "rules": scan.rules, "tool": scan.tool, "whole": scan.whole}
    lines = [f"  {_json(entry.name)}: {{"]
    lines += [f"   {_json(key)}: {_json(content)}," for key, content in head.items()]
    lines.append('   "files": {')
    files = sorted(entry.files, key=lambda one: one.path)
    lines += [f"    {_json(file.path)}: {_json(_file(file))}{more}" for file, more in _each(files)]
    return [*lines, "   }", f"  }}{comma}"]


def _file(file: LockedFile) -> dict[str, Any]:
    found: dict[str, Any] = {"size": file.size, "sha256": file.sha256}
    if file.claimed:
        found["claimed"] = True
    if file.git:
        found["git"] = file.git
    if file.xet:
        found["xet"] = file.xet
    if file.formats:
        found["formats"] = list(file.formats)
    if file.tensors:
        found["tensors"] = file.tensors
    return {**found, "role": file.role}


def _each(items: list[Any]) -> list[tuple[Any, str]]:
    """Pair every item with the comma behind it."""
    return [(item, "," if number < len(items) else "") for number, item in enumerate(items, start=1)]


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(", ", ": "))


# -- reading --------------------------------------------------------------------------------------------------------


def load(path: str) -> Lock:
    """Read a lock file; raises UsageError."""
    return loads(read(path), name=path)


def read(path: str) -> bytes:
    """Read the text of a lock file, for who wants its digest too; raises UsageError."""
    try:
        with open(open_given(path), "rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise UsageError(f"there is no lock file {path!r}", hint="make one: weighbridge lock TARGET") from None
    except OSError as error:
        raise UsageError(
            f"cannot read {path!r}: {reason(error)}", hint="check the path, and the rights on it"
        ) from None
    except ValueError as error:
        raise UsageError(f"cannot read {path!r}: {error}", hint="check the path") from None
    if len(content) > LARGEST:
        raise UsageError(f"{path!r} is larger than any lock file", hint=_HINT)
    return content


def loads(content: bytes, *, name: str = FILE_NAME) -> Lock:
    """Read the text of a lock file; ``name`` is for messages. Raises UsageError."""
    try:
        document = json.loads(content.decode(), object_pairs_hook=_no_twins)
    except (ValueError, RecursionError) as error:
        conflict = b"<<<<<<<" in content
        words = "it holds the marks of an unfinished merge" if conflict else f"it is not JSON: {error}"
        raise UsageError(f"{name}: {words}", hint=_HINT) from None
    try:
        return _lock(document)
    except _Wrong as wrong:
        raise UsageError(f"{name}: {wrong}", hint=_HINT) from None


class _Wrong(ValueError):  # noqa: N818  (a statement about the document)
    """What is wrong and where."""


@value
class _Place:
    """A place in the document, for messages."""

    words: str

    def at(self, key: str) -> _Place:
        return _Place(words=f"{self.words}.{key}" if self.words else key)

    def wrong(self, what: str) -> _Wrong:
        return _Wrong(f"{self.words or 'the document'} {what}")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {}
    for key, content in pairs:
        if key in found:
            raise ValueError(f"the key {key[:200]!r} is there twice")
        found[key] = content
    return found


def _lock(document: Any) -> Lock:
    top = _Place(words="")
    fields = _object(document, top, required=("schema", "models"))
    if fields["schema"] != SCHEMA:
        raise top.wrong(f"is of schema {str(fields['schema'])[:60]!r}; this version reads {SCHEMA!r}")
    place = top.at("models")
    return Lock(
        entries=tuple(_entry(name, item, place.at(name)) for name, item in sorted(_map(fields["models"], place)))
    )


def _entry(name: str, document: Any, place: _Place) -> LockEntry:
    fields = _object(
        document, place, required=("source", "asked", "resolved", "files"),
        optional=("signers", "parents", "remote_code", "modules", "scan"),
    )  # fmt: skip
    files = place.at("files")
    modules = place.at("modules")
    if under := below_a_file(dict(_map(fields["files"], files))):
        raise files.at(under).wrong("lies below a file")
    return LockEntry(
        name=_path(name, place),
        source=_text(fields["source"], place.at("source")),
        asked=_text(fields["asked"], place.at("asked")),
        resolved=_text(fields["resolved"], place.at("resolved")),
        signers=_text(fields.get("signers", ""), place.at("signers")),
        parents=tuple(
            _parent(one, place.at("parents")) for one in _list(fields.get("parents", []), place.at("parents"))
        ),
        remote_code=_flag(fields.get("remote_code", False), place.at("remote_code")),
        modules=tuple(
            (_path(path, modules), _digest(digest, modules.at(path)))
            for path, digest in sorted(_map(fields.get("modules", {}), modules))
        ),
        scan=_scan(fields["scan"], place.at("scan")) if "scan" in fields else None,
        files=tuple(_locked(path, item, files.at(path)) for path, item in sorted(_map(fields["files"], files))),
    )


def _parent(document: Any, place: _Place) -> Parent:
    fields = _object(document, place, required=("relation", "source"), optional=("resolved",))
    return Parent(**{key: _text(content, place.at(key)) for key, content in fields.items()})


def _scan(document: Any, place: _Place) -> ScanRecord:
    fields = _object(document, place, required=("verdict", "rules", "tool", "whole"))
    return ScanRecord(
        verdict=_text(fields["verdict"], place.at("verdict")), rules=_text(fields["rules"], place.at("rules")),
        tool=_text(fields["tool"], place.at("tool")), whole=_flag(fields["whole"], place.at("whole")),
    )  # fmt: skip


def _locked(path: str, document: Any, place: _Place) -> LockedFile:
    fields = _object(
        document, place, required=("size", "sha256", "role"), optional=("claimed", "git", "xet", "formats", "tensors")
    )  # fmt: skip
    size = fields["size"]
    if type(size) is not int or not 0 <= size < _HUGE:
        raise place.at("size").wrong("is no size")
    if fields["role"] not in _ROLES:
        raise place.at("role").wrong(f"is none of {', '.join(_ROLES)}")
    return LockedFile(
        path=_path(path, place),
        size=size,
        sha256=_digest(fields["sha256"], place.at("sha256")),
        claimed=_flag(fields.get("claimed", False), place.at("claimed")),
        git=_text(fields.get("git", ""), place.at("git")),
        xet=_text(fields.get("xet", ""), place.at("xet")),
        tensors=_text(fields.get("tensors", ""), place.at("tensors")),
        formats=tuple(_text(one, place.at("formats")) for one in _list(fields.get("formats", []), place.at("formats"))),
        role=fields["role"],
    )


def _object(
    document: Any, place: _Place, *, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    fields = dict(_map(document, place))
    for key in required:
        if key not in fields:
            raise place.wrong(f"has no {key!r}")
    for key in fields:
        if key not in required and key not in optional:
            raise place.wrong(f"has an unknown key {key[:60]!r}")
    return fields


def _map(document: Any, place: _Place) -> list[tuple[str, Any]]:
    return list(_typed(document, dict, "an object", place).items())


def _list(document: Any, place: _Place) -> list[Any]:
    found: list[Any] = _typed(document, list, "a list", place)
    return found


def _text(document: Any, place: _Place) -> str:
    found: str = _typed(document, str, "a string", place)
    return found


def _flag(document: Any, place: _Place) -> bool:
    found: bool = _typed(document, bool, "true or false", place)
    return found


def _typed(document: Any, kind: type, words: str, place: _Place) -> Any:
    if type(document) is not kind:
        raise place.wrong(f"is not {words}")
    return document


def _digest(document: Any, place: _Place) -> str:
    text = _text(document, place)
    if not is_sha256(text):
        raise place.wrong("is no SHA-256 in lower-case hexadecimal digits")
    return text


def _path(path: str, place: _Place) -> str:
    if not can_be_locked(path):
        raise place.wrong("is no path inside the artifact")
    return path


def below_a_file(paths: Collection[str]) -> str:
    """Give a path of which a part is a file, as no file system can have it; empty where there is none."""
    for path in paths:
        if any(path[:at] in paths for at, letter in enumerate(path) if letter == "/"):
            return path
    return ""


def can_be_locked(path: str) -> bool:
    """Tell whether a lock can have a path, or the name of an entry, which is one, too.

    With a backslash it would be another path on some systems.
    """
    return is_path(path) and "\\" not in path
