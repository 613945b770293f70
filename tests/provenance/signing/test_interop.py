"""Bundles go both ways between us and the reference tool (model_signing 1.1.1): its command line for what that can do,
its library, told hash and layout, for the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import model_signing
import pytest

from tests.builders.signatures import CURVES, SIGNER, Files, key, private_pem, signer_files, write_model
from weighbridge.provenance.signing.policy import SignerPolicy, trusting_certificates, trusting_keys
from weighbridge.provenance.signing.sign import KeyFiles, SignRequest, sign_with_key
from weighbridge.provenance.signing.verify import verify_signature

LAYOUTS = [("sha256", 0), ("blake2b", 0), ("blake3", 0), ("sha256", 700), ("blake2b", 700), ("sha256", 1_000_000_000)]
METHODS = ("key", "certificate")

curves = pytest.mark.parametrize("curve", CURVES)
methods = pytest.mark.parametrize("method", METHODS)
layouts = pytest.mark.parametrize(("algorithm", "shard"), LAYOUTS, ids=[f"{one}-{shard}" for one, shard in LAYOUTS])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model")


def key_files(files: Files, method: str) -> KeyFiles:
    if method == "key":
        return KeyFiles(key=str(files.key))
    return KeyFiles(key=str(files.key), certificate=str(files.certificate), chain=(str(files.chain),))


def policy(files: Files, method: str) -> SignerPolicy:
    if method == "key":
        return trusting_keys(str(files.public))
    return trusting_certificates(str(files.root), san=(SIGNER,))


def reference(*words: object) -> subprocess.CompletedProcess[str]:
    """The reference tool's command line."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "model_signing", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def hashing(algorithm: str, shard: int, signature: Path, model: Path) -> model_signing.hashing.Config:
    """The reference library's configuration, told hash and layout."""
    config = model_signing.hashing.Config()
    called = {"blake2b": "blake2"}.get(algorithm, algorithm)
    if shard:
        config.use_shard_serialization(hashing_algorithm=called, shard_size=shard)
    else:
        config.use_file_serialization(hashing_algorithm=called)
    return config.set_ignored_paths(paths=[signature.relative_to(model)])


@methods
@curves
def test_its_command_verifies_what_we_sign(model: Path, tmp_path: Path, curve: str, method: str) -> None:
    files, signature = signer_files(tmp_path / "keys", curve), model / "model.sig"
    sign_with_key(SignRequest(directory=str(model), name="org/model", version="1.2"), key_files(files, method))
    trusted = ("--public_key", files.public) if method == "key" else ("--certificate_chain", files.root)
    done = reference("verify", method, model, "--signature", signature, *trusted)
    assert done.returncode == 0, done.stdout + done.stderr
    (model / "config.json").write_bytes(b"{}")
    assert reference("verify", method, model, "--signature", signature, *trusted).returncode == 1


@methods
@curves
def test_we_verify_what_its_command_signs(model: Path, tmp_path: Path, curve: str, method: str) -> None:
    files, signature = signer_files(tmp_path / "keys", curve), model / "model.sig"
    more = () if method == "key" else ("--signing_certificate", files.certificate, "--certificate_chain", files.chain)
    done = reference("sign", method, model, "--signature", signature, "--private_key", files.key, *more)
    assert done.returncode == 0, done.stdout + done.stderr
    report = verify_signature(str(model), str(signature), policy(files, method))
    assert report.problems == ()
    assert report.warnings == ()
    assert report.signer is not None
    assert report.signer.curve == curve
    (model / "config.json").write_bytes(b"{}")
    assert verify_signature(str(model), str(signature), policy(files, method)).altered == ("config.json",)


@layouts
@methods
@curves
def test_its_library_verifies_what_we_sign(
    model: Path, tmp_path: Path, curve: str, method: str, algorithm: str, shard: int
) -> None:
    files, signature = signer_files(tmp_path / "keys", curve), model / "model.sig"
    sign_with_key(SignRequest(directory=str(model), algorithm=algorithm, shard=shard), key_files(files, method))
    config = model_signing.verifying.Config().set_hashing_config(hashing(algorithm, shard, signature, model))
    if method == "key":
        config.use_elliptic_key_verifier(public_key=files.public)
    else:
        config.use_certificate_verifier(certificate_chain=[files.root])
    config.verify(model, signature)
    (model / "weights/model-1.bin").write_bytes(bytes(range(256)) * 8 + bytes(256))
    with pytest.raises(ValueError, match="mismatch"):
        config.verify(model, signature)


