"""Examine one file: identify, parse, recurse into children within the budgets, judge every fact on the way."""

from __future__ import annotations

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import Malformed, OverLimit, reason
from weighbridge.core.facts import (
    Fact,
    GlobalReference,
    Identities,
    Identity,
    MetadataEntry,
    NameMismatch,
    Statement,
    TensorDecl,
    TrailingData,
)
from weighbridge.core.limits import Meter
from weighbridge.core.repository import OUTLINED
from weighbridge.core.source import SubSource
from weighbridge.core.values import replace, value
from weighbridge.engine.judge import Judge
from weighbridge.engine.scratch import Scratch
from weighbridge.formats import file_names, registry
from weighbridge.formats.node import Bench, Child, Node, Stored
from weighbridge.formats.sniff import NEAR_TAIL, ZIP_TAIL, sniff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.finding import Finding
    from weighbridge.core.limits import Limits
    from weighbridge.core.source import ByteSource

PROGRAM_LINES = 2_000
"""Lines of the decompiled program that are kept for one file."""

OUTLINED_TEXT = 300
"""Characters of a metadata entry that are kept to be compared: names, licences and digests are shorter."""

GAPS = 200
"""Gaps of one file that are reported one by one; the last one says how many more there are."""

_FRIENDS = frozenset(
    {
        "pickle", "torch.legacy", "zip", "tar", "7z", "safetensors", "native", "hdf5", "gguf", "numpy.npy", "tflite",
        "executorch", "parquet", "arrow", "catboost",
    }
)  # fmt: skip
"""Formats of which more than one at a time is a polyglot; stream wrappers and text have too little structure."""

_CARRIERS = frozenset({"tflite"})
"""Formats that may carry a zip behind them: their readers account for the bytes before it, and tell if nobody asks for
it."""

_TELLS_ONLY = frozenset({"zip", "tar", "7z", "gzip", "bzip2", "xz", "lzma", "zlib", "lz4", "zstd"})
"""Formats whose readers tell of bytes that nobody needs without handing them on."""


