"""Loads one file with its real library, in a child that can do no harm, and tells what it holds and what it tried."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.errors import SandboxError, UsageError
from weighbridge.core.values import value
from weighbridge.sandbox import protocol
from weighbridge.sandbox.policy import GIB, LEAST_LOADER_LAYERS, LOADER_LAYERS, MIB, TEMP, JailPolicy, Layer
from weighbridge.sandbox.pool import JailedPool
from weighbridge.sandbox.refused import judged
from weighbridge.sandbox.tasks import Crashed, Flooded, Killed, OutOfMemory, Oversized, PoolTask, TimedOut
from weighbridge.sandbox.testimony import EventKind, Failure, Node, Untrue, read_answer, read_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.rules.vocabulary.tables import Tables
    from weighbridge.sandbox.listener import Refusal
    from weighbridge.sandbox.tasks import Failure as WorkerFailure
    from weighbridge.sandbox.testimony import Event

_READABLE = ("/dev/urandom", "/dev/null")
"""Torch seeds itself from the first; libraries look at the second when they are imported."""
_DESCRIPTORS = 256
_START_SECONDS = 120.0
"""Importing transformers or keras takes three seconds, on a machine that is not loaded."""
_SECONDS, _BYTES_PER_SECOND = 60.0, 50 << 20
_MEMORY, _COPIES = 2 * GIB, 3
"""An imported torch has 0.4 GiB; a checkpoint is held once as a file's buffer, once as tensors, once while it grows."""

_SIGSYS, _SIGXCPU = 31, 24

_NOT_ALONE = frozenset({"import_resolution", "indirect_call", "deserialiser"})
"""Dangers of which honest pickles make use: bound methods, partial functions, nested tensors."""


class Library(StrEnum):
    """What loads; each with its unsafe defaults."""

    TORCH = "torch"
    JOBLIB = "joblib"
    PICKLE = "pickle"
    NUMPY = "numpy"
    KERAS = "keras"
    TRANSFORMERS = "transformers"
    ONNX = "onnx"


BY_PATH = frozenset({Library.KERAS, Library.TRANSFORMERS, Library.ONNX})
"""Libraries that open files themselves; the others get one that is open."""
_NEEDS = {Library.KERAS: ("keras", "torch"), Library.TRANSFORMERS: ("transformers", "torch"),
          Library.ONNX: ("onnxruntime",)}  # fmt: skip
"""Modules that must be installed, where it is not the one of the library's name."""


_TEMP = {Library.TRANSFORMERS: 64 * MIB}
"""Room in a temporary directory: the code of a repository is copied to a cache of modules before it is imported."""


class HaltKind(StrEnum):
    """Why loading came to no end of its own."""

    RESOURCE_EXCEEDED = "resource_exceeded"
    TIMEOUT = "timeout"
    CRASHED = "crashed"


@value
class Halt:
    """Loading came to no end of its own; ``reason`` may hold a stranger's words."""

    kind: HaltKind
    reason: str


@value
class Attempt:
    """Something that loading data never does; ``event`` is missing where only its trace was seen."""

    reason: str
    event: Event | None = None


@value
class Loading:
    """What came of loading a file, one of ``outline``, ``packed``, ``failure`` and ``halt``, and what was seen."""

    library: Library
    layers: tuple[Layer, ...]
    events: tuple[Event, ...]
    attempts: tuple[Attempt, ...]
    outline: Node | None = None
    packed: bytes | None = None
    """A document for ``unpack``, not checked yet."""
    failure: Failure | None = None
    halt: Halt | None = None
    unseen: str = ""
    """What of the evidence is missing, and why; empty when the kernel told of every refused call."""


@value
class Bounds:
    """What a child may use; 0 stands for an amount that grows with the file."""

    seconds: float = 0.0
    memory_bytes: int = 0


@value
class Place:
    """Where a library of BY_PATH finds what it loads: the child may read there, and nowhere else."""

    path: str
    readable: tuple[str, ...]


