"""Tasks in jailed workers: an answer that comes again is the same value, another one is not."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from tests.builders.pickles import dumps
from weighbridge.engine.executors import Task
from weighbridge.engine.wire import Answer
from weighbridge.sandbox.executor import Jailed


def test_the_same_answer_is_read_once(tmp_path: Path) -> None:
    tasks = []
    for key, content in enumerate((1, 1, 2)):
        path = tmp_path / str(key)
        path.write_bytes(dumps(content))
        tasks.append(Task(key=key, name="same.pkl", size=path.stat().st_size, open=partial(os.open, path, os.O_RDONLY)))
    answers = {outcome.key: outcome.answer for outcome in Jailed(jobs=1).run(tasks)}
    first, again, other = (answers[key] for key in range(3))
    assert isinstance(first, Answer)
    assert isinstance(other, Answer)
    assert again is first
    assert other.sha256 != first.sha256
