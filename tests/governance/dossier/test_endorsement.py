"""Signatures over answers: whose, over what, and that those over models are none."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest

from tests.provenance.signing import authorities as made
from weighbridge.core.errors import IntegrityError, UsageError
from weighbridge.core.values import replace
from weighbridge.governance.dossier.answers import Answer, Attachment
from weighbridge.governance.dossier.endorsement import PREDICATE_TYPE, checked, signed
from weighbridge.provenance.signing import bundle, keys
from weighbridge.provenance.signing.policy import trusting_keys
from weighbridge.provenance.signing.sign import KeyFiles, SignRequest, sign_with_key
from weighbridge.provenance.signing.verify import verify_signature

ANSWERS = (
    Answer(row="iv.1.g", author="Jo", date="2026-11-30", text="A form."),
    Answer(
        row="iv.8", author="Kim", date="2026-11-30", text="Attached.", evidence="a" * 64,
        attachments=(Attachment(name="declaration.pdf", sha256="b" * 64),),
    ),
)  # fmt: skip


@pytest.fixture
def held(tmp_path: Path) -> tuple[str, str]:
    """Files of a private and of its public key."""
    for number in (0, 1):
        (tmp_path / f"{number}.pem").write_bytes(made.private_pem(made.key(number=number)))
        (tmp_path / f"{number}.pub").write_bytes(made.public_pem(made.key(number=number)))
    return str(tmp_path / "0.pem"), str(tmp_path / "0.pub")


def test_what_was_signed_is_covered_and_nothing_else(held: tuple[str, str]) -> None:
    content, name = signed(ANSWERS, held[0])
    found = checked(content, trusting_keys(held[1]))
    assert found.signer == name
    assert all(map(found.covers, ANSWERS))
    first, second = ANSWERS
    altered = (
        replace(first, text="A form!"), replace(first, author="Kim"), replace(first, date="2026-12-01"),
        replace(first, evidence="c" * 64), replace(first, row="iv.1.f"), replace(second, attachments=()),
    )  # fmt: skip
    assert not any(map(found.covers, altered))
    statement = json.loads(b64decode(json.loads(content)["dsseEnvelope"]["payload"]))
    assert statement["predicateType"] == PREDICATE_TYPE
    assert [one["row"] for one in statement["predicate"]["answers"]] == ["iv.1.g", "iv.8"]


def test_another_key_is_nobody(held: tuple[str, str]) -> None:
    content, _ = signed(ANSWERS, held[0])
    with pytest.raises(IntegrityError, match="is not trusted"):
        checked(content, trusting_keys(held[1].replace("0.pub", "1.pub")))


def test_the_policy_says_for_which_models(held: tuple[str, str]) -> None:
    content, name = signed(ANSWERS, held[0])
    policy = trusting_keys(held[1])
    narrow = replace(policy, signers=(replace(policy.signers[0], models=("org/*",)),))
    assert checked(content, narrow, subject="org/letters").signer == name
    with pytest.raises(IntegrityError, match="does not trust for 'other/letters'"):
        checked(content, narrow, subject="other/letters")


def test_a_payload_that_was_altered_does_not_hold(held: tuple[str, str]) -> None:
    content, name = signed(ANSWERS, held[0])
    whole = bundle.loads(content)
    forged = bundle.dumps(whole.payload.replace(b"iv.1.g", b"iv.1.f"), whole.signature, hint=name)
    with pytest.raises(IntegrityError, match="does not hold"):
        checked(forged, trusting_keys(held[1]))


def test_a_signature_over_a_model_is_none_over_answers_nor_the_other_way_round(
    held: tuple[str, str], tmp_path: Path
) -> None:
    model = made.write_model(tmp_path / "model")
    sign_with_key(SignRequest(directory=str(model)), KeyFiles(key=held[0]))
    with pytest.raises(IntegrityError, match="not about answers"):
        checked((model / "model.sig").read_bytes(), trusting_keys(held[1]))
    (model / "model.sig").write_bytes(signed(ANSWERS, held[0])[0])
    with pytest.raises(IntegrityError, match="dossier-answers"):
        verify_signature(str(model), str(model / "model.sig"), trusting_keys(held[1]))


@pytest.mark.parametrize(
    "statement",
    [
        {}, {"_type": 7}, {"predicate": {}}, {"predicate": {"answers": [{"row": "iv.3"}]}},
        {"predicate": {"answers": [{"row": "iv.3", "sha256": "A" * 64}]}}, {"predicate": {"answers": {}}},
        {"predicateType": ["x"]},
    ],
)  # fmt: skip
def test_a_trusted_key_over_nonsense_is_refused(statement: dict[str, object], held: tuple[str, str]) -> None:
    right = {
        "_type": "https://in-toto.io/Statement/v1", "subject": [], "predicateType": PREDICATE_TYPE,
        "predicate": {"answers": []},
    }  # fmt: skip
    payload = json.dumps(right | statement if statement else []).encode()
    private = made.key()
    name = keys.key_id(private.public_key())
    forged = bundle.dumps(payload, keys.sign(private, bundle.pae(payload)), hint=name)
    with pytest.raises(IntegrityError):
        checked(forged, trusting_keys(held[1]))


def test_there_must_be_an_answer(held: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="no answer"):
        signed((), held[0])
