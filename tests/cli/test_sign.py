"""``weighbridge sign``: its words, its exit codes, and that nothing is there when it failed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.provenance.signing import authorities as made
from weighbridge.cli.app import main
from weighbridge.cli.signature_text import as_json, report_document, report_text
from weighbridge.provenance.signing.policy import trusting_certificates, trusting_keys
from weighbridge.provenance.signing.verify import verify_signature


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    made.signer_files(tmp_path / "keys")
    return made.write_model(tmp_path / "model")


def test_a_key(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sign", "model", "--key", "keys/key.pem", "--name", "org/model", "--version", "1.2"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("✓ SIGNED: 5 files, 3.4 kB, sha256 over files\n  signature   model/model.sig\n")
    assert "signed as   org/model 1.2" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert err == ""
    assert verify_signature("model", "model/model.sig", trusting_keys("keys/public.pem"), name="org/model").holds


def test_a_certificate_in_json(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--key", "keys/key.pem", "--certificate", "keys/certificate.pem", "--chain", "keys/chain.pem"]
    assert main(["sign", "model", *words, "--signature", "model.sig", "--hash", "blake2b", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["signature"] == "model.sig"
    assert document["signer"]["san"] == [made.SIGNER]
    assert document["layout"]["hash"] == "blake2b"
    policy = trusting_certificates("keys/root.pem", san=(made.SIGNER,))
    assert verify_signature("model", "model.sig", policy).holds


@pytest.mark.parametrize("words", [["--shards"], ["--shard-size", "700"]])
def test_shards(model: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sign", "model", "--key", "keys/key.pem", *words]) == 0
    assert "over shards of " in capsys.readouterr().out
    assert verify_signature("model", "model/model.sig", trusting_keys("keys/public.pem")).holds


def test_files_that_nothing_signs_are_refused_until_they_are_allowed(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sign", "model", "--key", "keys/key.pem"]) == 0
    (model / "extra.bin").write_bytes(b"INERT")
    (model / ".gitignore").write_bytes(b"INERT")
    words = ["verify", "model", "--signature", "model/model.sig", "--key", "keys/public.pem"]
    assert main(words) == 1
    assert main([*words, "--allow-extra", "extra.*"]) == 1
    capsys.readouterr()
    assert main([*words, "--allow-extra", "extra.*", "--allow-extra", ".git*"]) == 0
    assert "extra.bin is here and not signed, which was allowed" in " ".join(capsys.readouterr().out.split())
    (model / "config.json").write_bytes(b"{}")
    assert main([*words, "--allow-extra", "*"]) == 1


def test_what_is_not_covered_is_told(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (model / ".gitattributes").write_bytes(b"INERT")
    assert main(["sign", "model", "--key", "keys/key.pem", "--ignore", "weights.txt"]) == 0
    out, err = capsys.readouterr()
    assert "not covered .gitattributes" in out
    assert "not covered weights.txt" in out
    assert "fails verification" in err


@pytest.mark.parametrize("way", ["file", "environment"])
def test_a_password(model: Path, way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Path("keys/key.pem").write_bytes(made.private_pem(made.key(), b"correct horse"))
    words = ["sign", "model", "--key", "keys/key.pem"]
    assert main(words) == 2
    if way == "file":
        Path("word").write_text("correct horse\nanother line\n", encoding="ascii")
        words += ["--password-file", "word"]
    else:
        monkeypatch.setenv("WEIGHBRIDGE_SIGN_PASSWORD", "correct horse")
    assert main(words) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "say who signs"),
        (["--key", "absent"], "cannot read the key"),
        (["--key", "keys/public.pem"], "no private key"),
        (["--key", "keys/key.pem", "--sigstore"], "without a key of yours"),
        (["--sigstore", "--offline"], "needs the network"),
        (["--key", "keys/key.pem", "--chain", "keys/chain.pem"], "needs the certificate"),
        (["--key", "keys/key.pem", "--hash", "md5"], "--hash cannot be 'md5'"),
        (["--key", "keys/key.pem", "--shard-size", "0"], "--shard-size is 0"),
        (["--key", "keys/key.pem", "--shard-size=-7"], "takes a number"),
        (["--key", "keys/key.pem", "--hash", "blake3", "--shards"], "not used over shards"),
        (["--key", "keys/key.pem", "--ignore", "../keys"], "no path in the directory"),
        (["--key", "keys/key.pem", "--signature", "absent/x.sig"], "cannot write"),
        (["--key", "keys/key.pem", "more"], "more"),
    ],
)
def test_what_is_refused(model: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sign", "model", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert "Traceback" not in err
    assert not (model / "model.sig").exists()


def test_no_directory(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sign", "--key", "keys/key.pem"]) == 2
    assert "DIR is missing" in capsys.readouterr().err
    assert main(["sign", "absent", "--key", "keys/key.pem"]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_the_report_puts_the_verdict_first(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["sign", "model", "--key", "keys/key.pem"])
    policy = trusting_keys("keys/public.pem")
    holds = verify_signature("model", "model/model.sig", policy)
    assert report_text(holds).startswith("✓ HOLDS: model\n")
    (model / "evil\x1b[31m.py").write_bytes(b"INERT")
    (model / "config.json").write_bytes(b"{}")
    fails = verify_signature("model", "model/model.sig", policy)
    text = report_text(fails)
    assert text.startswith("✗ FAILS: model\n")
    assert "✗ config.json: altered since it was signed" in text
    assert "✗ evil\\x1b[31m.py: here, and not signed" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    document = json.loads(as_json(report_document(fails)))
    assert document["holds"] is False
    assert document["altered"] == ["config.json"]
    assert document["extra"] == ["evil\x1b[31m.py"]


def test_a_long_report_is_cut_and_says_so(model: Path) -> None:
    main(["sign", "model", "--key", "keys/key.pem"])
    for number in range(60):
        (model / f"more-{number}").write_bytes(b"INERT")
    report = verify_signature("model", "model/model.sig", trusting_keys("keys/public.pem"))
    assert "and 20 more: --format json has them all" in report_text(report)
    assert len(report_document(report)["problems"]) == 60


def test_names_that_are_no_unicode(model: Path) -> None:
    main(["sign", "model", "--key", "keys/key.pem"])
    (model / "odd\udcff.bin").write_bytes(b"")
    report = verify_signature("model", "model/model.sig", trusting_keys("keys/public.pem"))
    assert "odd\\xff.bin: its name is not UTF-8" in report_text(report)
    as_json(report_document(report)).encode()
