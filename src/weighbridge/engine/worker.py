"""What a worker does: examine one open file and answer with a bounded JSON document."""

from __future__ import annotations

from weighbridge import __version__
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import reason
from weighbridge.core.limits import Limits
from weighbridge.core.values import replace
from weighbridge.engine.examine import examine
from weighbridge.engine.files import OpenFile
from weighbridge.engine.judge import Judge
from weighbridge.engine.scratch import Scratch
from weighbridge.engine.wire import Answer, dumps, requested
from weighbridge.rules.catalog import RuleSet

_scratch = [-1]
_rules: dict[frozenset[str], RuleSet] = {}

MAX_PROGRAM_ANSWER = 32 << 20
"""Bytes of an answer; a larger one loses its program before it is refused."""


def open_scratch(descriptor: int) -> None:
    """Take note of the scratch file that was opened before the jail closed."""
    _scratch[0] = descriptor


def answer(asked: bytes, descriptor: int) -> bytes:
    """Examine the file behind ``descriptor``."""
    name, trace, disabled = requested(asked)
    if disabled not in _rules:
        _rules[disabled] = RuleSet(disabled=disabled)
    try:
        found = weigh(descriptor, name, _rules[disabled], trace=trace)
    except OSError as trouble:
        return dumps(Gap(kind=GapKind.UNREAD, reason=f"reading it failed: {reason(trouble)}")).encode()
    text = dumps(found).encode()
    if len(text) > MAX_PROGRAM_ANSWER:
        text = dumps(replace(found, program=())).encode()
    return text


def weigh(descriptor: int, name: str, rules: RuleSet, *, trace: bool = False, strict: bool = False) -> Answer:
    """Examine an open file in this process; raises OSError where the system does not give its bytes."""
    file = OpenFile(descriptor)
    examined = examine(
        file, name, limits=Limits(), judge=Judge(rules), scratch=Scratch(_scratch[0]), trace=trace, strict=strict
    )
    digest = file.digest()
    change = file.change()
    gaps = (Gap(kind=GapKind.UNREAD, reason=change),) if change else ()
    return Answer(
        size=file.size,
        sha256=digest,
        formats=examined.formats,
        findings=examined.findings,
        gaps=(*examined.gaps, *gaps),
        program=examined.program,
        version=__version__,
        outline=examined.outline,
    )