@value
class Call:
    """A function of the user's that the child calls with the loaded object and its inputs; its result is packed.

    It is ``name`` of ``module``, found along ``search``, or in its ``file`` where the module is the program.
    """

    module: str
    file: str
    name: str
    search: tuple[str, ...]
    inputs: tuple[int, int] = (0, 0)
    """Offset and length of their packed document in the shared memory."""
    libraries: tuple[str, ...] = ()
    """What unpacking them takes."""


def load_in_jail(
    descriptor: int,
    size: int,
    library: Library,
    *,
    strict: bool = False,
    bounds: Bounds | None = None,
    share: int | None = None,
    place: Place | None = None,
    call: Call | None = None,
) -> Loading:
    """Load the file behind ``descriptor``, which stays open, or what lies at ``place``, in a jail of its own.

    With ``share``, a descriptor of memory that has its size already, the object is packed into it, else outlined. With
    ``call``, which needs ``share``, the function's result takes the place of the object.

    Raises UsageError where the library is not installed, and SandboxError, before the child has got the file, where
    the jail lacks a layer of LEAST_LOADER_LAYERS, or with ``strict`` any. What the file does ends as an answer.
    """
    import json
    import os
    from importlib.util import find_spec

    for name in _NEEDS.get(library, (str(library),)):
        if find_spec(name) is None:
            raise UsageError(f"{name} is not installed here", hint="install it beside weighbridge, or name another")
    bounds = bounds or Bounds()
    seconds = bounds.seconds or _SECONDS + size / _BYTES_PER_SECOND
    policy = JailPolicy(
        layers=LOADER_LAYERS,
        readable=(*_READABLE, *(place.readable if place else ())),
        memory_bytes=bounds.memory_bytes or _MEMORY + _COPIES * size,
        scratch_bytes=0,
        temp_bytes=_TEMP.get(library, 0),
        shared_bytes=0 if share is None else os.fstat(share).st_size,
        descriptors=_DESCRIPTORS,
        cpu_seconds=int(seconds + _START_SECONDS) + 1,
        listens=True,
    )
    notes: list[bytes] = []
    refusals: list[Refusal | None] = []
    asked: dict[str, object] = {
        "path": place.path if place else "",
        "readable": place.readable if place else (),
        "temp": f"{TEMP}/.cache" if policy.temp_bytes else "",
        "pack": share is not None,
    }
    if call is not None:
        asked["inputs"] = call.inputs
    with JailedPool(
        workers=1,
        policy=policy,
        deadline=lambda _: seconds,
        answer_module=f"weighbridge.sandbox.loaders.{library}",
        prepared=(call.module, call.file, call.name, ",".join(call.libraries), *call.search) if call else (),
        searched=(call.file, *call.search) if call else (),
        start_seconds=_START_SECONDS,
    ) as pool:

        def hand_over() -> int:
            """Open the file for a child that waits in its jail, unless a wall is missing."""
            _check(pool.layers or (), LOADER_LAYERS if strict else LEAST_LOADER_LAYERS)
            os.lseek(descriptor, 0, os.SEEK_SET)
            return os.dup(descriptor)

        request = json.dumps(asked).encode()
        task = PoolTask(
            key=0, request=request, open=hand_over, size=size, hear=notes.append, refused=refusals.append, share=share
        )
        (result,) = pool.run((task,))
        layers, listens = pool.layers or (), pool.listens
    events, attempts = _seen(notes)
    refused, against = judged([refusal for refusal in refusals if refusal is not None], events)
    attempts += [Attempt(reason=reason, event=event) for reason, event in against]
    outline: Node | Failure | None = None
    halt = None
    packed = None
    if result.answer is not None and share is not None and not result.answer.startswith(b'{"error"'):
        packed = result.answer
    elif result.answer is not None:
        try:
            outline = read_answer(result.answer)
        except Untrue as untrue:
            attempts.append(Attempt(reason=f"the child was taken over: {untrue}"))
            halt = Halt(kind=HaltKind.CRASHED, reason="its answer does not fit the schema")
    elif result.failure is not None:
        halt = _halt(result.failure)
        if isinstance(result.failure, Killed) and result.failure.signal == _SIGSYS:
            attempts.append(Attempt(reason=result.failure.reason))
    failure = outline if isinstance(outline, Failure) else None
    if failure is not None and failure.refused:
        attempts.append(Attempt(reason=f"the jail refused it: {failure.class_name}: {failure.words}"))
    return Loading(
        library=library,
        layers=layers,
        events=events + refused,
        attempts=tuple(attempts),
        outline=outline if isinstance(outline, Node) else None,
        packed=packed,
        failure=failure,
        halt=halt,
        unseen=_unseen(listens, refusals.count(None)),
    )


