"""The words every report shares."""

from __future__ import annotations

import pytest

from tests.reports import samples
from weighbridge.core.coverage import GapKind
from weighbridge.core.finding import Harm
from weighbridge.core.location import Location
from weighbridge.core.report import Report, Verdict
from weighbridge.reports import outline


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (samples.MALICIOUS, "This file runs code when it is loaded."),
        (samples.MEMORY, "This file corrupts memory when it is loaded."),
        (samples.MIXED, "1 of 13 files runs code when it is loaded."),
        (samples.THOUSANDS, "700 of 2,000 files run code when they are loaded."),
        (samples.SUSPICIOUS, "This file may be unsafe to load."),
        (samples.INCONCLUSIVE, "2 of 2 files could not be judged in full."),
        (samples.CLEAN, "Nothing dangerous found in 2 files."),
        (samples.SUPPRESSED, "Nothing dangerous found in this file, apart from 1 finding set aside."),
        (samples.report(gaps=(samples.UNSUPPORTED,)), "There was no file to look at."),
        (samples.report(samples.file("a"), gaps=(samples.UNSUPPORTED,)), "Not everything could be read."),
    ],
)
def test_one_sentence_says_what_the_verdict_means(report: Report, sentence: str) -> None:
    head = outline.headline(report, outline.entries(report))
    assert (head.word, head.tone, head.sentence) == (report.verdict(), report.verdict(), sentence)


def test_no_file_at_all_is_not_called_clean() -> None:
    head = outline.headline(samples.EMPTY, ())
    assert head.word == "nothing weighed"
    assert head.tone is not Verdict.CLEAN


def test_two_kinds_of_harm_are_both_named() -> None:
    both = samples.report(
        samples.file("a", samples.finding()), samples.file("b", samples.finding(harm=Harm.MEMORY_CORRUPTION))
    )
    assert outline.headline(both, outline.entries(both)).sentence == (
        "2 of 2 files run code or corrupt memory when they are loaded."
    )


@pytest.mark.parametrize(
    ("ref", "path", "shown"),
    [
        ("models", "models/a.bin", "models/a.bin"),
        ("models/", "models/a.bin", "models/a.bin"),
        ("models", "a.bin", "models/a.bin"),
        ("models/a.bin", "models/a.bin", "models/a.bin"),
        ("models/a.bin", "a.bin", "models/a.bin"),
        (".", "a.bin", "a.bin"),
        ("/", "/a.bin", "/a.bin"),
        ("hf://org/name", "a.bin", "hf://org/name/a.bin"),
    ],
)
def test_a_file_is_named_as_it_is_found_from_here(ref: str, path: str, shown: str) -> None:
    assert outline.shown_path(ref, path) == shown


def test_worst_files_come_first() -> None:
    verdicts = [entry.verdict for entry in outline.entries(samples.MIXED)]
    assert verdicts == sorted(verdicts, key=outline.WORST_FIRST.index)
    assert outline.counts(outline.entries(samples.MIXED)) == (
        "13 files: 1 malicious, 1 suspicious, 2 inconclusive, 9 clean"
    )


def test_gaps_of_one_reason_are_counted_together() -> None:
    groups = outline.missed(samples.THOUSANDS)
    assert [(group.kind, len(group.places)) for group in groups] == [
        (GapKind.UNSUPPORTED, 500),
        (GapKind.UNPARSED, 300),
    ]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (Location(), ""),
        (Location(offset=0), "at byte 0"),
        (Location(member=("a.zip", "b\n.pkl"), offset=7), "in a.zip > b\\n.pkl, at byte 7"),
        (Location(member=("a",)), "in a"),
    ],
)
def test_places_are_said_in_words(at: Location, said: str) -> None:
    assert outline.where(at) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (None, "unknown size"),
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_960, "10 kB"),
        (46_827_520, "47 MB"),
        (999_600, "1.0 MB"),
        (10**15, "1000 TB"),
    ],
)
def test_sizes_are_said_for_people(number: int | None, said: str) -> None:
    assert outline.size(number) == said


def test_every_verdict_harm_and_gap_has_words() -> None:
    assert set(outline.SYMBOLS) == set(outline.MEANINGS) == set(Verdict)
    assert len(set(outline.SYMBOLS.values())) == len(Verdict)
    assert set(outline.HARMS) == set(Harm)
    assert set(outline.GAPS) == set(GapKind)
