"""Keyless signatures, as far as they go without a network: forged ones are refused, offline, by the real client."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.builders import signatures as made
from weighbridge.core.errors import AccessError, IntegrityError, UsageError
from weighbridge.provenance.signing import keyless
from weighbridge.provenance.signing.model import Method
from weighbridge.provenance.signing.policy import SignerPolicy, SigstoreRule, TrustedSigner, trusting_keys
from weighbridge.provenance.signing.verify import notice, verify_signature

RULE = SigstoreRule(identity="release@models.invalid", issuer="https://issuer.invalid")
ENTRY = {
    "logIndex": "1",
    "logId": {"keyId": "wNI9atQGlz+VWfO6LRygH4QUfY/8W4RFwiT5i5WRgB0="},
    "kindVersion": {"kind": "dsse", "version": "0.0.1"},
    "integratedTime": "1700000000",
    "inclusionPromise": {"signedEntryTimestamp": "SU5FUlQ="},
    "inclusionProof": {
        "logIndex": "1", "rootHash": "SU5FUlQ=", "treeSize": "2", "hashes": [],
        "checkpoint": {"envelope": "rekor.sigstore.dev - 1\n2\nSU5FUlQ=\n\n— rekor.sigstore.dev SU5FUlQ=\n"},
    },
    "canonicalizedBody": "e30=",
}  # fmt: skip


def forged(**entry: Any) -> dict[str, Any]:
    """A bundle as a keyless signer makes it, but that nobody vouches for the certificate or the log entry."""
    leaf = {"rawBytes": made.encoded(made.standard_chain()[0].public_bytes(Encoding.DER))}
    whole = made.bundle(made.statement(), material={"certificate": leaf})
    whole["verificationMaterial"]["tlogEntries"] = [{**ENTRY, **entry}]
    return whole


@pytest.mark.parametrize(
    "entry",
    [{}, {"logId": {}}, {"inclusionProof": {}}, {"kindVersion": {"kind": "x", "version": "y"}}, {"logIndex": []}],
)
def test_a_forged_one_is_refused_offline(tmp_path: Path, entry: dict[str, Any]) -> None:
    model = made.write_model(tmp_path / "model")
    signature = made.write_bundle(tmp_path / "model.sig", forged(**entry))
    policy = SignerPolicy(signers=(TrustedSigner(name="release", sigstore=RULE),))
    report = verify_signature(str(model), str(signature), policy)
    assert report.method is Method.SIGSTORE
    assert "the keyless signature does not hold" in report.problems[0]
    assert report.files == 0


def test_a_policy_of_keys_trusts_no_identity(tmp_path: Path) -> None:
    files, model = made.signer_files(tmp_path / "keys"), made.write_model(tmp_path / "model")
    signature = made.write_bundle(tmp_path / "model.sig", forged())
    report = verify_signature(str(model), str(signature), trusting_keys(str(files.public)))
    assert "it trusts no sigstore at all" in report.problems[0]


def test_what_the_client_believes_is_what_we_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client stands in for itself here: there is no genuine keyless signature without a network."""
    model = made.write_model(tmp_path / "model")
    signature = made.write_bundle(tmp_path / "model.sig", forged())
    policy = SignerPolicy(signers=(TrustedSigner(name="release", sigstore=RULE),))
    payload = json.dumps(made.statement()).encode()
    monkeypatch.setattr(keyless, "verify", lambda _text, rule: payload if rule is RULE else b"")
    report = verify_signature(str(model), str(signature), policy)
    assert report.problems == ()
    assert report.policy == "release"
    assert notice(str(signature), policy).policy == "release"
    monkeypatch.setattr(keyless, "verify", lambda _text, _rule: payload + b" ")
    assert "two statements" in verify_signature(str(model), str(signature), policy).problems[0]


@pytest.mark.parametrize("content", [b"", b"{}", b"INERT", b"\xff", b"[]", b'{"clienttrustconfig": 1}'])
def test_a_trusted_root_that_is_none(tmp_path: Path, content: bytes) -> None:
    root = tmp_path / "root.json"
    root.write_bytes(content)
    rule = SigstoreRule(identity="x", issuer="y", trust=str(root))
    with pytest.raises((UsageError, IntegrityError)):
        keyless.verify(json.dumps(forged()).encode(), rule)


def test_a_trusted_root_that_is_not_there(tmp_path: Path) -> None:
    rule = SigstoreRule(identity="x", issuer="y", trust=str(tmp_path / "absent.json"))
    with pytest.raises(UsageError, match="no such file"):
        keyless.verify(json.dumps(forged()).encode(), rule)


def test_the_client_does_not_talk_on_our_stderr(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(IntegrityError):
        keyless.verify(json.dumps(forged()).encode(), RULE)
    assert caplog.messages == []


def test_without_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sigstore", None)
    with pytest.raises(UsageError) as refused:
        keyless.verify(b"{}", RULE)
    assert refused.value.hint == "pip install 'weighbridge[sigstore]'"


def test_signing_without_services(tmp_path: Path) -> None:
    trust = tmp_path / "trust.json"
    trust.write_bytes(b"{}")
    with pytest.raises(AccessError, match="keyless signing failed"):
        keyless.sign(json.dumps(made.statement()).encode(), trust=str(trust))
