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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.engine.examine import Examination
    from weighbridge.engine.sparse import Need, SparseFile

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


RANGED = frozenset({"safetensors", "gguf", "zip"})
"""Formats whose structure is small and is found without reading the rest. Files of others are read whole up to the
bytes that are fetched of any file."""


def answer(asked: bytes, descriptor: int, need: Need | None = None) -> bytes:
    """Examine the file behind ``descriptor``; the same content under the same name was perhaps examined before.

    ``need`` fetches ranges of a file that does not come whole.
    """
    request = requested(asked)
    if request.disabled not in _rules:
        _rules[request.disabled] = RuleSet(disabled=request.disabled)
    rules, key = _rules[request.disabled], None
    try:
        if request.sparse and need is not None:
            found = weigh_ranges(descriptor, need, request.name, rules, trace=request.trace)
        else:
            file = OpenFile(descriptor)
            key = (asked, file.digest()) if file.size <= REPEATED_BYTES else None
            if key in _answers and not file.change():
                return _answers[key]
            found = _weigh(file, request.name, rules, trace=request.trace)
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
    examined = _examined(file, name, rules, trace=trace, strict=strict)
    digest = file.digest()
    change = file.change()
    gaps = (Gap(kind=GapKind.UNREAD, reason=change),) if change else ()
    return _answer(file.size, digest, examined, gaps)


def weigh_ranges(
    descriptor: int, need: Need, name: str, rules: RuleSet, *, trace: bool = False, strict: bool = False
) -> Answer:
    """Examine a file by those ranges that its readers ask for; raises OSError where not even the first can be had.

    Bulk data is left alone, unless all bytes had to be fetched anyway. What was not read is told by who fetches.
    """
    from weighbridge.engine.sparse import SparseFile

    file = SparseFile(descriptor, need)
    headers_only = not _completed(file, name)
    examined = _examined(file, name, rules, trace=trace, strict=strict, headers_only=headers_only)
    if headers_only and file.is_whole:
        examined = _examined(file, name, rules, trace=trace, strict=strict)
    return _answer(file.size, "", examined, ())


def _completed(file: SparseFile, name: str) -> bool:
    """Have a file fetched whole that is not of a ranged format and not too large; False when it is not to be had."""
    from weighbridge.formats.sniff import NEAR_TAIL, sniff

    if file.size > Limits().remote_bytes or not RANGED.isdisjoint(sniff(file, name, tail=NEAR_TAIL).formats):
        return False
    try:
        file.complete()
    except OSError:
        return False  # whoever refused tells why; what is there is examined
    return True


def _examined(
    file: OpenFile | SparseFile, name: str, rules: RuleSet, *, trace: bool, strict: bool, headers_only: bool = False
) -> Examination:
    return examine(
        file, name, limits=Limits(), judge=Judge(rules), scratch=Scratch(_scratch[0]), trace=trace, strict=strict,
        headers_only=headers_only,
    )  # fmt: skip


def _answer(size: int, sha256: str, examined: Examination, gaps: tuple[Gap, ...]) -> Answer:
    return Answer(
        size=size,
        sha256=sha256,
        formats=examined.formats,
        findings=examined.findings,
        gaps=(*examined.gaps, *gaps),
        program=examined.program,
        version=__version__,
        outline=examined.outline,
    )
