"""Licences as people write them: SPDX where it is SPDX, a name where it is not, nothing where nothing is said."""

from __future__ import annotations

import pytest
from cyclonedx.spdx import is_supported_id
from hypothesis import given
from hypothesis import strategies as st
from license_expression import get_spdx_licensing

from weighbridge.inventory.graph import License
from weighbridge.inventory.licenses import _SLUGS, is_expression, license_of
from weighbridge.inventory.spdx_identifiers import EXCEPTIONS, LICENSES

SPDX = get_spdx_licensing()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("apache-2.0", License(expression="Apache-2.0")), ("MIT", License(expression="MIT")),
        ("mit", License(expression="MIT")), ("bsd-3-clause-LBNL", License(expression="BSD-3-Clause-LBNL")),
        ("MIT OR Apache-2.0", License(expression="MIT OR Apache-2.0")), ("llama3.1", License(name="llama3.1")),
        ("my own", License(name="my own")), ("MIT OR", License(name="MIT OR")),
        ("GPL-2.0-only WITH Classpath-exception-2.0", License(expression="GPL-2.0-only WITH Classpath-exception-2.0")),
        ("LicenseRef-mine", License(expression="LicenseRef-mine")), ("x" * 5_000, License(name="x" * 200)),
        ("other", None), ("", None), ("  unknown ", None),
    ],
)  # fmt: skip
def test_words(written: str, found: License | None) -> None:
    assert license_of(written) == found


def test_what_stands_beside_other_is_its_name() -> None:
    assert license_of("other", "Ours 1.0", "https://x.invalid") == License(name="Ours 1.0", url="https://x.invalid")


def test_every_identifier_is_one_of_the_schema() -> None:
    assert [one for one in LICENSES if not is_supported_id(one)] == []
    assert {one for one in _SLUGS.values() if one} <= LICENSES


WORDS = st.sampled_from(["MIT", "Apache-2.0", "GPL-2.0-only", "AND", "OR", "WITH", "(", ")", "Classpath-exception-2.0"])


@given(st.lists(WORDS, min_size=1, max_size=7))
def test_expressions_are_those_of_the_reference(words: list[str]) -> None:
    """`license-expression` also takes an exception for a licence, and a licence for an exception; SPDX does not."""
    text = " ".join(words)
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if (word in EXCEPTIONS) is not (before == "WITH"):
            return
    try:
        reference = not SPDX.validate(text).errors
    except (AttributeError, IndexError, AssertionError):  # license-expression 30.4.4 falls over "MIT OR"
        reference = False
    assert is_expression(text) is reference
