"""Loading from Python: ``weighbridge.sandbox.load("model.pt")``."""

from __future__ import annotations

import mmap
import os

from weighbridge.core.errors import AccessError, IntegrityError, SandboxError, UsageError, reason
from weighbridge.sandbox.loading import Library
from weighbridge.sandbox.policy import GIB
from weighbridge.sandbox.testimony import Untrue
from weighbridge.sandbox.unpack import unpack
from weighbridge.sandbox.weighed import weigh_and_load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SHARED, _COPIES = 1 * GIB, 4
"""Room for tensors: views and compressed arrays are longer than their file. Pages cost memory once they are written."""
_ADD_SEALS, _SEAL_SHRINK, _SEAL_GROW = 1033, 2, 4
"""fcntl(2), File Sealing."""


def load(path: str | os.PathLike[str], library: str = "torch", *, strict: bool = False) -> Any:
    """Load a file with its real library in the jail, and give what it holds without anything of a stranger's code.

    Plain data comes as plain data, subclasses of dict, list and tuple as these; tensors and arrays over memory that the
    child has filled and nobody else holds, those that shared all of their memory as one, without gradients; all else as
    ``Described``. Raises IntegrityError for a file that is malicious or tried what data does not, AccessError for one
    that its library cannot load or that came to no end, SandboxError without a jail.
    """
    name = os.fsdecode(path)
    if library not in set(map(str, Library)):
        raise UsageError(f"{library!r} is nothing to load with", hint=f"one of {', '.join(Library)}")
    try:
        size = _SHARED + _COPIES * os.path.getsize(name)
    except OSError as error:
        raise AccessError(f"cannot open {name!r}: {reason(error)}") from None
    descriptor = _shared_memory(size)
    try:
        weighed = weigh_and_load(name, Library(library), strict=strict, share=descriptor)
        loading = weighed.loading
        see = f"see: weighbridge load {name} --with {library}"
        if loading is None:
            raise IntegrityError(f"{name!r} is malicious; it was not loaded", hint=f"see: weighbridge scan {name}")
        if loading.attempts:
            raise IntegrityError(f"{name!r} does what data does not: {loading.attempts[0].reason}", hint=see)
        if loading.halt is not None:
            raise AccessError(f"{name!r}: {loading.halt.kind}: {loading.halt.reason}", hint=see)
        if loading.failure is not None:
            failure = loading.failure
            raise AccessError(f"{name!r} cannot be loaded: {failure.class_name}: {failure.words}", hint=see)
        try:
            # The child is gone, so nobody writes any more; private, so what is done to a tensor stays here.
            memory = mmap.mmap(descriptor, size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
            return unpack(loading.packed or b"", memory)
        except Untrue as untrue:
            raise IntegrityError(f"{name!r} cannot be rebuilt: {untrue}", hint=see) from None
    finally:
        os.close(descriptor)


def _shared_memory(size: int) -> int:
    """Make memory of a size that nobody can change any more."""
    if not hasattr(os, "memfd_create"):
        raise SandboxError("not sandboxed: this system has no memory files", hint="use Linux")
    import fcntl

    descriptor = os.memfd_create("weighbridge", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    fcntl.fcntl(descriptor, _ADD_SEALS, _SEAL_SHRINK | _SEAL_GROW)
    return descriptor
