"""What a jailed child may still use: the layers of the jail and their bounds, as values."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value

MIB, GIB = 1 << 20, 1 << 30


class Layer(StrEnum):
    """One independent wall of the jail; a run reports which of them really stood."""

    CGROUP = "cgroup"
    """A control group of its own bounds processes and memory of all kinds (Linux, where a directory is delegated)."""
    NAMESPACES = "namespaces"
    """An empty network, empty System V IPC, a host name and a view of control groups of its own (Linux)."""
    PROCESSES = "processes"
    """No process outside can be seen or named: a pid namespace, whose end ends all in it (Linux)."""
    FILES = "files"
    """A root directory of its own, read-only, that holds the import path and no other file of the host (Linux)."""
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
"""Layers for a worker that parses. The others would cost each worker some ten milliseconds of CPU to forbid once more
what these forbid, and a host that restricts user namespaces may log every attempt."""

ENCLOSURE = (Layer.CGROUP, Layer.NAMESPACES, Layer.PROCESSES, Layer.FILES)
"""Layers that are raised before the answering module is imported; the seal raises the others behind it."""
LOADER_LAYERS = tuple(Layer)
"""Layers for a child that runs a stranger's file on purpose: every one there is."""
LEAST_LOADER_LAYERS = (Layer.RLIMITS, Layer.NO_NEW_PRIVS, Layer.LANDLOCK, Layer.CAPABILITIES, Layer.SECCOMP)
"""Without these nothing is loaded. Those of ENCLOSURE, which some hosts refuse, forbid once more what they forbid."""


TEMP = "/tmp"  # noqa: S108  (in a root directory of the child's own)
"""Where the private temporary directory lies."""


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
    temp_bytes: int = 0
    """Room in a private temporary directory in memory; 0 means that no file can be made. Only FILES offers one."""
    shared_bytes: int = 0
    """Memory of the parent that tasks come with; the control group counts what the child touches of it."""
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
