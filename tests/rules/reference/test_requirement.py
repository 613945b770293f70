"""Where packages come from, and what they are called."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, found, only
from weighbridge.core.finding import Severity
from weighbridge.core.references import Requirement
from weighbridge.core.when import When
from weighbridge.rules.reference import requirement


def asked(origin: str, detail: str = "", name: str = "", *, hashed: bool = False) -> Requirement:
    return Requirement(at=FILE, name=name, specifier=detail or name, origin=origin, hashed=hashed, detail=detail)


@pytest.mark.parametrize(
    ("fact", "severity"),
    [
        (asked("vcs", "git+https://inert.invalid/a"), Severity.MEDIUM),
        (asked("vcs", "git+https://inert.invalid/a", hashed=True), Severity.LOW),
        (asked("url", "https://inert.invalid/a.whl"), Severity.MEDIUM),
        (asked("url", "https://inert.invalid/a.whl", hashed=True), Severity.LOW),
        (asked("path", "./a.whl"), Severity.LOW),
        (asked("path", "../a"), Severity.MEDIUM),
        (asked("path", "/a"), Severity.MEDIUM),
        (asked("editable", "."), Severity.LOW),
        (asked("editable", "~/a"), Severity.MEDIUM),
        (asked("option", "https://inert.invalid/simple"), Severity.MEDIUM),
        (asked("option", "https://pypi.org.inert.invalid/simple"), Severity.MEDIUM),
        (asked("option", "https://user@inert.invalid/pypi.org"), Severity.MEDIUM),
        (asked("option", "http://pypi.org/simple"), Severity.MEDIUM),
        (asked("option", "https://download.pytorch.org/whl/cu121"), Severity.LOW),
        (asked("option", "https://storage.googleapis.com/jax-releases/jax.html"), Severity.LOW),
        (asked("option", "https://storage.googleapis.com/other/x.html"), Severity.MEDIUM),
        (asked("option", "inert-channel"), Severity.MEDIUM),
        (asked("index", name="torhc"), Severity.HIGH),
        (asked("conda", name="numpyy"), Severity.HIGH),
    ],
)
def test_how_grave(fact: Requirement, severity: Severity) -> None:
    match = only(requirement, fact)
    assert match.severity is severity
    assert match.when is When.FLAG


@pytest.mark.parametrize(
    "fact",
    [
        asked("index", name="torch"), asked("index", name="own-package"), asked("conda", name="pytorch"),
        asked("option", "https://pypi.org/simple"), asked("option", "conda-forge"),
    ],
)  # fmt: skip
def test_the_usual_is_silent(fact: Requirement) -> None:
    assert not found(requirement, fact)
