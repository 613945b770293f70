"""Files that belong to answers: where they may lie, and when they make an answer outdated."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from weighbridge.core.errors import AccessError, UsageError
from weighbridge.governance.dossier.answers import Answer, Attachment
from weighbridge.governance.dossier.attachments import attached, digest_of, place_of, stale

ANSWERS = "weighbridge.dossier.toml"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    (tmp_path / "plan.pdf").write_bytes(b"%PDF-1.7")
    return tmp_path / "plan.pdf"


def test_what_is_attached_is_named_once_with_its_digest(plan: Path) -> None:
    answers = str(plan.parent / ANSWERS)
    (one,) = attached([str(plan), f"{plan.parent}/./plan.pdf"], answers)
    assert one == Attachment(name="plan.pdf", sha256=sha256(b"%PDF-1.7").hexdigest())
    assert digest_of(place_of(one, answers)) == one.sha256


@pytest.mark.parametrize("path", ["../plan.pdf", "inner/plan.pdf", ANSWERS, "..", "."])
def test_only_files_beside_the_answers_are_attached(path: str, plan: Path) -> None:
    (plan.parent / "inner").mkdir()
    (plan.parent / "inner" / "plan.pdf").write_bytes(b"")
    with pytest.raises(UsageError):
        attached([str(plan.parent / path)], str(plan.parent / ANSWERS))


def test_what_is_not_there_cannot_be_attached(plan: Path) -> None:
    with pytest.raises(AccessError):
        attached([str(plan.parent / "other.pdf")], str(plan.parent / ANSWERS))


def test_an_answer_is_stale_while_its_attachment_is_another(plan: Path) -> None:
    answers = str(plan.parent / ANSWERS)
    told = [
        Answer(row="iv.8", author="Jo", date="2026-11-30", text="so", attachments=attached([str(plan)], answers)),
        Answer(row="iv.9", author="Jo", date="2026-11-30", text="so"),
    ]
    assert stale(told, answers) == {}
    plan.write_bytes(b"%PDF-1.8")
    assert stale(told, answers) == {"iv.8": "the attachment plan.pdf has changed"}
    plan.unlink()
    assert stale(told, answers) == {"iv.8": "the attachment plan.pdf is gone"}
    plan.mkdir()
    assert stale(told, answers) == {"iv.8": "the attachment plan.pdf is gone"}
