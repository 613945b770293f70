"""The four JSON Schemas of the format, and what its words add to them.

Transcribed from OMS 1.0 (``schemas/v1.0``: bundle, envelope, statement, predicate), constraint by constraint. The words
are those of sections 4.1, 5.2 and 6 of the specification, which its suite asks of every bundle that is made.
"""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha256
from typing import Any

from jsonschema import Draft202012Validator

TEXT = {"type": "string"}
FILLED = {"type": "string", "minLength": 1}
HEXADECIMAL = {"type": "string", "pattern": "^[0-9a-f]+$"}
HASHES = ["sha256", "blake2b", "blake3"]


def record(*required: str, closed: bool = False, **properties: Any) -> dict[str, Any]:
    """An object; a closed one has no other properties."""
    made: dict[str, Any] = {"type": "object", "required": list(required), "properties": properties}
    return made | ({"additionalProperties": False} if closed else {})


def series(items: Any, **more: Any) -> dict[str, Any]:
    """A list."""
    return {"type": "array", "items": items, **more}


# -- bundle and envelope --------------------------------------------------------------------------------------------

CERTIFICATE = record("rawBytes", rawBytes=FILLED)
LOG_ENTRY = record(
    logIndex=TEXT,
    logId=record(keyId=TEXT),
    kindVersion=record(kind=TEXT, version=TEXT),
    integratedTime=TEXT,
    inclusionPromise=record(signedEntryTimestamp=TEXT),
    inclusionProof=record(
        logIndex=TEXT, rootHash=TEXT, treeSize=TEXT, hashes=series(TEXT), checkpoint=record(envelope=TEXT)
    ),
    canonicalizedBody=TEXT,
)
WITNESSES = {
    "tlogEntries": series(LOG_ENTRY),
    "timestampVerificationData": record(rfc3161Timestamps=series(record(signedTimestamp=TEXT))),
}
PUBLIC_KEY = record(hint=TEXT, rawBytes=TEXT) | {"anyOf": [{"required": ["hint"]}, {"required": ["rawBytes"]}]}
CHAIN = record("certificates", certificates=series(CERTIFICATE, minItems=1))
ENVELOPE = record(
    "payload", "payloadType", "signatures", closed=True,
    payload=FILLED,
    payloadType={"const": "application/vnd.in-toto+json"},
    signatures=series(record("sig", closed=True, sig=FILLED, keyid={"type": ["string", "null"]}), minItems=1),
)  # fmt: skip
BUNDLE = record(
    "mediaType", "verificationMaterial", "dsseEnvelope", closed=True,
    mediaType={"type": "string", "pattern": r"^application/vnd\.dev\.sigstore\.bundle"},
    verificationMaterial={
        "type": "object",
        "anyOf": [
            record("publicKey", publicKey=PUBLIC_KEY, **WITNESSES),
            record("x509CertificateChain", x509CertificateChain=CHAIN, **WITNESSES),
            record("certificate", "tlogEntries", certificate=CERTIFICATE, **WITNESSES),
        ],
    },
    dsseEnvelope=ENVELOPE,
)  # fmt: skip

# -- statement and predicate ----------------------------------------------------------------------------------------

SERIALIZATION = record(
    "method", "hash_type", "allow_symlinks", closed=True,
    method={"enum": ["files", "shards"]},
    hash_type={"enum": HASHES},
    shard_size={"type": "integer", "exclusiveMinimum": 0},
    allow_symlinks={"type": "boolean"},
    ignore_paths=series(FILLED),
) | {"if": {"properties": {"method": {"const": "shards"}}}, "then": {"required": ["shard_size"]}}  # fmt: skip
RESOURCE = record("name", "digest", "algorithm", name=FILLED, digest=HEXADECIMAL, algorithm={"enum": HASHES})
PREDICATE = record(
    "resources", "serialization", closed=True,
    resources=series(RESOURCE),
    serialization=SERIALIZATION,
)  # fmt: skip
DIGESTS = {"type": "object", "minProperties": 1, "additionalProperties": HEXADECIMAL}
STATEMENT = record(
    "_type", "subject", "predicateType", "predicate", closed=True,
    _type={"const": "https://in-toto.io/Statement/v1"},
    subject=series(record("name", "digest", name=FILLED, digest=DIGESTS), minItems=1, maxItems=1),
    predicateType={"const": "https://model_signing/signature/v1.0"},
    predicate=PREDICATE,
)  # fmt: skip


def payload_of(whole: dict[str, Any]) -> Any:
    """What a bundle signs."""
    return json.loads(base64.b64decode(whole["dsseEnvelope"]["payload"]))


def check_bundle(whole: Any) -> None:
    """Hold a bundle and its envelope against their schemas; raises ValidationError."""
    Draft202012Validator(BUNDLE).validate(whole)


def check_statement(payload: Any) -> None:
    """Hold a statement and its predicate against their schemas; raises ValidationError."""
    Draft202012Validator(STATEMENT).validate(payload)


def validate(text: bytes, *, ours: bool) -> None:
    """Hold a bundle against the schemas and the digest of the whole, and ours also against the words.

    The algorithm of a shard is the one field in which the reference tool leaves the specification: it adds the size,
    and refuses a shard that lacks it. We do as it does, so the size is taken away before the schema sees it.
    """
    whole = json.loads(text)
    check_bundle(whole)
    payload = payload_of(whole)
    resources, serialization = payload["predicate"]["resources"], payload["predicate"]["serialization"]
    if serialization["method"] == "shards":
        suffix = f"-sharded-{int(serialization['shard_size'])}"
        for one in resources:
            assert one["algorithm"].endswith(suffix)
            one["algorithm"] = one["algorithm"].removesuffix(suffix)
    check_statement(payload)
    digests = b"".join(bytes.fromhex(one["digest"]) for one in resources)
    assert payload["subject"][0]["digest"] == {"sha256": sha256(digests).hexdigest()}
    assert ("shard_size" in serialization) is (serialization["method"] == "shards")
    assert resources
    assert {one["algorithm"] for one in resources} == {serialization["hash_type"]}
    if ours:
        names = [one["name"] for one in resources]
        assert names == sorted(names)
        assert not any(re.search(r"(^|/)\.{0,2}(/|$)", name) for name in names)
        assert not any(re.search(r"^/|\.\./|[*?\[]", one) for one in serialization["ignore_paths"])
        assert whole["verificationMaterial"].get("publicKey", {"hint": ""}).keys() == {"hint"}
