from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weighbridge.inventory.advisories import identity
from weighbridge.inventory.advisories.record import Affected

HUB = "https://huggingface.co/acme/tiny-bert"
COMMIT = "a" * 40


@pytest.mark.parametrize(
    "written",
    [
        HUB, f"{HUB}/", f"{HUB}.git", "https://hf.co/acme/tiny-bert", "HTTPS://HuggingFace.co/acme/tiny-bert",
        "https://www.huggingface.co/acme/tiny-bert",
    ],
)  # fmt: skip
def test_an_address_has_one_spelling(written: str) -> None:
    assert identity.of_address(written) == HUB


def test_package_urls_and_references_are_addresses() -> None:
    assert identity.of_purl(f"pkg:huggingface/acme/tiny-bert@{COMMIT.upper()}") == (HUB, COMMIT)
    assert identity.of_purl("pkg:huggingface/acme/tiny%2Dbert?a=b#c") == (HUB, "")
    assert identity.of_reference(f"hf://acme/tiny-bert@{COMMIT}") == (HUB, COMMIT)
    assert identity.of_purl("pkg:github/Acme/Model") == identity.of_purl("pkg:github/acme/model")
    assert (
        identity.of_purl("pkg:huggingface/acme/m?repository_url=https://hub.acme.invalid")[0]
        != (identity.of_purl("pkg:huggingface/acme/m")[0])
    )


@pytest.mark.parametrize("written", ["pkg:pypi/keras", "pkg:npm/%40a/b", "keras", "pkg:", "pkg:huggingface/", ""])
def test_software_and_what_is_none_name_no_repository(written: str) -> None:
    assert identity.of_purl(written) == ("", "")


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=30))
def test_any_text_is_read(text: str) -> None:
    for read in (identity.of_purl, identity.of_reference, identity.of_address):
        read(text)
        read(f"pkg:huggingface/{text}")
        read(f"hf://{text}")
    name = identity.of_address(f"https://huggingface.co/{text}")
    assert identity.of_address(name) == name or ".git" in text


def test_a_package_of_an_ecosystem_is_no_repository() -> None:
    assert identity.named(Affected(ecosystem="PyPI", name="https://huggingface.co/a/b")) == frozenset()
    assert identity.named(Affected(ecosystem="GIT", name=HUB, purl="pkg:huggingface/acme/tiny-bert")) == {HUB}
