"""The answers of people: a TOML file beside the target, ``weighbridge.dossier.toml``.

    schema = "weighbridge.dossier-answers/1"

    [rows."iv.2.b"]
    author = "Jo Doe <jo@example.org>"
    date = "2026-11-30"
    evidence = "sha256:…"          # of what stood under the row on that day; empty where nothing did
    text = "It sorts letters by …"
    attachments = [{ name = "declaration.pdf", sha256 = "…" }]

``weighbridge dossier answer`` writes it; people may write it too.
"""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from difflib import get_close_matches
from hashlib import sha256

from weighbridge.core.errors import UsageError
from weighbridge.core.values import value
from weighbridge.governance.dossier.rows import row_of, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FILE_NAME = "weighbridge.dossier.toml"
SCHEMA = "weighbridge.dossier-answers/1"
LARGEST = 4 << 20
"""Bytes of the file: some hundred answers of many pages."""
LONGEST = 200_000
"""Characters of one text."""
PREFIX = "sha256:"
_DIGEST = re.compile(r"(?:sha256:[0-9a-f]{64})?", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LONGEST_NAME = 300
_NEEDED, _OPTIONAL = ("author", "date", "evidence", "text"), ("attachments",)


@value
class Attachment:
    """A file that belongs to an answer, by its name beside the answers and its digest."""

    name: str
    sha256: str


@value
class Answer:
    """What a person has written for a row; ``evidence`` is the digest of what stood under it, empty for nothing."""

    row: str
    author: str
    date: str
    text: str
    evidence: str = ""
    attachments: tuple[Attachment, ...] = ()

    @property
    def sha256(self) -> str:
        """The digest that a signature over the answer is about."""
        held = [
            self.row, self.author, self.date, self.evidence, self.text,
            [[one.name, one.sha256] for one in self.attachments],
        ]  # fmt: skip
        return sha256(json.dumps(held, ensure_ascii=True).encode()).hexdigest()


def loads(content: bytes, name: str = FILE_NAME) -> tuple[Answer, ...]:
    """Read the answers, in the order of the rows; raises UsageError, which says where in ``name`` what is wrong."""
    try:
        found = tomllib.loads(content.decode())
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{name} is no TOML: {error}") from None
    _keys(found, ("schema",), ("rows",), name)
    if found["schema"] != SCHEMA:
        raise UsageError(f"{name}: the schema is {str(found['schema'])[:60]!r}, not {SCHEMA!r}")
    order = {row.id: rank for rank, row in enumerate(rows())}
    held = _table(found.get("rows", {}), f"{name}: rows")
    return tuple(sorted((_answer(id_, one, name) for id_, one in held.items()), key=lambda one: order[one.row]))


def check_row(id_: str, where: str = "") -> None:
    """Raise UsageError for a row that is in no document."""
    if row_of(id_) is None:
        close = get_close_matches(id_, [row.id for row in rows()], n=1)
        hint = f"did you mean {close[0]}?" if close else "weighbridge dossier TARGET lists the rows"
        raise UsageError(f"{where}there is no row {id_[:60]!r}", hint=hint)


def check_words(answer: Answer, where: str) -> None:
    """Raise UsageError for an answer that says nothing, or not who says it."""
    for key, longest in (("author", _LONGEST_NAME), ("text", LONGEST)):
        words = getattr(answer, key)
        if not words.strip():
            raise UsageError(f"{where}: {key!r} is empty")
        if len(words) > longest:
            raise UsageError(f"{where}: {key!r} has {len(words):,} characters; {longest:,} are read")


def _answer(id_: str, found: object, name: str) -> Answer:
    check_row(id_, f"{name}: ")
    where = f"{name}: rows.{id_}"
    held = _table(found, where)
    _keys(held, _NEEDED, _OPTIONAL, where)
    words = {key: _text(held[key], f"{where}.{key}") for key in ("author", "text", "evidence")}
    if not _DIGEST.fullmatch(words["evidence"]):
        raise UsageError(f"{where}.evidence is no digest", hint="weighbridge dossier answer writes it")
    listed = held.get("attachments", [])
    if not isinstance(listed, list):
        raise UsageError(f"{where}.attachments is no list")
    answer = Answer(
        row=id_, author=words["author"], date=_date(held["date"], where), text=words["text"],
        evidence=words["evidence"].removeprefix(PREFIX), attachments=tuple(_attachment(one, where) for one in listed),
    )  # fmt: skip
    check_words(answer, where)
    return answer


def _attachment(found: object, where: str) -> Attachment:
    held = _table(found, f"{where}.attachments")
    _keys(held, ("name", "sha256"), (), f"{where}.attachments")
    made = Attachment(**{key: _text(held[key], f"{where}.attachments.{key}") for key in ("name", "sha256")})
    if not _HEX.fullmatch(made.sha256) or not is_plain_name(made.name):
        raise UsageError(f"{where}.attachments: {made.name[:60]!r} is no file beside the answers with its SHA-256")
    return made


def is_plain_name(name: str) -> bool:
    """Tell whether a name is that of a file in the same directory."""
    return bool(name) and len(name) <= _LONGEST_NAME and name not in {".", ".."} and not set("/\\\0") & set(name)


def _date(found: object, where: str) -> str:
    """Take a date of TOML, or the same as a text."""
    if type(found) is date:
        return found.isoformat()
    text = _text(found, f"{where}.date")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{where}.date: {text[:40]!r} is no date", hint="as 2026-11-30") from None


def _keys(found: dict[str, Any], needed: tuple[str, ...], optional: tuple[str, ...], where: str) -> None:
    for key in needed:
        if key not in found:
            raise UsageError(f"{where} has no {key!r}")
    known = (*needed, *optional)
    for key in found:
        if key not in known:
            close = get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
            raise UsageError(f"{where}: {key[:60]!r} is no part of it", hint=hint)


def _table(found: object, where: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise UsageError(f"{where} is no table")
    return found


def _text(found: object, where: str) -> str:
    if not isinstance(found, str):
        raise UsageError(f"{where} is no text")
    return found