@layouts
@methods
@curves
def test_we_verify_what_its_library_signs(
    model: Path, tmp_path: Path, curve: str, method: str, algorithm: str, shard: int
) -> None:
    files, signature = signer_files(tmp_path / "keys", curve), model / "model.sig"
    config = model_signing.signing.Config().set_hashing_config(hashing(algorithm, shard, signature, model))
    if method == "key":
        config.use_elliptic_key_signer(private_key=files.key)
    else:
        config.use_certificate_signer(
            private_key=files.key, signing_certificate=files.certificate, certificate_chain=[files.chain]
        )
    config.sign(model, signature)
    report = verify_signature(str(model), str(signature), policy(files, method))
    assert report.problems == ()
    assert report.layout is not None
    assert (report.layout.algorithm, report.layout.shard) == (algorithm, shard)
    (model / "weights/model-1.bin").write_bytes(bytes(range(256)) * 8 + bytes(256))
    report = verify_signature(str(model), str(signature), policy(files, method))
    assert report.altered == ("weights/model-1.bin",)


@pytest.mark.parametrize("place", ["beside", "inside"])
def test_the_reference_leaves_our_signature_out_wherever_it_lies(model: Path, tmp_path: Path, place: str) -> None:
    files = signer_files(tmp_path / "keys")
    signature = model / "made" / "by us.sig" if place == "inside" else tmp_path / "model.sig"
    signature.parent.mkdir(exist_ok=True)
    sign_with_key(SignRequest(directory=str(model), signature=str(signature)), KeyFiles(key=str(files.key)))
    done = reference("verify", "key", model, "--signature", signature, "--public_key", files.public)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verify_signature(str(model), str(signature), trusting_keys(str(files.public))).problems == ()


def test_a_link_that_the_reference_followed_is_told(model: Path, tmp_path: Path) -> None:
    files, signature = signer_files(tmp_path / "keys"), tmp_path / "model.sig"
    (tmp_path / "elsewhere").write_bytes(b"bytes outside")
    (model / "linked.bin").symlink_to(tmp_path / "elsewhere")
    done = reference("sign", "key", model, "--signature", signature, "--private_key", files.key, "--allow_symlinks")
    assert done.returncode == 0, done.stdout + done.stderr
    report = verify_signature(str(model), str(signature), trusting_keys(str(files.public)))
    assert report.problems == ()
    assert "linked.bin is a link; what it leads to was compared" in report.warnings[0]
    (tmp_path / "elsewhere").write_bytes(b"other bytes")
    assert verify_signature(str(model), str(signature), trusting_keys(str(files.public))).altered == ("linked.bin",)


def test_a_model_of_one_file_by_the_reference(tmp_path: Path) -> None:
    files, signature, model = signer_files(tmp_path / "keys"), tmp_path / "model.sig", tmp_path / "model.gguf"
    model.write_bytes(b"GGUF")
    done = reference("sign", "key", model, "--signature", signature, "--private_key", files.key)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verify_signature(str(model), str(signature), trusting_keys(str(files.public))).holds
    model.write_bytes(b"GGML")
    assert verify_signature(str(model), str(signature), trusting_keys(str(files.public))).altered == (".",)


def test_a_key_with_a_password(model: Path, tmp_path: Path) -> None:
    files = signer_files(tmp_path / "keys")
    files.key.write_bytes(private_pem(key(), b"correct horse"))
    sign_with_key(SignRequest(directory=str(model)), KeyFiles(key=str(files.key), password=b"correct horse"))
    done = reference("verify", "key", model, "--signature", model / "model.sig", "--public_key", files.public)
    assert done.returncode == 0, done.stdout + done.stderr
