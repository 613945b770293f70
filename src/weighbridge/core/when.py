"""When something that a file holds takes effect: the three cases that are kept apart everywhere."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum


class When(StrEnum):
    """When it takes effect."""

    LOAD = "load"
    """A load with the loader's defaults does it."""
    FLAG = "flag"
    """Only after a step that somebody takes knowingly: a flag (``trust_remote_code=True``, ``weights_only=False``,
    ``safe_mode=False``), running a script or notebook, deploying a handler, installing requirements."""
    BEHAVIOUR = "behaviour"
    """No code runs; what the model, its template or its tokenizer says or selects is changed."""
