"""From the bytes of one file to its facts; runs in a jailed worker. ``answer`` is what the jail asks of a module."""

from __future__ import annotations

import re

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.engine.files import OpenFile
from weighbridge.inventory.application import asking, facts
from weighbridge.inventory.application.facts import NOTHING, FileFacts
from weighbridge.inventory.application.files import Language, language_of
from weighbridge.inventory.application.python import source as python
from weighbridge.inventory.application.vocabulary.entries import PYTHON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.asking import Asked

LARGEST = 4 << 20
"""Bytes of one text that are read; people do not write longer ones."""

_SIGNS = re.compile(
    rb"\b(?:" + b"|".join(sorted(re.escape(word.encode()) for word in PYTHON.words()))
    + rb")|hf://|huggingface\.co/|_core_web_|_core_news_|_core_sci_"
)  # fmt: skip


def facts_of(content: bytes, asked: Asked) -> FileFacts:
    """Read the content of a file as what its name says; raises Malformed and OverLimit."""
    match language_of(asked.path):
        case Language.PYTHON:
            wanted = bool(asked.names) or (asked.calls and _SIGNS.search(content) is not None)
            if not wanted and not any(one.name.encode() in content for one in asked.wrappers):
                return FileFacts()
            return python.read(content, asked)
    return FileFacts()


def open_scratch(descriptor: int) -> None:
    """Take note of the scratch file, which this work does not need."""


def answer(request: bytes, descriptor: int, _need: object = None) -> bytes:
    """Answer what is asked about an open file."""
    asked = asking.loads(request)
    file = OpenFile(descriptor)
    if file.size > LARGEST:
        return facts.dumps(FileFacts(trouble=(f"it has more than {LARGEST >> 20} MiB",)))
    try:
        found = facts_of(file.read_at(0, file.size), asked)
    except (Malformed, OverLimit) as error:
        found = FileFacts(trouble=(str(error),))
    return facts.dumps(found) if found != FileFacts() else NOTHING
