"""A pool whose workers answer with ``pool_answers``, and short ways to use it in tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from weighbridge.sandbox.policy import JailPolicy
from weighbridge.sandbox.pool import JailedPool
from weighbridge.sandbox.tasks import PoolResult, PoolTask

HERE = Path(__file__).parent


def toy_pool(
    *, workers: int = 1, seconds: float = 60.0, policy: JailPolicy | None = None, answer_module: str = "pool_answers"
) -> JailedPool:
    """Make a pool of toy workers; a task of size 1 gets ``seconds``, a larger one as many times that."""
    return JailedPool(
        workers=workers,
        policy=policy or JailPolicy(),
        deadline=lambda size: seconds * size,
        answer_module=answer_module,
        import_path=(str(HERE),),
    )


def toy_task(
    words: str, key: int = 0, path: str = __file__, supply: Callable[[int, int], str] | None = None, size: int = 1
) -> PoolTask:
    """Make a task that says ``words`` about a file."""
    return PoolTask(key=key, request=words.encode(), open=lambda: os.open(path, os.O_RDONLY), size=size, supply=supply)


def ask(pool: JailedPool, words: str, path: str = __file__) -> PoolResult:
    """Run one task and take its result."""
    (result,) = pool.run([toy_task(words, path=path)])
    return result
