"""Several identities."""

from __future__ import annotations

from tests.rules.facts import FILE, only
from weighbridge.core.facts import Identities
from weighbridge.rules.concealment import polyglot


def test_the_identities_are_named() -> None:
    match = only(polyglot, Identities(at=FILE, formats=("pickle", "zip")))
    assert match.message == "the same bytes are pickle and zip"
    assert match.severity is None
