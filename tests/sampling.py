"""Of what is long in a quarter of an hour, a part: `make test` takes one of so many, `make whole` takes all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

IS_WHOLE = bool(os.environ.get("WHOLE"))


def some(every: int, of: Iterable[T]) -> list[T]:
    """Give one of so many, the first included; all of them in a whole run."""
    return list(of)[:: 1 if IS_WHOLE else every]
