"""Signing: what goes in, what is refused, and that a signature is there whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.provenance.signing import authorities as made
from weighbridge.core.errors import AccessError, UsageError, WeighbridgeError
from weighbridge.provenance.signing import bundle as bundles
from weighbridge.provenance.signing import statement as statements
from weighbridge.provenance.signing.model import GIT_PATHS, Signed, Statement
from weighbridge.provenance.signing.sign import KeyFiles, SignRequest, sign_with_key


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return made.write_model(tmp_path / "model")


@pytest.fixture
def files(tmp_path: Path) -> made.Files:
    return made.signer_files(tmp_path / "keys")


def sign(model: Path, files: made.Files, **asked: Any) -> Signed:
    return sign_with_key(SignRequest(directory=str(model), **asked), KeyFiles(key=str(files.key)))


def stated(model: Path, name: str = "model.sig") -> Statement:
    return statements.loads(bundles.load(str(model / name)).payload)


def test_what_is_signed(model: Path, files: made.Files) -> None:
    signed = sign(model, files, name="org/model", version="1.2")
    found = stated(model)
    assert [one.name for one in found.resources] == sorted(made.MODEL)
    assert found.subject == "model"
    assert (found.name, found.version) == ("org/model", "1.2")
    assert found.layout.ignored == (*GIT_PATHS, "model.sig")
    assert signed.files == len(made.MODEL)
    assert signed.size == sum(map(len, made.MODEL.values()))
    assert signed.warnings == ()


def test_signing_again_leaves_the_old_signature_out(model: Path, files: made.Files) -> None:
    sign(model, files)
    first = stated(model)
    sign(model, files)
    assert stated(model) == first
    assert not list(model.glob("*.part"))


@pytest.mark.parametrize("place", ["more.bin", "pipe", "model.sig"])
def test_what_is_no_signature_is_not_written_over(model: Path, files: made.Files, tmp_path: Path, place: str) -> None:
    (model / "more.bin").write_bytes(b"precious")
    (model / "model.sig").write_bytes(b"-----BEGIN PGP SIGNATURE-----")
    os.mkfifo(tmp_path / "pipe")
    there = tmp_path / "pipe" if place == "pipe" else model / place
    with pytest.raises(UsageError, match="is no signature") as refused:
        sign(model, files, signature=str(there))
    assert "--signature" in refused.value.hint
    assert (tmp_path / "pipe").is_fifo()
    assert (model / "more.bin").read_bytes() == b"precious"
    assert (model / "model.sig").read_bytes().startswith(b"-----BEGIN PGP")


def test_what_is_left_out_is_told(model: Path, files: made.Files) -> None:
    for path in (".gitattributes", "cache/x", ".git/config"):
        (model / path).parent.mkdir(exist_ok=True)
        (model / path).write_bytes(b"INERT")
    signed = sign(model, files, ignore=("cache", "weights/model-2.bin"))
    assert signed.ignored == (".git/config", ".gitattributes", "cache/x", "weights/model-2.bin")
    assert "does not cover" in signed.warnings[0]
    assert stated(model).layout.ignored == (*GIT_PATHS, "model.sig", "cache", "weights/model-2.bin")
    assert signed.files == len(made.MODEL) - 1


def test_shards_do_not_cover_empty_files(model: Path, files: made.Files) -> None:
    (model / "empty").touch()
    signed = sign(model, files, shard=700)
    assert signed.ignored == ("empty",)
    assert stated(model).layout.shard == 700
    assert [one.name for one in stated(model).resources][-1] == "ünïcode name.txt:0:4"


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a path that leads out", {"ignore": ("../x",)}, "no path in the directory"),
    ("a path of the root", {"ignore": ("/etc",)}, "no path in the directory"),
    ("everything", {"ignore": (".",)}, "no path in the directory"),
    ("a pattern", {"ignore": ("*.bin",)}, "no path in the directory"),
    ("a path that is not there", {"ignore": ("cashe",)}, "is not there"),
    ("an empty path", {"ignore": ("",)}, "no path in the directory"),
    ("an unknown algorithm", {"algorithm": "md5"}, "no algorithm 'md5'"),
    ("BLAKE3 over shards", {"algorithm": "blake3", "shard": 700}, "BLAKE3 is not used over shards"),
    ("a size below 0", {"shard": -1}, "no size of a shard"),
    ("a version without numbers", {"version": "newest"}, "no version that can be compared"),
    ("no directory to write to", {"signature": "absent/model.sig"}, "cannot write 'absent/model.sig'"),
]


@pytest.mark.parametrize(("name", "asked", "told"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_refused(model: Path, files: made.Files, name: str, asked: dict[str, Any], told: str) -> None:
    with pytest.raises(WeighbridgeError) as refused:
        sign(model, files, **asked)
    assert told in str(refused.value)
    assert refused.value.hint
    assert not (model / "model.sig").exists()


def test_a_model_with_a_link(model: Path, files: made.Files) -> None:
    (model / "new.bin").symlink_to("config.json")
    with pytest.raises(UsageError, match="it is a link"):
        sign(model, files)
    assert sign(model, files, ignore=("new.bin",)).files == len(made.MODEL)


def test_a_link_in_the_signatures_place_is_not_followed(model: Path, files: made.Files, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"what must not be lost")
    for place in (model / "model.sig", tmp_path / "beside.sig"):
        place.symlink_to(precious)
        sign(model, files, signature=str(place))
        assert precious.read_bytes() == b"what must not be lost"
        assert not place.is_symlink()
        place.unlink()


@pytest.mark.parametrize(("name", "told"), [("absent", "does not exist"), ("file", "is no directory")])
def test_a_model_that_is_no_directory(tmp_path: Path, files: made.Files, name: str, told: str) -> None:
    (tmp_path / "file").write_bytes(b"GGUF")
    with pytest.raises(AccessError, match=told):
        sign(tmp_path / name, files)


def test_an_empty_model(tmp_path: Path, files: made.Files) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="nothing to sign"):
        sign(tmp_path / "empty", files)
    (tmp_path / "empty/x").touch()
    with pytest.raises(UsageError, match="no file to sign"):
        sign(tmp_path / "empty", files, shard=700)


def test_a_full_disk_leaves_nothing_behind(model: Path, files: made.Files, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(model, files)
    old = (model / "model.sig").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(AccessError, match="no space left on device"):
        sign(model, files, name="other")
    assert (model / "model.sig").read_bytes() == old
    assert not list(model.glob("*.part"))


def test_keys_that_cannot_sign(model: Path, files: made.Files, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    other = tmp_path / "other.pem"
    request = SignRequest(directory=str(model))
    for private, told in (
        (made.rsa_key(), "a kind that the format does not have"),
        (ed25519.Ed25519PrivateKey.generate(), "a kind that the format does not have"),
        (ec.generate_private_key(ec.SECP256K1()), "a kind that the format does not have"),
    ):
        other.write_bytes(made.private_pem(private))
        with pytest.raises(UsageError, match=told):
            sign_with_key(request, KeyFiles(key=str(other)))
    other.write_bytes(made.private_pem(made.key(), b"word"))
    for password, told in ((None, "has a password"), (b"wrong", "the password is wrong")):
        with pytest.raises(UsageError, match=told):
            sign_with_key(request, KeyFiles(key=str(other), password=password))
    with pytest.raises(UsageError, match="no password, and one was given"):
        sign_with_key(request, KeyFiles(key=str(files.key), password=b"word"))
    for path in (files.public, files.certificate, model / "config.json"):
        with pytest.raises(UsageError, match="no private key"):
            sign_with_key(request, KeyFiles(key=str(path)))


def test_certificates_that_nobody_would_accept(model: Path, files: made.Files, tmp_path: Path) -> None:
    request, bad = SignRequest(directory=str(model)), tmp_path / "bad"
    for changes, told in (
        ({"days": (-9, -1)}, "has expired"),
        ({"days": (1, 9)}, "is not valid before"),
        ({"ca": True, "usages": ("digital_signature", "key_cert_sign")}, "certificate authority's"),
        ({"usages": None}, "digital signatures"),
    ):
        wrong = made.signer_files(bad, **changes)  # type: ignore[arg-type]
        signer = KeyFiles(key=str(wrong.key), certificate=str(wrong.certificate), chain=(str(wrong.chain),))
        with pytest.raises(UsageError, match=told):
            sign_with_key(request, signer)
    other = made.signer_files(bad, "P-384")
    with pytest.raises(UsageError, match="is not for the key"):
        sign_with_key(request, KeyFiles(key=str(files.key), certificate=str(other.certificate)))
    with pytest.raises(UsageError, match="needs the certificate"):
        sign_with_key(request, KeyFiles(key=str(files.key), chain=(str(files.chain),)))
    with pytest.raises(UsageError, match="no certificate in PEM"):
        sign_with_key(request, KeyFiles(key=str(files.key), certificate=str(files.public)))


def test_a_certificate_without_code_signing_is_told(model: Path, tmp_path: Path) -> None:
    plain = made.signer_files(tmp_path / "plain", eku=None)
    signed = sign_with_key(
        SignRequest(directory=str(model)), KeyFiles(key=str(plain.key), certificate=str(plain.certificate))
    )
    assert "not made for code signing" in signed.warnings[0]


def test_equal_models_are_stated_equally(tmp_path: Path, files: made.Files) -> None:
    """Signatures differ each time (ECDSA draws a number); what is signed does not."""
    one, two = (made.write_model(tmp_path / folder / "model") for folder in ("a", "b"))
    sign(one, files)
    sign(two, files)
    assert bundles.load(str(one / "model.sig")).payload == bundles.load(str(two / "model.sig")).payload
    assert json.loads((one / "model.sig").read_bytes())["dsseEnvelope"]["signatures"][0]["keyid"] == ""
