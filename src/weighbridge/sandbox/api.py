"""The jail from Python: ``sandbox.load("model.pt")`` and ``sandbox.call(function, "model.pt", inputs)``."""

from __future__ import annotations

import mmap
import os

from weighbridge.core.errors import AccessError, IntegrityError, SandboxError, UsageError, reason
from weighbridge.core.values import replace
from weighbridge.sandbox.calling import CallError, called, check_outside
from weighbridge.sandbox.lay import lay_of
from weighbridge.sandbox.loading import BY_PATH, Bounds, Library
from weighbridge.sandbox.policy import GIB
from weighbridge.sandbox.testimony import Untrue
from weighbridge.sandbox.unpack import ALIGNMENT, MAX_DOCUMENT_BYTES, unpack
from weighbridge.sandbox.weighed import weigh_and_load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from weighbridge.sandbox.loading import Call, Loading

_SHARED, _COPIES = 1 * GIB, 4
"""Room for tensors: views and compressed arrays are longer than their file. Pages cost memory once they are written."""
_IMPORTED = (
    "the module of the function is imported in the jail, and must leave no thread behind; what a program does belongs "
    'under: if __name__ == "__main__"'
)
_ADD_SEALS, _SEAL_SHRINK, _SEAL_GROW = 1033, 2, 4
"""fcntl(2), File Sealing."""


def load(
    path: str | os.PathLike[str],
    library: str = "torch",
    *,
    strict: bool = False,
    seconds: float = 0.0,
    memory_bytes: int = 0,
) -> Any:
    """Load a file or directory with its real library in the jail, and give what it holds without a stranger's code.

    Plain data comes as plain data, subclasses of dict, list and tuple as these; tensors and arrays over memory that the
    child has filled and nobody else holds, those that shared all of their memory as one, without gradients; all else as
    ``Described``. ``seconds`` and ``memory_bytes`` bound the child, 0 stands for bounds that grow with the file.

    Raises IntegrityError for a file that is malicious or tried what data does not, AccessError for one that its library
    cannot load or that came to no end, SandboxError without a jail, with ``strict`` also without all of it.
    """
    name, chosen = os.fsdecode(path), _library(library)
    descriptor = _shared_memory(_SHARED + _COPIES * _size(name, chosen))
    try:
        bounds = Bounds(seconds=seconds, memory_bytes=memory_bytes)
        return _loaded(name, chosen, descriptor, strict=strict, bounds=bounds)
    finally:
        os.close(descriptor)


def call(
    function: Callable[[Any, Any], object],
    model: str | os.PathLike[str],
    inputs: object,
    *,
    library: str = "torch",
    strict: bool = False,
    seconds: float = 0.0,
    memory_bytes: int = 0,
) -> Any:
    """Call ``function(loaded, inputs)`` in the jail with what ``library`` makes of ``model``; gives what comes of it.

    ``function`` is yours: it is imported in the child, with this program's path, before the jail is sealed, so it must
    be a function of a module or of the program file. ``inputs`` are plain data, tensors and arrays, and so should be
    the result, which comes back as with ``load``. With transformers the function gets a pair of model and tokenizer,
    which is None where there is none.

    Raises CallError for what the function raised, UsageError for a function that cannot be imported or inputs of other
    classes, the rest as ``load``.
    """
    name, chosen = os.fsdecode(model), _library(library)
    asked = called(function)
    descriptor = _shared_memory(_SHARED + _COPIES * _size(name, chosen) + _weight(inputs))
    try:
        asked = _with_inputs(asked, inputs, descriptor)
        bounds = Bounds(seconds=seconds, memory_bytes=memory_bytes)
        return _loaded(name, chosen, descriptor, strict=strict, bounds=bounds, call=asked)
    finally:
        os.close(descriptor)


