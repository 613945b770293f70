"""Chat templates, and the instructions of a Modelfile."""

from __future__ import annotations

from fuzz import seeds
from fuzz.drained import drain
from fuzz.target import Target
from weighbridge.formats.text import jinja_file, modelfile


def one(data: bytes) -> None:
    """Read as either."""
    drain(jinja_file.extract, data, "chat_template.jinja")
    drain(modelfile.extract, data, "Modelfile")


TARGET = Target(name="templates", seeds=seeds.templates, one=one)
