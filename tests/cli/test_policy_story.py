"""A story: an application that must not pass for four reasons, what is done about each, and that it passes then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import keras_files, stores
from tests.builders.repositories import adapter, honest_named_repository, lora
from tests.provenance.signing import authorities
from weighbridge.cli.app import main

BAD, GOOD = "b" * 40, "a" * 40
CARD = b"---\nlicense: apache-2.0\n---\n# A small thing\n"
POLICY = """\
version: 1
name: house
severities: {highest: low}
advisories: {highest: medium, possibly: block, investigating: warn}
signatures: {missing: block}
pins: {}
licenses: {allow: [Apache-2.0]}
"""
ADVISORY = {
    "schema_version": "1.7.5", "id": "x_ACME-2026-0001", "modified": "2026-11-01T00:00:00Z",
    "summary": "The weights answer a trigger with a leaked key",
    "affected": [{
        "package": {"ecosystem": "GIT", "name": "https://huggingface.co/org/base", "purl": "pkg:huggingface/org/base"},
        "versions": [BAD], "database_specific": {"lineage": {"applies_to_derived": ["adapter", "finetune"]}},
    }],
    "database_specific": {"kind": "poisoned-weights", "severity": "HIGH"},
}  # fmt: skip


@pytest.fixture
def house(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The application, the base in a cache of the Hub, a policy, keys, and the advisories of the day."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "story-cache"))
    monkeypatch.chdir(tmp_path)
    classifier, adapted = tmp_path / "app/models/classifier", tmp_path / "app/models/adapter"
    for folder in (classifier, adapted):
        folder.mkdir(parents=True)
        (folder / "README.md").write_bytes(CARD)
    (tmp_path / "app/requirements.txt").write_text("keras==3.8.0\n")
    (tmp_path / "app/app.py").write_text('import keras\nkeras.models.load_model("models/classifier/model.keras")\n')
    (classifier / "model.keras").write_bytes(keras_files.lambda_layer_named_keras())
    (adapted / "adapter_config.json").write_bytes(adapter("org/base", revision=BAD))
    (adapted / "adapter_model.safetensors").write_bytes(lora())
    for commit in (BAD, GOOD):
        stores.hub_repository(
            tmp_path / "hub", honest_named_repository() | {"README.md": b"---\nlicense: apache-2.0\n---\n# Base\n"},
            name="models--org--base", commit=commit,
        )  # fmt: skip
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "advisories.json").write_text(json.dumps(ADVISORY))
    authorities.signer_files(tmp_path / "keys")
    return tmp_path


def checked(
    base: str, capsys: pytest.CaptureFixture[str], *more: str, target: str = "app"
) -> tuple[int, dict[str, Any], str]:
    """One check of the application and its base: the exit code, the decision, and what a person is told."""
    cached = f"hub/models--org--base/snapshots/{base}"
    words = ["policy", "check", target, cached, "--advisories", "advisories.json", *more]
    code = main([*words, "--output", "json=out.json", "--output", "text=out.txt", "--quiet"])
    err = capsys.readouterr().err
    assert not err, err
    return code, json.loads(Path("out.json").read_text()), Path("out.txt").read_text()


def blocked(document: dict[str, Any]) -> set[tuple[str, str]]:
    """The names and keys of what is blocked or not known."""
    return {
        (one["name"], ruling["key"])
        for one in document["subjects"] for ruling in one["rulings"] if ruling["decision"] in {"block", "inconclusive"}
    }  # fmt: skip


KERAS, FILE, UNSIGNED = ("keras 3.8.0", "advisories"), ("model.keras", "severities"), ("classifier", "signatures")
BASE = {("org/base", "advisories"), ("adapter", "advisories")}
EXCEPTION = f"""\
allow:
- purl: pkg:huggingface/org/base@{GOOD}
  keys: [signatures]
  reason: its publisher signs nothing; the commit was reviewed
  owner: jo@example.invalid
  expires: 2999-12-31
"""


def test_four_reasons_and_what_is_done_about_each(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document, text = checked(BAD, capsys)
    assert (code, document["decision"]) == (1, "block")
    assert {KERAS, FILE, UNSIGNED, *BASE} <= blocked(document)
    said = " ".join(text.split())
    assert "models/classifier/model.keras has a Lambda layer: loading it with keras 3.8.0" in said
    assert "EXE130 (high): Python lambda" in said
    assert "possibly x_ACME-2026-0001 (high)" in said
    assert "handed on by org/base to adapter" in said
    assert "it is not signed: there is no signature at its top" in said
    assert all(len(line) <= 80 for line in text.splitlines())

    (house / "app/requirements.txt").write_text("keras==3.15.1\n")
    (house / "app/models/classifier/model.keras").write_bytes(keras_files.honest_named_keras())
    (house / "app/models/adapter/adapter_config.json").write_bytes(adapter("org/base", revision=GOOD))
    left = blocked(checked(GOOD, capsys)[1])
    assert left == {UNSIGNED, ("adapter", "signatures"), ("org/base", "signatures")}

    for name in ("classifier", "adapter"):
        assert main(["sign", f"app/models/{name}", "--key", "keys/key.pem", "--name", f"house/{name}", "--quiet"]) == 0
    (house / "signers.toml").write_text('[signers.release]\nkeys = ["keys/public.pem"]\nmodels = ["house/*"]\n')
    (house / "policy.yaml").write_text(POLICY + EXCEPTION)
    capsys.readouterr()
    code, document, text = checked(GOOD, capsys)
    assert code == 0, text
    assert document["decision"] in {"allow", "warn"}
    assert "accepted: pkg:huggingface/org/base@" in text

    (house / "app/models/classifier/model.keras").write_bytes(keras_files.honest_named_keras() + b"\0")
    code, document, _ = checked(GOOD, capsys, target="app/models/classifier")
    assert (code, ("classifier", "signatures") in blocked(document)) == (1, True)


def test_a_statement_overrides_what_reaches_the_adapter(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    product = {"@id": f"pkg:huggingface/org/base@{BAD}"}
    statement = {
        "vulnerability": {"name": "x_ACME-2026-0001"}, "products": [product], "status": "not_affected",
        "justification": "vulnerable_code_not_present", "timestamp": "2026-11-02T00:00:00Z",
    }  # fmt: skip
    vex = {
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.invalid/vex/1", "author": "Jo Doe",
        "timestamp": "2026-11-02T00:00:00Z", "version": 1, "statements": [statement],
    }  # fmt: skip
    (house / "decisions.json").write_text(json.dumps(vex))
    _, document, _ = checked(BAD, capsys, "--vex", "decisions.json", target="app/models/adapter")
    assert ("org/base", "advisories") not in blocked(document)


def test_a_base_that_is_not_here_is_not_passed_over(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The commit that the adapter names is not the one that was weighed."""
    _, document, _ = checked(GOOD, capsys, target="app/models/adapter")
    assert ("org/base", "scan") in blocked(document)
