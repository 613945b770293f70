"""Persistent ids: known ones are silent."""

from __future__ import annotations

from tests.rules.execution.samples import ECHO, HERE, found
from weighbridge.core.facts import Argument, PersistentId
from weighbridge.rules.execution import persistent_id

STORAGE = Argument(kind="tuple", items=(Argument(kind="str", text="storage"), Argument(kind="str", text="0")))


def test_the_plain_id_is_found() -> None:
    (match,) = found(persistent_id, PersistentId(at=HERE, value=ECHO))
    assert match.message == "a persistent id whose meaning is not known"
    assert match.evidence == ("persistent_load('echo INERT')",)


def test_an_id_like_a_storage_outside_torch_is_found() -> None:
    (match,) = found(persistent_id, PersistentId(at=HERE, value=STORAGE))
    assert match.evidence == ("persistent_load(('storage', '0'))",)


def test_the_honest_twin_is_silent() -> None:
    assert not found(persistent_id, PersistentId(at=HERE, value=STORAGE, known=True))
