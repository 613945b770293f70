from __future__ import annotations

import pytest

from weighbridge.core.finding import Severity
from weighbridge.inventory.advisories import record as r
from weighbridge.inventory.advisories.scoring import score_of, severity

SCORES = (
    # examples of FIRST's user guides and of NVD, with the scores that are printed there
    ("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
    ("CVSS_V3", "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
    ("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
    ("CVSS_V3", "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8),
    ("CVSS_V3", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N", 3.7),
    ("CVSS_V3", "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8),
    ("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
    ("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
    ("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5),
    ("CVSS_V2", "AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8),
    ("CVSS_V2", "AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0),
    ("CVSS_V2", "AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2),
    ("CVSS_V2", "AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5),
    ("CVSS_V2", "AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0),
    # and 6,000 more vectors of version 4, by chance, were compared with the library cvss 3.6
    ("CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0),
    ("CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3),
    ("CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.7),
    ("CVSS_V4", "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 7.3),
    ("CVSS_V4", "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3),
    ("CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.3),
    ("CVSS_V4", "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N/E:U", 0.1),
    ("CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0),
    ("CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N/E:X/CR:X/MAV:X", 6.9),
)


@pytest.mark.parametrize(("kind", "vector", "score"), SCORES)
def test_vectors_have_the_score_that_is_published(kind: str, vector: str, score: float) -> None:
    assert score_of(r.Severity(type=kind, score=vector)) == score


def rated(*ratings: tuple[str, str], word: str = "") -> Severity | None:
    given = tuple(r.Severity(type=kind, score=score) for kind, score in ratings)
    return severity(r.Advisory(id="CVE-2026-1", modified="", severity=given, rating=word))


def test_the_word_of_the_database_comes_first_then_the_worst_vector() -> None:
    high, critical = SCORES[3][:2], SCORES[0][:2]
    assert rated(critical, word="MODERATE") is Severity.MEDIUM
    assert rated(high, critical) is Severity.CRITICAL
    assert rated(high) is Severity.HIGH
    assert rated(SCORES[7][:2]) is Severity.INFO
    assert rated(SCORES[4][:2]) is Severity.LOW
    assert rated(("CVSS_V2", "AV:N/AC:L/Au:N/C:C/I:C/A:C")) is Severity.HIGH
    assert rated(("Ubuntu", "negligible")) is Severity.LOW


@pytest.mark.parametrize(("kind", "vector"), [
    ("CVSS_V3", ""), ("CVSS_V3", "9.8"), ("CVSS_V3", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
    ("CVSS_V2", "AV:N"), ("CVSS_V4", "CVSS:4.0/AV:N"), ("CVSS_V4", SCORES[-1][1].replace("AC:L", "AC:Z")),
    ("HOW_BAD", "very"), ("Ubuntu", "very"),
])  # fmt: skip
def test_what_is_no_vector_rates_nothing(kind: str, vector: str) -> None:
    assert rated((kind, vector)) is None


def test_a_package_may_have_its_own_rating() -> None:
    one = r.Affected(severity=(r.Severity(type="CVSS_V3", score=SCORES[0][1]),))
    assert severity(r.Advisory(id="CVE-2026-1", modified=""), (one,)) is Severity.CRITICAL
