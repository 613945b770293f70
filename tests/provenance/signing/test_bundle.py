"""Signature files that somebody else wrote: each way to be wrong is a typed error with a hint, never anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.provenance.signing import authorities as made
from weighbridge.core.errors import AccessError, IntegrityError
from weighbridge.provenance.signing import bundle as bundles
from weighbridge.provenance.signing.model import Method


def honest() -> dict[str, Any]:
    return made.bundle(made.statement())


def path(*keys: str | int) -> Callable[[dict[str, Any]], tuple[Any, Any]]:
    def find(made: Any) -> tuple[Any, Any]:
        for key in keys[:-1]:
            made = made[key]
        return made, keys[-1]

    return find


MATERIAL, ENVELOPE = "verificationMaterial", "dsseEnvelope"
PLACES = [
    ("mediaType",), (MATERIAL,), (ENVELOPE,), (MATERIAL, "publicKey"), (MATERIAL, "publicKey", "hint"),
    (MATERIAL, "tlogEntries"), (ENVELOPE, "payload"), (ENVELOPE, "payloadType"), (ENVELOPE, "signatures"),
    (ENVELOPE, "signatures", 0), (ENVELOPE, "signatures", 0, "sig"),
]  # fmt: skip
WRONG: list[Any] = [0, -1, 1.5, True, [], {}, "", "INERT!", ["x"], {"x": {}}, [[[[]]]]]


@pytest.mark.parametrize("keys", PLACES, ids=["-".join(map(str, keys)) for keys in PLACES])
@pytest.mark.parametrize("content", WRONG, ids=map(repr, WRONG))
def test_a_wrong_type_anywhere(keys: tuple[str | int, ...], content: Any) -> None:
    whole = honest()
    owner, key = path(*keys)(whole)
    owner[key] = content
    allowed = (keys[-1] == "hint" and type(content) is str and content) or (keys[-1] == "tlogEntries" and content == [])
    if allowed:
        assert bundles.loads(json.dumps(whole).encode()).method is Method.KEY
        return
    with pytest.raises(IntegrityError) as refused:
        bundles.loads(json.dumps(whole).encode())
    assert refused.value.hint


@pytest.mark.parametrize("keys", PLACES, ids=["-".join(map(str, keys)) for keys in PLACES])
def test_a_field_that_is_missing(keys: tuple[str | int, ...]) -> None:
    whole = honest()
    owner, key = path(*keys)(whole)
    del owner[key]
    if keys[-1] == "tlogEntries":
        assert bundles.loads(json.dumps(whole).encode())
        return
    with pytest.raises(IntegrityError):
        bundles.loads(json.dumps(whole).encode())


def text(whole: dict[str, Any] | None = None) -> bytes:
    return json.dumps(honest() if whole is None else whole).encode()


def with_(*keys: str | int, content: Any) -> bytes:
    whole = honest()
    owner, key = path(*keys)(whole)
    owner[key] = content
    return json.dumps(whole).encode()


def two_signatures() -> bytes:
    one = honest()[ENVELOPE]["signatures"][0]
    return with_(ENVELOPE, "signatures", content=[one, one])


def two_materials() -> bytes:
    return with_(MATERIAL, "certificate", content={"rawBytes": "MAA="})


TEXTS: list[tuple[str, bytes, str]] = [
    ("empty", b"", "cannot be read"),
    ("no JSON", b"INERT", "cannot be read"),
    ("a list", b"[]", "not an object"),
    ("cut", text()[:200], "cannot be read"),
    ("zeros", b"\0" * 64, "cannot be read"),
    ("behind its end", text() + b"{}", "behind its end"),
    ("a key twice", b'{"mediaType":"x",' + text()[1:], "duplicate key"),
    ("a key twice inside", text().replace(b'"payloadType"', b'"payload":"eA==","payloadType"'), "duplicate key"),
    ("UTF-16", text().decode().encode("utf-16"), "two readers read differently"),
    ("byte order mark", b"\xef\xbb\xbf" + text(), "two readers read differently"),
    ("no UTF-8", text().replace(b"bundle.v0.3", b"bundle\xff"), "two readers read differently"),
    ("lone surrogate", text().replace(b"bundle.v0.3", b"\\ud800"), "lone surrogate"),
    ("not a number", text().replace(b"[]", b"[NaN]"), "not finite"),
    ("wide number", text().replace(b"[]", b"[" + b"9" * 40 + b"]"), "64 bits"),
    ("deep", b'{"a":' * 5000 + b"1" + b"}" * 5000, "cannot be read"),
    ("deep lists", text().replace(b"[]", b"[" * 30 + b"]" * 30), "cannot be read"),
    ("many values", text().replace(b"[]", b"[" + b"1," * 2_000_001 + b"1]"), "cannot be read"),
    ("an unknown field", text().replace(b'"mediaType"', b'"messageSignature":{},"mediaType"'), "must not have"),
    ("another media type", text().replace(b"v0.3", b"v0.9"), "is of type"),
    ("another payload type", text().replace(b"vnd.in-toto+json", b"vnd.inert"), "payloadType"),
    ("no signature", with_(ENVELOPE, "signatures", content=[]), "there must be one"),
    ("two signatures", two_signatures(), "there must be one"),
    ("two materials", two_materials(), "publicKey and certificate"),
    ("keyid is a number", with_(ENVELOPE, "signatures", 0, "keyid", content=7), "keyid"),
    ("base64 with a break", with_(ENVELOPE, "payload", content="eA==\n"), "not base64"),
    ("base64 of the other alphabet", with_(ENVELOPE, "payload", content="_-8="), "not base64"),
    ("base64 without padding", with_(ENVELOPE, "payload", content="eA"), "not base64"),
    ("base64 with loose bits", with_(ENVELOPE, "payload", content="eB=="), "once only"),
    ("no certificate", with_(MATERIAL, content={"x509CertificateChain": {"certificates": []}}), "no certificate"),
    (
        "many certificates",
        with_(MATERIAL, content={"x509CertificateChain": {"certificates": [{"rawBytes": "MAA="}] * 11}}),
        "more than 10",
    ),
    (
        "keyless without a log",
        with_(MATERIAL, content={"certificate": {"rawBytes": "MAA="}, "tlogEntries": []}),
        "transparency log",
    ),
    ("a log of no entries", with_(MATERIAL, "tlogEntries", content=["x"]), "not an object"),
    ("a stamp that is none", with_(MATERIAL, "timestampVerificationData", content=["x"]), "not an object"),
    ("names no key", with_(MATERIAL, "publicKey", content={"keyDetails": "x"}), "names no key"),
]


@pytest.mark.parametrize(("name", "data", "told"), TEXTS, ids=[row[0] for row in TEXTS])
def test_a_text_that_is_wrong(name: str, data: bytes, told: str) -> None:
    with pytest.raises(IntegrityError) as refused:
        bundles.loads(data)
    assert told in str(refused.value)
    assert len(str(refused.value)) < 400


def test_an_honest_one_is_taken_apart() -> None:
    found = bundles.loads(text())
    assert found.method is Method.KEY
    assert found.hint == made.key_hint(made.key())
    assert json.loads(found.payload) == made.statement()
    assert not found.stamped


@pytest.mark.parametrize("keyid", ["", None, "absent", "name"])
def test_the_keyid_means_nothing(keyid: str | None) -> None:
    whole = honest()
    signature = whole[ENVELOPE]["signatures"][0]
    if keyid == "absent":
        del signature["keyid"]
    else:
        signature["keyid"] = keyid
    assert bundles.loads(text(whole)) == bundles.loads(text(whole))


def test_a_file_larger_than_any(tmp_path: Path) -> None:
    large = tmp_path / "model.sig"
    with large.open("wb") as file:
        file.truncate(bundles.LARGEST + 1)
    with pytest.raises(IntegrityError, match="larger than any"):
        bundles.load(str(large))


@pytest.mark.parametrize("name", ["absent.sig", "", "nul\0byte"])
def test_a_file_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(AccessError) as refused:
        bundles.load(str(tmp_path / name) if name else str(tmp_path))
    assert refused.value.hint


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 1200), st.integers(0, 300))
def test_any_bytes_are_read_or_refused(junk: bytes, at: int, less: int) -> None:
    data = text()
    for one in (junk, data[:at] + junk + data[at + less :]):
        try:
            bundles.loads(one)
        except IntegrityError as refused:
            assert refused.hint  # noqa: PT017


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=1, max_size=200), st.binary(min_size=1, max_size=80), st.lists(st.binary(min_size=1), max_size=4)
)
def test_what_is_written_is_read(payload: bytes, signature: bytes, chain: list[bytes]) -> None:
    found = bundles.loads(bundles.dumps(payload, signature, hint="ab" * 32, chain=tuple(chain)))
    assert (found.payload, found.signature, found.chain) == (payload, signature, tuple(chain))
    assert found.hint == ("" if chain else "ab" * 32)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_the_encodings_are_those_of_dsse_and_of_the_old_tool(payload: bytes) -> None:
    assert bundles.pae(payload) == made.pae(payload)
    assert bundles.old_pae(payload) == made.old_pae(payload)