def _unseen(listens: bool, uncounted: int) -> str:
    if not listens:
        return "the kernel tells nobody what it refused: what native code tried was not seen"
    return f"{uncounted} refused calls more, like others that are listed" if uncounted else ""


def _check(layers: tuple[Layer, ...], needed: tuple[Layer, ...]) -> None:
    missing = [layer for layer in needed if layer not in layers]
    if missing:
        hint = "use Linux 5.13 or newer on x86_64 or aarch64, where user namespaces and seccomp are not disabled"
        if missing == [Layer.CGROUP]:
            hint = "start it with systemd-run --user --scope, which delegates control groups, or do without --strict"
        raise SandboxError(
            f"not sandboxed: this system gives the jail no {', '.join(missing)}; the file was not loaded", hint=hint
        )


def _seen(notes: list[bytes]) -> tuple[tuple[Event, ...], list[Attempt]]:
    """Read the notes in order and judge each."""
    from weighbridge.rules.vocabulary.tables import Tables

    tables = Tables()
    events, attempts = [], []
    for note in notes:
        try:
            event = read_event(note)
        except Untrue as untrue:
            attempts.append(Attempt(reason=f"the child was taken over: {untrue}"))
            break
        events.append(event)
        reason = _REASONS.get(event.kind) or (_danger(event, tables) if event.kind is EventKind.NAME else "")
        if reason:
            attempts.append(Attempt(reason=reason, event=event))
    return tuple(events), attempts


_REASONS = {
    EventKind.PROCESS: "it starts, ends or signals a process",
    EventKind.NETWORK: "it uses the network",
    EventKind.FILE: "it opens or changes files that are not its library's",
    EventKind.NATIVE: "it reaches into native code",
    EventKind.CODE: "it makes or runs code of its own",
}


def _danger(event: Event, tables: Tables) -> str:
    """Say what is known against a name that the unpickler was told to resolve; empty for nothing."""
    module, _, name = event.what.partition(", ")
    module, name = module.strip("'\""), name.strip("'\"")
    if tables.vetted(module, name) is not None:
        return ""
    danger = tables.danger(module, name)
    if danger is None or danger.category in _NOT_ALONE:
        return ""
    return f"it names {module}.{name}, which {danger.reason}"


def _halt(failure: WorkerFailure) -> Halt:
    match failure:
        case TimedOut(seconds=seconds):
            return Halt(kind=HaltKind.TIMEOUT, reason=f"not done after {seconds:.0f} seconds")
        case OutOfMemory(limit=limit):
            words = f"more than {limit >> 20} MiB of memory would be needed"
            return Halt(kind=HaltKind.RESOURCE_EXCEEDED, reason=words)
        case Oversized(what=what, limit=limit):
            return Halt(kind=HaltKind.RESOURCE_EXCEEDED, reason=f"{what} would be longer than {limit >> 20} MiB")
        case Flooded(what=what, limit=limit):
            return Halt(kind=HaltKind.RESOURCE_EXCEEDED, reason=f"more than {limit} {what}")
        case Killed(signal=signal, reason=reason):
            kind = HaltKind.RESOURCE_EXCEEDED if signal == _SIGXCPU else HaltKind.CRASHED
            return Halt(kind=kind, reason=f"the child was killed: {reason}")
        case Crashed(exit_code=code, stderr=stderr):
            last = stderr.strip().rpartition("\n")[2][: protocol.MAX_REFUSAL_BYTES]
            return Halt(kind=HaltKind.CRASHED, reason=f"the child ended by itself with {code}: {last}".rstrip(": "))
        case _:
            return Halt(kind=HaltKind.CRASHED, reason="the file could not be handed over")
