"""The rows of the documents that the AI Act asks for, and the dates of its duties: read from data beside this module.

``catalog.toml`` holds the rows, ``obligations.toml`` the dates with source and day of the check. Both are ours: what is
wrong in them is a bug, which tests find.
"""

from __future__ import annotations

import os
import tomllib
from functools import cache

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))


class Fill(StrEnum):
    """Who can fill a row."""

    AUTOMATIC = "automatic"
    """Files can answer it whole."""
    PRE_FILLED = "pre-filled"
    """Files give part of it; the rest is a person's."""
    HUMAN = "human"
    """A person alone; files give facts to write by, if anything."""


@value
class Row:
    """One row: ``number`` as the law or the template counts it, ``article`` the article that it leans on.

    ``evidence``, ``needs`` and ``binds`` are feeds (``feeds``): what is shown, what an automatic row must have to be
    complete, and what an answer speaks of although it is no evidence. ``raised_only`` rows are asked only where there
    is evidence.
    """

    id: str
    part: str
    number: str
    title: str
    question: str
    who: str
    fill: Fill
    article: str
    evidence: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    raised_only: bool = False


@value
class Part:
    """A document: for whom it is, by which article, and who must have it."""

    id: str
    title: str
    article: str
    reader: str
    note: str


@value
class Duty:
    """A day from which a duty holds; ``parts`` are the documents that it is about.

    ``confirmed`` where a source says so of a text in force; else ``note`` says what is missing.
    """

    date: str
    what: str
    article: str
    source: str
    confirmed: bool
    note: str = ""
    parts: tuple[str, ...] = ()


@value
class Obligations:
    """The dates, the law that they come from, and the day on which the sources were looked at."""

    law: str
    source: str
    checked: str
    duties: tuple[Duty, ...]


@cache
def parts() -> tuple[Part, ...]:
    """Give all parts, in the order of the documents."""
    return tuple(Part(**one) for one in _catalog()["parts"])


@cache
def rows() -> tuple[Row, ...]:
    """Give all rows, in the order of the documents."""
    articles = {one.id: one.article for one in parts()}
    return tuple(_row(one, articles) for one in _catalog()["rows"])


@cache
def obligations() -> Obligations:
    """Give the dates."""
    held = _read("obligations.toml")
    duties = tuple(Duty(**(one | {"parts": tuple(one.get("parts", ()))})) for one in held["dates"])
    return Obligations(law=held["law"], source=held["source"], checked=held["checked"], duties=duties)


def row_of(id_: str) -> Row | None:
    """Find a row by its id."""
    return next((one for one in rows() if one.id == id_), None)


def _row(given: dict[str, Any], articles: dict[str, str]) -> Row:
    part = given["id"].partition(".")[0]
    lists = {name: tuple(given.get(name, ())) for name in ("evidence", "needs", "binds")}
    article = given.get("article", articles[part])
    return Row(**(given | lists | {"part": part, "fill": Fill(given["fill"]), "article": article}))


@cache
def _catalog() -> dict[str, Any]:
    return _read("catalog.toml")


def _read(name: str) -> dict[str, Any]:
    with open(os.path.join(_HERE, name), "rb") as file:
        return tomllib.load(file)
