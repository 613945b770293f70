"""What a jailed child may still use: the layers of the jail and their bounds, as values."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value

MIB, GIB = 1 << 20, 1 << 30


class Layer(StrEnum):
    """One independent wall of the jail; a run reports which of them really stood."""

    NAMESPACES = "namespaces"
    """An empty network and an empty System V IPC of its own (Linux)."""
    RLIMITS = "rlimits"
    """Bounds on memory, file size, descriptors and processes; no core dumps."""
    NO_NEW_PRIVS = "no_new_privs"
    """Nothing executed can gain privileges (Linux)."""
    LANDLOCK = "landlock"
    """Files can be read below the import path only, nothing written; no TCP, no signals outward (Linux >= 5.13)."""
    CAPABILITIES = "capabilities"
    """No capability is held, except to read libraries that another user owns (Linux)."""
    SECCOMP = "seccomp"
    """Only the system calls that reading, computing and answering need (Linux x86_64, aarch64)."""


SCANNER_LAYERS = (Layer.RLIMITS, Layer.NO_NEW_PRIVS, Layer.LANDLOCK, Layer.CAPABILITIES, Layer.SECCOMP)
"""Layers for a worker that parses. NAMESPACES would cost half a millisecond of CPU for each worker to forbid
once more what SECCOMP forbids, and a host that restricts user namespaces may log every attempt."""

LOADER_LAYERS = tuple(Layer)
"""Layers for a child that runs a stranger's file on purpose: every one there is."""
LEAST_LOADER_LAYERS = (Layer.RLIMITS, Layer.NO_NEW_PRIVS, Layer.LANDLOCK, Layer.CAPABILITIES, Layer.SECCOMP)
"""Without these nothing is loaded. NAMESPACES, which some hosts refuse, forbids once more what SECCOMP forbids."""


@value
class JailPolicy:
    """Layers to raise and the bounds that a sealed child lives under."""

    layers: tuple[Layer, ...] = SCANNER_LAYERS
    readable: tuple[str, ...] = ()
    """Files and directories that stay readable besides the import path and the system's shared libraries."""
    memory_bytes: int = 512 * MIB
    """Private memory (RLIMIT_DATA). Three times what an examination may hold, so reaching it is the file's doing;
    mapped input files do not count."""
    scratch_bytes: int = 4 * GIB
    """The largest size of the scratch file (RLIMIT_FSIZE)."""
    descriptors: int = 64
    """Open descriptors (RLIMIT_NOFILE). A worker holds five, an import takes two or three more for a moment."""
    cpu_seconds: int = 0
    """Processor time of the whole life of the child (RLIMIT_CPU); 0 means that only the deadline of a task counts."""
    threads: int = 0
    """Threads that may live beside the first one. They start after the seal and inherit it; each takes its stack, 8 MiB
    as a rule, out of ``memory_bytes``. 0: none can be started."""
    listens: bool = False
    """Whether the parent hears of every refused system call, where the kernel can tell it (Linux >= 5.0; threads: 5.5).
    A child with threads is listened to in any case: the parent counts them. Where it cannot, threads start only in a
    user namespace of the child's own, in which the kernel counts."""
