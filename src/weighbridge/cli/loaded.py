"""What ``weighbridge load`` has to say, in the words that all of its reports share."""

from __future__ import annotations

from weighbridge.cli.exit import ERROR, FAIL, INCONCLUSIVE, PASS
from weighbridge.core.report import Verdict
from weighbridge.core.values import value
from weighbridge.reports.neutral import shorten
from weighbridge.sandbox.policy import LOADER_LAYERS
from weighbridge.sandbox.testimony import NodeKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.finding import Finding
    from weighbridge.core.report import ArtifactReport
    from weighbridge.sandbox.loading import Loading
    from weighbridge.sandbox.testimony import Event, Node

LINES, ATTEMPTS, EVENTS, FILES = 60, 40, 200, 20
"""How many of each are shown before the rest is counted; JSON has all."""
WIDE = 160
"""Columns of one name or line."""

CLOSING = {
    PASS: "loaded, and nothing forbidden was tried",
    FAIL: "the file is malicious, or something forbidden was tried",
    ERROR: "the library could not load it",
    INCONCLUSIVE: "loading came to no end of its own",
}
TONES = {
    PASS: Verdict.CLEAN,
    FAIL: Verdict.MALICIOUS,
    ERROR: Verdict.INCONCLUSIVE,
    INCONCLUSIVE: Verdict.INCONCLUSIVE,
}
"""The symbol and colour of each."""
TELEMETRY = (
    "What was tried is what the interpreter, or the kernel, told of the child as it happened. Native code may do "
    "things that the interpreter does not see. What held is the jail: what it refuses is refused, seen or not."
)
ACCOUNT = (
    "What it holds is told by the process in which a stranger's code may have run. Its words are bounded, checked "
    "against a schema and shown as text; they may still be lies."
)


@value
class Loaded:
    """All that the command has to say; ``loading`` is missing where the scan's verdict forbade it."""

    path: str
    library: str
    scanned: ArtifactReport
    loading: Loading | None

    def code(self) -> int:
        """Choose the exit code: what was tried outweighs how it ended."""
        if self.scanned.verdict() is Verdict.MALICIOUS or self.loading is None or self.loading.attempts:
            return FAIL
        if self.loading.halt is not None:
            return INCONCLUSIVE
        return ERROR if self.loading.failure is not None else PASS

    def findings(self) -> tuple[tuple[str, Finding], ...]:
        """Give the findings of the scan with the paths of their files."""
        return tuple((file.path, finding) for file in self.scanned.files for finding in file.findings)


def ending(done: Loaded) -> tuple[str, ...]:
    """Say how it ended, in one line and, for an exception of the library, the last lines of its traceback."""
    loading = done.loading
    if loading is None:
        return ("not loaded: the scan says malicious. --detonate loads it all the same, in the jail",)
    if loading.halt is not None:
        return (f"halted, {loading.halt.kind}: {shorten(loading.halt.reason, WIDE)}",)
    if loading.failure is not None:
        failure = loading.failure
        words = shorten(f"{failure.class_name}: {failure.words}", WIDE)
        return (f"failed, {words}", *(f"at {shorten(place, WIDE, keep_end=True)}" for place in failure.where[-3:]))
    return (f"{done.library} loaded it",)


def missing(loading: Loading) -> tuple[str, ...]:
    """Name the layers of the jail that did not stand."""
    return tuple(str(layer) for layer in LOADER_LAYERS if layer not in loading.layers)


def tried(event: Event) -> str:
    """Write an event as the call that it tells of."""
    return f"{event.event}({event.what})"


def outline(node: Node, depth: int = 0) -> Iterator[str]:
    """Write an outline as indented lines."""
    yield "  " * depth + shorten((f"{node.label}: " if node.label else "") + _words(node), WIDE)
    for item in node.items:
        yield from outline(item, depth + 1)
    if node.length > len(node.items) > 0:
        yield "  " * (depth + 1) + f"and {node.length - len(node.items):,} more"


def _words(node: Node) -> str:
    match node.kind:
        case NodeKind.TENSOR:
            return f"{node.class_name} {node.dtype} [{', '.join(map(str, node.shape))}]"
        case NodeKind.VALUE:
            return f"{node.class_name} {node.text}" if node.text else f"{node.class_name} of {node.length:,}"
        case NodeKind.NAME:
            return f"{node.class_name} {node.text}"
        case NodeKind.AGAIN:
            return f"{node.class_name}, which is above"
        case _:
            return f"{node.class_name} of {node.length:,}"


def cut(lines: list[str], most: int) -> list[str]:
    """Keep the first lines, and count what is left out."""
    return lines if len(lines) <= most else [*lines[:most], f"and {len(lines) - most:,} lines more: --format json"]