def _loaded(
    name: str, library: Library, descriptor: int, *, strict: bool, bounds: Bounds, call: Call | None = None
) -> Any:
    """Load into shared memory, and rebuild what the child has packed there."""
    check_outside()
    try:
        weighed = weigh_and_load(name, library, strict=strict, bounds=bounds, share=descriptor, call=call)
    except SandboxError as error:
        raise SandboxError(str(error), hint=_IMPORTED if call else error.hint) from None
    loading = weighed.loading
    see = f"see: weighbridge load {name} --with {library}"
    if loading is None:
        raise IntegrityError(f"{name!r} is malicious; it was not loaded", hint=f"see: weighbridge scan {name}")
    failure = loading.failure
    if loading.attempts and not (call is not None and _is_own(loading, call)):
        raise IntegrityError(f"{name!r} does what data does not: {loading.attempts[0].reason}", hint=see)
    if loading.halt is not None:
        raise AccessError(f"{name!r}: {loading.halt.kind}: {loading.halt.reason}", hint=see)
    if failure is not None and failure.called and call is not None:
        raise CallError(call.name, failure)
    if failure is not None:
        raise AccessError(f"{name!r} cannot be loaded: {failure.class_name}: {failure.words}", hint=see)
    try:
        # The child is gone, so nobody writes any more; private, so what is done to a tensor stays here.
        memory = mmap.mmap(descriptor, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
        return unpack(loading.packed or b"", memory)
    except Untrue as untrue:
        raise IntegrityError(f"{name!r} cannot be rebuilt: {untrue}", hint=see) from None


def _is_own(loading: Loading, call: Call) -> bool:
    """Tell whether the user's function ended with an error, and all that was tried was tried in its own file."""
    events = [attempt.event for attempt in loading.attempts if attempt.event is not None]
    was_called = loading.failure is not None and loading.failure.called
    return was_called and all(event.where.startswith(f"{call.file}:") for event in events)


def _with_inputs(asked: Call, inputs: object, descriptor: int) -> Call:
    """Pack inputs into the shared memory, the document behind their bytes."""
    import json

    from weighbridge.sandbox.loaders.parcel import Packer

    packer = Packer(descriptor, exact=True)
    try:
        document = json.dumps(packer.pack(inputs)).encode()
    except TypeError as error:
        hint = "give plain data, strided tensors on the CPU, or arrays"
        raise UsageError(f"inputs hold an object of {error}", hint=hint) from None
    if len(document) > MAX_DOCUMENT_BYTES:
        raise UsageError("inputs hold too much plain data", hint="give numbers as tensors or arrays")
    os.pwrite(descriptor, document, packer.end)
    return replace(asked, inputs=(packer.end, len(document)), libraries=tuple(sorted(packer.libraries)))


def _weight(inputs: object) -> int:
    """Count the bytes of tensors and arrays, with those that are shared once for each place."""
    if isinstance(inputs, dict):
        return sum(map(_weight, inputs.values()))
    if isinstance(inputs, list | tuple | set | frozenset):
        return sum(map(_weight, inputs))
    return ALIGNMENT + int(getattr(inputs, "nbytes", 0))


def _library(name: str) -> Library:
    if name not in set(map(str, Library)):
        raise UsageError(f"{name!r} is nothing to load with", hint=f"one of {', '.join(Library)}")
    return Library(name)


def _size(name: str, library: Library) -> int:
    """Add up what is loaded: a file, which may have data beside it, or a directory with all that is below."""
    path = os.path.abspath(name)
    try:
        if os.path.isdir(path):
            return lay_of(path).size
        if library not in BY_PATH:
            return os.path.getsize(path)
        with os.scandir(os.path.dirname(path)) as listing:
            return sum(entry.stat().st_size for entry in listing if entry.is_file())
    except OSError as error:
        raise AccessError(f"cannot open {name!r}: {reason(error)}") from None


def _shared_memory(size: int) -> int:
    """Make memory of a size that nobody can change any more."""
    if not hasattr(os, "memfd_create"):
        raise SandboxError("not sandboxed: this system has no memory files", hint="use Linux")
    import fcntl

    descriptor = os.memfd_create("weighbridge", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    fcntl.fcntl(descriptor, _ADD_SEALS, _SEAL_SHRINK | _SEAL_GROW)
    return descriptor
