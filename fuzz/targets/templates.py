"""Chat templates, and the instructions of a Modelfile."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("jinja", "chat_template.jinja"),
    ("modelfile", "Modelfile"),
)

TARGET = Target(name="templates", seeds=seeds.templates, reads=_READS)
