"""Policies that ship with the program, as files; ``policy explain NAME`` says what each asks for."""

from __future__ import annotations

from importlib.resources import files

from weighbridge.core.errors import UsageError

PRESETS = ("developer", "ci", "production", "regulated")
"""From the most lenient to the strictest."""


def text_of(name: str) -> bytes:
    """Give the text of a preset; raises UsageError."""
    if name not in PRESETS:
        raise UsageError(f"there is no preset {name[:40]!r}", hint=f"one of {', '.join(PRESETS)}")
    return files(__name__).joinpath(f"{name}.yaml").read_bytes()
