"""What we write is what the four JSON Schemas of the format allow; and the test vectors of the format, made by us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import model_signing
import pytest
from jsonschema.exceptions import ValidationError

from tests.provenance.signing import authorities as made
from tests.provenance.signing.schemas import check_bundle, check_statement, payload_of, validate
from weighbridge.core.errors import IntegrityError
from weighbridge.provenance.signing import bundle as bundles
from weighbridge.provenance.signing import statement as statements
from weighbridge.provenance.signing.sign import KeyFiles, SignRequest, sign_with_key

LAYOUTS: list[dict[str, Any]] = [
    {}, {"algorithm": "blake2b"}, {"algorithm": "blake3"}, {"shard": 700}, {"shard": 700, "algorithm": "blake2b"},
    {"name": "org/model", "version": "1.2"},
]  # fmt: skip


@pytest.mark.parametrize("method", ["key", "certificate"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=map(repr, LAYOUTS))
def test_what_we_write(tmp_path: Path, layout: dict[str, Any], method: str) -> None:
    model, files = made.write_model(tmp_path / "model"), made.signer_files(tmp_path / "keys")
    (model / "deep").mkdir()
    (model / "deep/empty").touch()
    chain = {"certificate": str(files.certificate), "chain": (str(files.chain),)} if method == "certificate" else {}
    sign_with_key(SignRequest(directory=str(model), **layout), KeyFiles(key=str(files.key), **chain))  # type: ignore[arg-type]
    validate((model / "model.sig").read_bytes(), ours=True)


@pytest.mark.parametrize("shard", [0, 700])
def test_what_the_reference_tool_writes(tmp_path: Path, shard: int) -> None:
    model, files = made.write_model(tmp_path / "model"), made.signer_files(tmp_path / "keys")
    hashing = model_signing.hashing.Config()
    if shard:
        hashing.use_shard_serialization(shard_size=shard)
    config = model_signing.signing.Config().use_elliptic_key_signer(private_key=files.key)
    config.set_hashing_config(hashing).sign(model, tmp_path / "model.sig")
    validate((tmp_path / "model.sig").read_bytes(), ours=False)


def without(whole: dict[str, Any], *keys: str) -> dict[str, Any]:
    owner = whole
    for key in keys[:-1]:
        owner = owner[key]
    del owner[keys[-1]]
    return whole


KEY, NO_LOG = made.bundle(made.statement()), {"certificate": {"rawBytes": "MAA="}}
OLD_KEY = made.bundle(made.statement(), material={"publicKey": {"rawBytes": "MAA=", "keyDetails": "INERT"}})
CERTIFICATE = made.bundle(made.statement(), certificates=made.standard_chain()[:2])

VALID: list[tuple[str, dict[str, Any]]] = [
    ("key", KEY),
    ("key, as tools before 1.1 carried it", OLD_KEY),
    ("certificate", CERTIFICATE),
    ("sigstore", made.bundle(made.statement(), material=NO_LOG)),
    ("without a log", without(made.bundle(made.statement()), "verificationMaterial", "tlogEntries")),
]
INVALID: list[tuple[str, Any]] = [
    ("missing-envelope", without(made.bundle(made.statement()), "dsseEnvelope")),
    ("missing-verification-material", without(made.bundle(made.statement()), "verificationMaterial")),
    (
        "missing-tlog-entries",
        without(made.bundle(made.statement(), material=NO_LOG), "verificationMaterial", "tlogEntries"),
    ),
    ("no material that is known", made.bundle(made.statement(), material={"hint": "x"})),
    ("no key at all", made.bundle(made.statement(), material={"publicKey": {}})),
    ("no certificate", made.bundle(made.statement(), material={"x509CertificateChain": {"certificates": []}})),
    ("another media type", KEY | {"mediaType": "INERT"}),
    ("another field", KEY | {"messageSignature": {}}),
    ("a log that is none", KEY | {"verificationMaterial": {"publicKey": {"hint": "x"}, "tlogEntries": [1]}}),
]
INVALID_PAYLOAD: list[tuple[str, dict[str, Any]]] = [
    ("wrong-predicate", made.statement(predicateType="https://slsa.dev/provenance/v1")),
    ("another type", made.statement(_type="https://in-toto.io/Statement/v0.1")),
    ("two subjects", made.statement(subject=made.statement()["subject"] * 2)),
    ("no subject", made.statement(subject=[])),
    ("no predicate", without(made.statement(), "predicate")),
    ("another field of the predicate", made.statement(predicate=made.statement()["predicate"] | {"more": 1})),
    ("an unknown hash", made.statement(serialization={"hash_type": "md5"})),
    ("an unknown parameter", made.statement(serialization={"extra": 1})),
    ("shards of no size", made.statement(serialization={"method": "shards"})),
    ("a resource by another hash", made.statement(resources=[{"name": "a", "algorithm": "md5", "digest": "00"}])),
]


@pytest.mark.parametrize(("name", "whole"), VALID, ids=[row[0] for row in VALID])
def test_vectors_that_are_valid(name: str, whole: dict[str, Any]) -> None:
    check_bundle(whole)
    check_statement(payload_of(whole))


@pytest.mark.parametrize(("name", "whole"), INVALID, ids=[row[0] for row in INVALID])
def test_vectors_that_are_invalid_are_refused_by_the_schemas_and_by_us(name: str, whole: Any) -> None:
    with pytest.raises(ValidationError):
        check_bundle(whole)
    with pytest.raises(IntegrityError):
        bundles.loads(json.dumps(whole).encode())


@pytest.mark.parametrize(("name", "payload"), INVALID_PAYLOAD, ids=[row[0] for row in INVALID_PAYLOAD])
def test_vectors_with_an_invalid_payload(name: str, payload: dict[str, Any]) -> None:
    whole = made.bundle(payload)
    check_bundle(whole)
    with pytest.raises(ValidationError):
        check_statement(payload_of(whole))
    with pytest.raises(IntegrityError):
        statements.loads(bundles.loads(json.dumps(whole).encode()).payload)