@value
class Examination:
    """What one file turned out to be; the SHA-256 is added by whoever read the file."""

    formats: tuple[str, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    program: tuple[str, ...] = ()
    outline: tuple[Fact, ...] = ()


def _begins_like_something(tensor: ByteSource) -> bool:
    from weighbridge.formats.bulk import begins_like_something

    return begins_like_something(tensor)


class _Examiner:
    def __init__(self, limits: Limits, judge: Judge, scratch: Scratch) -> None:
        self.bench = Bench(limits, Meter(limits))
        self.judge = judge
        self.scratch = scratch
        self.formats: list[str] = []
        self.gaps: list[Gap] = []
        self.program: list[str] = []
        self.outline: list[Fact] = []
        self.packages: set[str] = set()
        self.facts = 0
        self.tensors = 0
        self.crashes: list[BaseException] = []

    def node(self, source: ByteSource, node: Node, depth: int, vouched: tuple[str, ...], *, quiet: bool) -> None:
        """Examine one stretch of bytes as everything that it may be."""
        if node.role == "tensor" and not _begins_like_something(source):
            self._values(source, node, depth)
            return
        seen = sniff(source, node.name, tail=NEAR_TAIL if node.headers_only else ZIP_TAIL)
        formats = tuple(dict.fromkeys((*vouched, *seen.formats)))
        if any(name.startswith("torch.tar.") for name in vouched):
            # They begin with a pickle, but the whole is a row of pickles and raw data.
            formats = tuple(name for name in formats if name != "pickle")
        if seen.formats[:1] == ("text",) or not any(registry.is_analysed(name) for name in formats):
            # Any text is read, so that it is text says nothing against what its name promises.
            formats = tuple(dict.fromkeys((*formats, *seen.named)))
        self._mismatches(seen.formats, seen.promised, source, node)
        for told in file_names.tells(node, formats):
            self._fact(told, depth)
        if not depth:
            self.formats.extend(name for name in formats if not registry.is_analysed(name))
        readable = [name for name in formats if registry.is_analysed(name)]
        carried = not _CARRIERS.isdisjoint(readable)
        for name in readable:
            self._read(name, source, node, depth, carried=carried and name == "zip")
        if not readable and not quiet and formats != ("empty",):
            self._unread(formats, node)

    def _values(self, source: ByteSource, node: Node, depth: int) -> None:
        """Look at the values of a tensor whose container does not know their type."""
        from weighbridge.formats.hidden_bits import TENSORS, look

        self.tensors += 1
        if self.tensors <= TENSORS and source.size:
            for item in look(source, node, [(0, source.size, node.name)], (4, 2)):
                if isinstance(item, Child):
                    self._child(item, node, depth)
                else:
                    self._fact(item, depth)

    def _mismatches(self, found: tuple[str, ...], promised: tuple[str, ...], source: ByteSource, node: Node) -> None:
        structured = tuple(name for name in found if name in _FRIENDS)
        if len(structured) > 1 and not (len(structured) == 2 and "zip" in structured and _CARRIERS & {*structured}):
            self._fact(Identities(at=node.at(0, source.size), formats=structured), depth=1)
        if promised and found and found != ("empty",) and not set(promised) & set(found):
            ending = node.name[node.name.rfind(".") :]
            fact = NameMismatch(at=node.at(0, source.size), extension=ending, promised=promised, found=found[0])
            self._fact(fact, depth=1)

    def _unread(self, formats: tuple[str, ...], node: Node) -> None:
        if formats:
            said = f"{formats[0]} is recognised but not analysed by this version"
        else:
            said = "the format is not recognised"
        self._gap(node.gap(GapKind.UNSUPPORTED, said))

    def _read(self, name: str, source: ByteSource, node: Node, depth: int, *, carried: bool = False) -> None:
        """Run one reader over a node; what it found before a break stays found.

        What lies before a zip that is ``carried`` is another reader's to tell.
        """
        try:
            for item in registry.extractor(name)(source, node, self.bench):
                if isinstance(item, Child):
                    self._child(item, node, depth)
                elif isinstance(item, Gap):
                    self._gap(item)
                elif not (carried and isinstance(item, TrailingData) and item.where == "prefix"):
                    self._fact(item, depth)
                    if isinstance(item, TrailingData) and name in _TELLS_ONLY:
                        self._unclaimed(item, source, node, depth)
        except Malformed as broken:
            self._gap(node.gap(GapKind.UNPARSED, f"not a valid {name}: {broken}", broken.offset))
        except OverLimit as spent:
            self._gap(node.gap(GapKind.OVER_LIMIT, str(spent), spent.offset))
        except OSError as trouble:
            # Parsers open nothing: it is the file itself that the system does not give.
            self._gap(node.gap(GapKind.UNREAD, f"reading it failed: {reason(trouble)}"))
        except MemoryError:
            self._gap(node.gap(GapKind.OVER_LIMIT, f"the {name} reader needs more memory than it may have"))
        except ModuleNotFoundError as missing:
            # A checkout that is used as it is has no dependencies beside it.
            said = f"the {name} reader needs {missing.name}, which is not installed"
            self._gap(node.gap(GapKind.UNSUPPORTED, said))
        except Exception as bug:  # noqa: BLE001  (the one boundary around parsers: a bug is a gap)
            self.crashes.append(bug)
            self._gap(node.gap(GapKind.CRASHED, f"the {name} reader failed ({type(bug).__name__}); please report it"))

    def _unclaimed(self, told: TrailingData, source: ByteSource, node: Node, depth: int) -> None:
        """Examine bytes that no reader of a container needs as a file of their own."""
        start, length = told.at.offset, told.at.length
        if start is not None and length and not told.zero:
            rest = Stored(SubSource(source, start, length))
            self._child(Child(f"{told.where}@{start}", rest, offset=start, role=told.where, quiet=True), node, depth)

    def _child(self, child: Child, parent: Node, depth: int) -> None:
        if parent.headers_only and child.role == "tensor":
            return
        node = Node(
            name=child.name, member=(*parent.member, child.name), role=child.role, storages=child.storages,
            trace=parent.trace, headers_only=parent.headers_only and isinstance(child.content, Stored),
        )  # fmt: skip
        if depth + 1 > self.bench.limits.depth:
            self._gap(node.gap(GapKind.OVER_LIMIT, f"nested deeper than {self.bench.limits.depth} containers"))
            return
        if isinstance(child.content, Stored):
            self.node(child.content.source, node, depth + 1, child.formats, quiet=child.quiet)
            return
        start = self.scratch.end
        source, trouble = self.scratch.keep(child.content, self.bench.meter)
        self.node(source, node, depth + 1, child.formats, quiet=child.quiet or trouble is not None)
        self.scratch.release(start)
        if isinstance(trouble, OverLimit):
            self._gap(node.gap(GapKind.OVER_LIMIT, str(trouble), source.size))
        elif trouble is not None:
            # By an OSError without a number bz2 means bytes that are no bzip2; with one it comes from the system.
            if isinstance(trouble, MemoryError | RecursionError) or getattr(trouble, "errno", None) is not None:
                raise trouble
            self._gap(node.gap(GapKind.UNPARSED, f"decompression breaks off: {trouble}", source.size))

    def _fact(self, fact: Fact, depth: int) -> None:
        if isinstance(fact, Identity):
            if not depth:
                self.formats.append(fact.format)
            return
        if isinstance(fact, Statement):
            self._statement(fact)
            return
        # Tensors and metadata are as many as the file lists, and the meter counts them.
        self.facts += not isinstance(fact, TensorDecl | MetadataEntry)
        if self.facts > self.bench.limits.facts:
            raise OverLimit(f"more than {self.bench.limits.facts} facts", offset=fact.at.offset or 0)
        if type(fact).__name__ in OUTLINED:
            self._outline(fact)
        self.judge.see(fact)

    def _outline(self, fact: Fact) -> None:
        """Keep a fact for the rules that look at the whole repository; what they need of it, not more."""
        if isinstance(fact, GlobalReference):
            package = fact.module.partition(".")[0]
            if package in self.packages:
                return
            self.packages.add(package)
        elif isinstance(fact, MetadataEntry) and len(fact.text) > OUTLINED_TEXT:
            fact = replace(fact, text=fact.text[:OUTLINED_TEXT])
        most = self.bench.limits.outline
        if len(self.outline) <= most:
            self.outline.append(fact)
            if len(self.outline) > most:
                reason = f"more than {most} facts to be held against other files; the rest is not held against them"
                self._gap(Gap(kind=GapKind.OVER_LIMIT, reason=reason, at=fact.at))

    def _statement(self, line: Statement) -> None:
        where = f"{' > '.join(line.at.member)} @{line.at.offset}".lstrip()
        if len(self.program) < PROGRAM_LINES:
            self.program.append(f"{where}  {line.text}")
        elif len(self.program) == PROGRAM_LINES:
            self.program.append(f"{where}  … (the program is longer than {PROGRAM_LINES:,} lines)")

    def _gap(self, gap: Gap) -> None:
        if len(self.gaps) < GAPS:
            self.gaps.append(gap)
        elif len(self.gaps) == GAPS:
            self.gaps.append(Gap(kind=gap.kind, reason=f"more than {GAPS} gaps; the rest are like these", at=gap.at))


def examine(
    source: ByteSource,
    name: str,
    *,
    limits: Limits,
    judge: Judge,
    scratch: Scratch | None = None,
    trace: bool = False,
    strict: bool = False,
    headers_only: bool = False,
) -> Examination:
    """Examine the bytes of one file called ``name``.

    Never raises for what the bytes hold: trouble with them is a gap. ``trace`` keeps the decompiled program.
    ``headers_only`` leaves bulk data alone, of which the caller has to tell.
    ``strict`` re-raises the first bug of a reader, for tests and ``--debug``.
    """
    examiner = _Examiner(limits, judge, scratch or Scratch())
    try:
        examiner.node(source, Node(name=name, trace=trace, headers_only=headers_only), 0, (), quiet=False)
    except OverLimit as spent:
        examiner.gaps.append(Gap(kind=GapKind.OVER_LIMIT, reason=str(spent)))
    if strict and examiner.crashes:
        raise examiner.crashes[0]
    return Examination(
        formats=tuple(dict.fromkeys(examiner.formats)),
        findings=judge.findings(),
        gaps=tuple(examiner.gaps),
        program=tuple(examiner.program),
        outline=tuple(examiner.outline),
    )
