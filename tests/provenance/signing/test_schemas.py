"""What we write is what the four JSON Schemas of the format allow; our transcription of them, and of its words.

Transcribed from OMS 1.0: bundle, envelope, statement and predicate schemas, and sections 5.2 and 6 of the specification
for order, digest of the whole and shards. The algorithm of a shard is the one field in which the reference tool leaves
the specification (it adds the size), and we follow the tool, which would refuse the other.
"""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import model_signing
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tests.builders import signatures as made
from weighbridge.provenance.signing.sign import KeyFiles, SignRequest, sign_with_key

BYTES = {"type": "string", "minLength": 1}
CERTIFICATE = {"type": "object", "required": ["rawBytes"], "properties": {"rawBytes": BYTES}}
BUNDLE = {
    "type": "object",
    "required": ["mediaType", "verificationMaterial", "dsseEnvelope"],
    "additionalProperties": False,
    "properties": {
        "mediaType": {"type": "string", "pattern": r"^application/vnd\.dev\.sigstore\.bundle"},
        "verificationMaterial": {
            "type": "object",
            "properties": {"tlogEntries": {"type": "array", "items": {"type": "object"}}},
            "anyOf": [
                {
                    "required": ["publicKey"],
                    "properties": {"publicKey": {"type": "object", "anyOf": [{"required": ["hint"]}]}},
                },
                {
                    "required": ["x509CertificateChain"],
                    "properties": {
                        "x509CertificateChain": {
                            "type": "object",
                            "required": ["certificates"],
                            "properties": {"certificates": {"type": "array", "minItems": 1, "items": CERTIFICATE}},
                        }
                    },
                },
                {"required": ["certificate", "tlogEntries"], "properties": {"certificate": CERTIFICATE}},
            ],
        },
        "dsseEnvelope": {
            "type": "object",
            "required": ["payload", "payloadType", "signatures"],
            "additionalProperties": False,
            "properties": {
                "payload": BYTES,
                "payloadType": {"const": "application/vnd.in-toto+json"},
                "signatures": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["sig"],
                        "additionalProperties": False,
                        "properties": {"sig": BYTES, "keyid": {"type": ["string", "null"]}},
                    },
                },
            },
        },
    },
}
HASHES = ["sha256", "blake2b", "blake3"]
RESOURCE = {
    "type": "object",
    "required": ["name", "digest", "algorithm"],
    "properties": {
        "name": BYTES,
        "digest": {"type": "string", "pattern": "^[0-9a-f]+$"},
        "algorithm": {"type": "string", "pattern": f"^({'|'.join(HASHES)})(-sharded-[0-9]+)?$"},
    },
}
STATEMENT = {
    "type": "object",
    "required": ["_type", "subject", "predicateType", "predicate"],
    "additionalProperties": False,
    "properties": {
        "_type": {"const": "https://in-toto.io/Statement/v1"},
        "predicateType": {"const": "https://model_signing/signature/v1.0"},
        "subject": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "digest"],
                "properties": {
                    "name": BYTES,
                    "digest": {
                        "type": "object",
                        "minProperties": 1,
                        "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]+$"},
                    },
                },
            },
        },
        "predicate": {
            "type": "object",
            "required": ["resources", "serialization"],
            "additionalProperties": False,
            "properties": {
                "resources": {"type": "array", "minItems": 1, "items": RESOURCE},
                "serialization": {
                    "type": "object",
                    "required": ["method", "hash_type", "allow_symlinks"],
                    "additionalProperties": False,
                    "properties": {
                        "method": {"enum": ["files", "shards"]},
                        "hash_type": {"enum": HASHES},
                        "allow_symlinks": {"type": "boolean"},
                        "shard_size": {"type": "integer", "exclusiveMinimum": 0},
                        "ignore_paths": {"type": "array", "items": BYTES},
                    },
                },
            },
        },
    },
}


def validate(text: bytes, *, ours: bool) -> None:
    """Hold a bundle against the schemas, and ours also against the words of the specification."""
    whole = json.loads(text)
    Draft202012Validator(BUNDLE).validate(whole)
    payload = json.loads(base64.b64decode(whole["dsseEnvelope"]["payload"]))
    Draft202012Validator(STATEMENT).validate(payload)
    resources, serialization = payload["predicate"]["resources"], payload["predicate"]["serialization"]
    digests = b"".join(bytes.fromhex(one["digest"]) for one in resources)
    assert payload["subject"][0]["digest"] == {"sha256": sha256(digests).hexdigest()}
    assert ("shard_size" in serialization) is (serialization["method"] == "shards")
    if ours:
        names = [one["name"] for one in resources]
        assert names == sorted(names)
        assert not any(re.search(r"(^|/)\.{0,2}(/|$)", name) for name in names)
        assert not any(re.search(r"^/|\.\./|[*?\[]", one) for one in serialization["ignore_paths"])


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


def test_the_transcription_refuses_what_it_must() -> None:
    for spoilt in (
        made.bundle(made.statement(predicateType="https://slsa.dev/provenance/v1")),
        made.bundle(made.statement(resources=[])),
        made.bundle(made.statement(serialization={"hash_type": "md5"})),
        made.bundle(made.statement(serialization={"extra": 1})),
        made.bundle(made.statement(), material={"hint": "x"}),
        {**made.bundle(made.statement()), "mediaType": "INERT"},
        {key: part for key, part in made.bundle(made.statement()).items() if key != "dsseEnvelope"},
    ):
        with pytest.raises(ValidationError):
            validate(json.dumps(spoilt).encode(), ours=False)
