"""A payload that only leaves a trace; ``conftest`` sees after every test that there is none."""

from __future__ import annotations

from typing import Any

RUNS: list[object] = []
"""What payloads leave when they are run."""


def ran(*_: object) -> None:
    """Leave a trace."""
    RUNS.append(_)


class Payload:
    """Runs when it is unpickled."""

    def __reduce__(self) -> Any:
        return ran, ()
