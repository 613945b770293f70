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
_answers: dict[tuple[bytes, str], bytes] = {}

MAX_PROGRAM_ANSWER = 32 << 20
"""Bytes of an answer; a larger one loses its program before it is refused."""

REPEATED_BYTES = 64 << 10
"""Size up to which a file is looked for among those that were examined before: models of one family share their
configurations, templates, licences and code to the byte. Larger files are few, and hashing them twice costs time."""
REPEATED_ANSWER = 8 << 10
"""Bytes of an answer that is kept for when its file comes again; those of such small files are shorter."""
REPEATED_FILES = 1_024
"""Answers kept, 8 MB at the most; all are forgotten when there are more."""


def open_scratch(descriptor: int) -> None:
    """Take note of the scratch file that was opened before the jail closed."""
    _scratch[0] = descriptor


def answer(asked: bytes, descriptor: int) -> bytes:
    """Examine the file behind ``descriptor``; the same content under the same name was perhaps examined before."""
    name, trace, disabled = requested(asked)
    if disabled not in _rules:
        _rules[disabled] = RuleSet(disabled=disabled)
    try:
        file = OpenFile(descriptor)
        key = (asked, file.digest()) if file.size <= REPEATED_BYTES else None
        if key in _answers and not file.change():
            return _answers[key]
        found = _weigh(file, name, _rules[disabled], trace=trace)
    except OSError as trouble:
        return dumps(Gap(kind=GapKind.UNREAD, reason=f"reading it failed: {reason(trouble)}")).encode()
    text = dumps(found).encode()
    if len(text) > MAX_PROGRAM_ANSWER:
        text = dumps(replace(found, program=())).encode()
    # What could not be judged may be the worker's own trouble, such as a lack of memory: it is tried again.
    if key and not found.gaps and len(text) <= REPEATED_ANSWER:
        if len(_answers) >= REPEATED_FILES:
            _answers.clear()
        _answers[key] = text
    return text


def weigh(descriptor: int, name: str, rules: RuleSet, *, trace: bool = False, strict: bool = False) -> Answer:
    """Examine an open file in this process; raises OSError where the system does not give its bytes."""
    return _weigh(OpenFile(descriptor), name, rules, trace=trace, strict=strict)


def _weigh(file: OpenFile, name: str, rules: RuleSet, *, trace: bool, strict: bool = False) -> Answer:
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
