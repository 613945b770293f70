"""Signatures as a user meets them: signed, verified, asked for by the lock, noticed by the scan, never a licence."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.builders.pickles import dumps
from tests.e2e.command import weigh

ROOT = Path(__file__).parents[2]
EVIL = b"cposix\nsystem\n(S'echo inert'\ntR."


def make_key(folder: Path, name: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.pem").write_bytes(private)
    (folder / f"{name}.pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/weights.pkl").write_bytes(dumps([1, 2.5]))
    for name in ("ours", "other"):
        make_key(tmp_path, name)
    (tmp_path / "signers.toml").write_text('[signers.ours]\nkeys = ["ours.pub"]\nmodels = ["org/*"]\n')
    assert weigh("sign", "model", "--key", "ours.pem", "--name", "org/m", "--version", "2.0", cwd=tmp_path).code == 0
    return tmp_path


def test_it_holds_for_whom_it_should_and_for_nobody_else(signed: Path) -> None:
    words = ("verify", "model", "--signature", "model/model.sig")
    assert weigh(*words, cwd=signed).code == 0
    assert weigh(*words, "--key", "ours.pub", cwd=signed).code == 0
    assert weigh(*words, "--key", "other.pub", cwd=signed).code == 1
    assert weigh(*words, "--name", "org/m", "--version", "2.0", cwd=signed).code == 0
    assert weigh(*words, "--name", "org/else", cwd=signed).code == 1
    assert weigh(*words, "--at-least", "2.1", cwd=signed).code == 1
    report = weigh(*words, "--format", "json", cwd=signed).report
    assert (report["holds"], report["policy"], report["version"]) == (True, "ours", "2.0")


def test_nobody_is_trusted_by_default(signed: Path) -> None:
    (signed / "signers.toml").unlink()
    ran = weigh("verify", "model", "--signature", "model/model.sig", cwd=signed)
    assert ran.code == 2
    assert "nobody is named" in ran.err


def test_the_lock_asks_for_a_signer(signed: Path) -> None:
    ran = weigh("lock", "model", "--signers", "ours", cwd=signed)
    assert ran.code == 0
    assert "signed by the key" in ran.out
    assert weigh("verify", cwd=signed).code == 0
    assert weigh("sign", "model", "--key", "other.pem", "--name", "org/m", cwd=signed).code in {0, 2}
    (signed / "model/model.sig").unlink()
    assert weigh("sign", "model", "--key", "other.pem", "--name", "org/m", cwd=signed).code == 0
    assert weigh("lock", "--update", "model", "--accept", cwd=signed).code == 0
    ran = weigh("verify", cwd=signed)
    assert ran.code == 1
    assert "not signed by ours" in ran.out
    report = weigh("verify", "--format", "json", cwd=signed).report
    jsonschema.validate(report, json.loads((ROOT / "schemas/verification-v1.json").read_text()))
    assert [one["kind"] for one in report["places"][0]["differences"]] == ["unsigned"]


@pytest.mark.parametrize("format_name", ["text", "json", "markdown", "html", "sarif"])
def test_the_scan_says_whose_it_is(signed: Path, format_name: str) -> None:
    ran = weigh("scan", "model", "--format", format_name, cwd=signed)
    assert ran.code == 0
    if format_name != "sarif":
        assert "not checked" in ran.out.replace("\n    ", " ")
    with_policy = weigh("scan", "model", "--signers", "signers.toml", "--format", format_name, cwd=signed)
    assert with_policy.code == 0
    if format_name == "json":
        jsonschema.validate(with_policy.report, json.loads((ROOT / "schemas/report-v1.json").read_text()))
        (note,) = with_policy.report["artifacts"][0]["signatures"]
        assert note["holds"] is True
    elif format_name != "sarif":
        assert "trusted as ours" in with_policy.out.replace("\n    ", " ")


def test_a_signature_makes_nothing_better_and_a_broken_one_is_a_finding(signed: Path) -> None:
    (signed / "model/weights.pkl").write_bytes(EVIL)
    (signed / "model/model.sig").unlink()
    assert weigh("sign", "model", "--key", "ours.pem", "--name", "org/m", cwd=signed).code == 0
    ran = weigh("scan", "model", "--signers", "signers.toml", "--format", "json", cwd=signed)
    assert ran.code == 1
    assert ran.report["verdict"] == "malicious"
    (signed / "model/weights.pkl").write_bytes(dumps([3]))
    ran = weigh("scan", "model", "--signers", "signers.toml", "--format", "json", cwd=signed)
    assert ran.code == 1
    rules = {finding["rule"] for file in ran.report["artifacts"][0]["files"] for finding in file["findings"]}
    assert "TRU714" in rules


def test_the_policy_can_stand_in_the_configuration(signed: Path) -> None:
    (signed / "weighbridge.toml").write_text('signers = "signers.toml"\n')
    ran = weigh("scan", "model", cwd=signed)
    assert "trusted as ours" in ran.out.replace("\n    ", " ")


def test_a_policy_that_is_not_there_is_an_error_before_anything_is_signed(tmp_path: Path) -> None:
    (tmp_path / "weights.pkl").write_bytes(dumps([1, 2.5]))
    for command in ("scan", "bom"):
        ran = weigh(command, "weights.pkl", "--signers", "sigers.toml", cwd=tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert "cannot read the policy 'sigers.toml'" in ran.err


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"a":' * 10_000, b"null"])
def test_what_only_looks_like_a_signature_is_said_to_be_none(signed: Path, content: bytes) -> None:
    (signed / "model/model.sig").write_bytes(content)
    assert weigh("verify", "model", "--signature", "model/model.sig", cwd=signed).code in {1, 2}
    ran = weigh("scan", "model", "--signers", "signers.toml", cwd=signed)
    assert ran.code in {0, 1, 3}
    assert "no signature that can be read" in ran.out.replace("\n    ", " ")
