"""What a reader of an advisory needs and no schema asks for: what is wrong, where, and what to do about it."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.refs import is_commit
from weighbridge.core.values import value
from weighbridge.inventory.advisories import identity, kinds
from weighbridge.inventory.advisories.defects import BY_SCHEMA, DefectKind
from weighbridge.inventory.advisories.reading import parse
from weighbridge.inventory.bom.purls import trouble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.advisories.record import Advisory, Affected


class Weight(StrEnum):
    """How much a remark counts."""

    WRONG = "wrong"
    """The record breaks the schema, or says something that cannot be meant."""
    ADVICE = "advice"
    """It can be used, and would be of more use."""


@value
class Remark:
    """Something about a record; ``by`` is ``schema`` or ``sense``, ``at`` a path in it."""

    weight: Weight
    by: str
    at: str
    words: str


def remarks(text: bytes) -> tuple[Remark, ...]:
    """Hold a record against schema and sense; what is wrong comes first, as it stands in the record."""
    reading = parse(text)
    found = [
        Remark(
            weight=Weight.ADVICE if one.kind is DefectKind.NO_PUBLISHED else Weight.WRONG,
            by="schema" if one.fatal or one.kind in BY_SCHEMA else "sense", at=one.at, words=one.words,
        )
        for one in reading.defects
    ]  # fmt: skip
    if reading.advisory is not None:
        found += _sense(reading.advisory)
    return tuple(sorted(found, key=lambda one: one.weight is Weight.ADVICE))


def _wrong(at: str, words: str) -> Remark:
    return Remark(weight=Weight.WRONG, by="sense", at=at, words=words)


def _advice(at: str, words: str) -> Remark:
    return Remark(weight=Weight.ADVICE, by="sense", at=at, words=words)


def _sense(one: Advisory) -> Iterator[Remark]:
    if not one.summary and not one.details:
        yield _wrong("summary", "it does not say what is wrong: no summary, no details")
    elif not one.summary:
        yield _advice("summary", "a summary of one line is what lists show")
    elif not one.details:
        yield _advice("details", "it does not say what to do: details are the place for it")
    if not one.affected and not one.withdrawn:
        yield _wrong("affected", "it does not say what is affected, so that it can match nothing")
    for number, entry in enumerate(one.affected):
        yield from _entry(entry, f"affected[{number}]")
    if not one.references:
        yield _advice("references", "there is no address with more about it")
    if not one.severity and not one.rating and not any(entry.severity for entry in one.affected):
        yield _advice("severity", "nobody rates it: a CVSS vector, or a word in database_specific.severity")
    if not one.cwes:
        yield _advice("database_specific.cwe_ids", "no weakness is named (https://cwe.mitre.org)")
    about_models = any(map(_is_of_model, one.affected))
    if one.kind and one.kind not in kinds.KINDS and about_models:
        words = f"{one.kind!r} is none of the known kinds: {', '.join(kinds.KINDS)}"
        yield _advice("database_specific.kind", words)
    if not one.kind and about_models:
        yield _advice("database_specific.kind", f"the kind is not said: {', '.join(kinds.KINDS)}")


def _is_of_model(entry: Affected) -> bool:
    return bool(entry.files) or bool(identity.named(entry))


def _entry(entry: Affected, at: str) -> Iterator[Remark]:
    if not entry.files and not entry.versions and not entry.ranges:
        yield _wrong(at, "no file, version or range is named, so that it can match nothing for sure")
    if entry.purl and (words := trouble(entry.purl)):
        yield _wrong(f"{at}.package.purl", words)
    elif entry.purl and "@" in entry.purl.rpartition("/")[2]:
        yield _wrong(f"{at}.package.purl", "a package URL has no version here: versions have a field of their own")
    if not _is_of_model(entry):
        return
    if not entry.files:
        yield _advice(f"{at}.ecosystem_specific.files", "no digest of a file is named: copies are not found")
    names = identity.named(entry)
    if len(names) > 1:
        yield _wrong(at, f"name, package URL and ranges speak of different repositories: {', '.join(sorted(names))}")
    for version in entry.versions if entry.ecosystem == "GIT" else ():
        if not is_commit(version):
            yield _wrong(f"{at}.versions", f"{version[:60]!r} is no commit of 40 hexadecimal digits in lower case")
    yield from _lineage(entry, f"{at}.database_specific.lineage")


def _lineage(entry: Affected, at: str) -> Iterator[Remark]:
    for name, words in (("applies_to_derived", entry.applies_to_derived), ("not_to", entry.not_to)):
        for word in words:
            if not kinds.relations((word,)):
                yield _wrong(f"{at}.{name}", f"{word[:40]!r} is none of {', '.join(kinds.RELATIONS)}")
    both = kinds.relations(entry.applies_to_derived) & kinds.relations(entry.not_to)
    if both:
        yield _wrong(at, f"handed on and not handed on at once: {', '.join(sorted(both))}")
