"""Notices: what a signature says of itself to those who pass by, and that a policy decides whether it is believed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.provenance.signing import authorities as made
from weighbridge.core.errors import UsageError
from weighbridge.provenance.signing.policy import trusting_certificates, trusting_keys
from weighbridge.provenance.signing.sign import KeyFiles, SignRequest, sign_with_key
from weighbridge.provenance.signing.verify import is_signature, notice, verify_signature


@pytest.fixture
def files(tmp_path: Path) -> made.Files:
    return made.signer_files(tmp_path / "keys")


def by_key(folder: Path, files: made.Files) -> str:
    model = made.write_model(folder / "model")
    request = SignRequest(directory=str(model), name="org/model", version="1.2")
    return sign_with_key(request, KeyFiles(key=str(files.key))).signature


def by_certificate(folder: Path, files: made.Files) -> str:
    model = made.write_model(folder / "model")
    signer = KeyFiles(key=str(files.key), certificate=str(files.certificate), chain=(str(files.chain),))
    return sign_with_key(SignRequest(directory=str(model)), signer).signature


def test_a_key(tmp_path: Path, files: made.Files) -> None:
    path = by_key(tmp_path, files)
    seen = notice(path)
    assert (seen.method, seen.name, seen.version, seen.files) == ("key", "org/model", "1.2", len(made.MODEL))
    assert str(seen) == f"signed by the key {made.key_hint(made.key())[:16]}… (key; not checked)"
    known = notice(path, trusting_keys(str(files.public)))
    assert (known.policy, known.trouble) == ("key", "")
    assert "trusted as key; the files were not compared" in str(known)


def test_a_certificate(tmp_path: Path, files: made.Files) -> None:
    path = by_certificate(tmp_path, files)
    assert str(notice(path)) == f"signed by {made.SIGNER} (certificate; not checked)"
    assert notice(path, trusting_certificates(str(files.root), san=(made.SIGNER,))).policy == "certificate"
    stranger = notice(path, trusting_certificates(str(files.root), san=("mailto:other@models.invalid",)))
    assert stranger.policy == ""
    assert "which does not hold: the certificate 'CN=signer' is for" in str(stranger)


def test_a_stranger(tmp_path: Path, files: made.Files) -> None:
    other = made.signer_files(tmp_path / "other", "P-384")
    seen = notice(by_key(tmp_path, files), trusting_keys(str(other.public)))
    assert seen.checked
    assert seen.policy == ""
    assert "not trusted" in seen.trouble


@pytest.mark.parametrize("content", [b"", b"INERT", b"{}", b"-----BEGIN PGP SIGNATURE-----\n"])
def test_what_is_no_signature(tmp_path: Path, files: made.Files, content: bytes) -> None:
    path = made.write_bundle(tmp_path / "model.sig", content)
    for policy in (None, trusting_keys(str(files.public))):
        seen = notice(str(path), policy)
        assert seen.method == ""
        assert seen.trouble
        assert "is no signature that could be read" in str(seen)
    assert notice(str(tmp_path / "absent.sig")).trouble


def test_a_statement_that_is_wrong_is_told_beside_the_signer(tmp_path: Path) -> None:
    path = made.write_bundle(tmp_path / "model.sig", made.bundle(made.statement(resources=[])))
    seen = notice(str(path))
    assert seen.method == "key"
    assert "are empty" in seen.trouble
    junk = made.bundle(made.statement(), material={"x509CertificateChain": {"certificates": [{"rawBytes": "MAA="}]}})
    assert "a certificate" in str(notice(str(made.write_bundle(tmp_path / "model.sig", junk))))


def test_without_the_library(tmp_path: Path, files: made.Files, monkeypatch: pytest.MonkeyPatch) -> None:
    path, policy = by_key(tmp_path, files), trusting_keys(str(files.public))
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert "weighbridge[sign]" not in notice(path).trouble
    assert notice(path).method == "key"
    assert "need the package cryptography" in notice(path, policy).trouble
    with pytest.raises(UsageError) as refused:
        verify_signature(str(tmp_path / "model"), path, policy)
    assert refused.value.hint == "pip install 'weighbridge[sign]'"


def test_names_of_signatures() -> None:
    assert all(map(is_signature, ("model.sig", "x.sigstore", "x.sigstore.json")))
    assert not any(map(is_signature, ("model.sig.txt", "signature.json", "sig")))
