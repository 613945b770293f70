"""The ledger and the exhibits agree: nothing that was published is missing, nothing is shown under a made-up name."""

from __future__ import annotations

import re
from collections import Counter

from tests.museum.advisories import ADVISORIES
from tests.museum.collection import ALL
from tests.museum.exhibit import Verdict, Word
from tests.museum.ledger import ELSEWHERE, ROWS, SHOWN_AS
from tests.museum.test_survey_samples import LEFT_OUT

IDS = {exhibit.id for exhibit in ALL}
SHOWN = IDS | {other for exhibit in ALL for other in exhibit.also}

# Ids that the exhibits have beside rows and advisories: proofs by their authors, samples of test suites, families.
OTHER_IDS = re.compile(
    r"survey \S+|card [\w\- ]+|loky card|nullifAI 2025|arXiv:[\d.]+|picklescan-2025-03"
    r"|picklescan (malicious0|malicious12|sys_module_override|dns_exfiltration|tar)|modelscan (skipped|errors)"
    r"|fickling (ff423da|polyglot|unused)|modelaudit (bypass|crossed|game [\d-]+)"
)


def test_everything_that_was_published_is_shown_or_has_a_reason() -> None:
    named = {*ROWS, *ADVISORIES}
    assert named - SHOWN - set(ELSEWHERE) == set()
    assert set(ELSEWHERE) & SHOWN == set()
    assert set(ELSEWHERE) - named == {f"survey {sample}" for sample in LEFT_OUT}
    assert len(ADVISORIES) == len(set(ADVISORIES))


def test_references_lead_to_what_is_shown() -> None:
    assert {row for row in SHOWN_AS.values() if row not in SHOWN} == set()
    assert set(SHOWN_AS) & ({*ROWS, *ADVISORIES} | set(ELSEWHERE)) == set()


def test_no_exhibit_has_a_name_that_nobody_gave() -> None:
    strangers = {name for name in SHOWN - {*ROWS, *ADVISORIES} if not OTHER_IDS.fullmatch(name)}
    assert strangers == set()


def test_labels_are_unique() -> None:
    assert [label for label, count in Counter(exhibit.label for exhibit in ALL).items() if count > 1] == []


def test_a_weaker_verdict_has_its_word_or_its_reason() -> None:
    """Malicious for DENY, never clean for anything; what departs from the catalogue's word says why."""
    for exhibit in ALL:
        assert exhibit.expects is not Verdict.CLEAN, exhibit.label
        if exhibit.word is Word.DENY and exhibit.expects is not Verdict.MALICIOUS:
            assert exhibit.departs, exhibit.label
        if exhibit.word is Word.REVIEW and exhibit.expects is Verdict.INCONCLUSIVE:
            assert exhibit.departs, exhibit.label
        if exhibit.word in {Word.DENY, Word.REVIEW} and exhibit.expects is Verdict.MALICIOUS:
            assert not exhibit.departs, exhibit.label


def test_departures_stay_few() -> None:
    """The list of all of them by title, so that a new one is a decision and not an accident."""
    departing = Counter(exhibit.id for exhibit in ALL if exhibit.departs)
    assert departing == {
        "PKL-01": 1,
        "PKL-07": 1,
        "PKL-22": 1,
        "SCN-16": 5,
        "SCN-17": 9,
        "TOR-10": 2,
        "SAF-02": 2,
        "REP-04": 1,
        "OTH-16": 1,
        "GGU-05": 2,
        "GGU-06": 2,
        "KER-08": 4,
        "KER-09": 13,
        "KER-10": 4,
    }


def test_the_three_files_differ() -> None:
    for exhibit in ALL:
        bad, twin = exhibit.file("bad"), exhibit.file("twin")
        assert bad != twin, exhibit.label


def test_how_much_there_is_to_see() -> None:
    assert len(ALL) > 1_000
    assert len(IDS & {*ROWS}) > 90
    assert len(SHOWN & set(ADVISORIES)) > 130
