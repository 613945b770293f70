"""Raises the layers of a jail that must stand before the answering module is imported: the child moves elsewhere."""

from __future__ import annotations

import os

from weighbridge.core.errors import SandboxError
from weighbridge.core.values import replace
from weighbridge.sandbox import cgroups, keeper, mounts, namespaces
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.policy import ENCLOSURE, TEMP, Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.kernel import Kernel
    from weighbridge.sandbox.protocol import WorkerSetup

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
_NAMESPACES = (Layer.NAMESPACES, Layer.PROCESSES, Layer.FILES)
_OUTER_PARENTS = (0, 1)
"""What the worker's parent is called inside: 0 for the keeper, which is outside, 1 for bubblewrap."""


def enclose(setup: WorkerSetup, readable: tuple[str, ...]) -> tuple[Layer, ...]:
    """Raise those layers of ENCLOSURE that the policy has, and name those that were seen to stand.

    ``readable`` is what must still be found afterwards. Called once, in a process with a single thread that holds
    nothing but what the worker needs. It may return in a child of this process, or in the same program started anew
    by bubblewrap. A layer that the system refuses is left out. Raises SandboxError where one stands only in part.
    """
    kernel = running_kernel()
    if kernel is None:
        return ()
    kernel.call("prctl", _PR_SET_PDEATHSIG, _SIGKILL)
    wanted = tuple(layer for layer in _NAMESPACES if layer in setup.policy.layers)
    outside, chosen = setup.outside, mounts.plan((*readable, *_linked(readable), *_searched(), *mounts.SYSTEM))
    if not outside:
        if not cgroups.join(setup.cgroups):
            setup = replace(setup, cgroups=())
        outside = namespaces.current()
        wanted = _move(kernel, setup, wanted, chosen)
    standing = [Layer.CGROUP] if setup.cgroups and Layer.CGROUP in setup.policy.layers else []
    standing += [layer for layer in wanted if namespaces.left(outside, layer) and _holds(layer, chosen)]
    if Layer.FILES in standing:
        os.environ["HOME"] = os.environ["TMPDIR"] = TEMP
    return tuple(layer for layer in ENCLOSURE if layer in standing)


def _move(kernel: Kernel, setup: WorkerSetup, wanted: tuple[Layer, ...], chosen: mounts.Plan) -> tuple[Layer, ...]:
    """Enter the namespaces; where the system refuses this to all but bubblewrap, become bubblewrap's child."""
    if not wanted:
        return ()
    if not namespaces.leave(kernel, wanted):
        if wanted == _NAMESPACES:
            from weighbridge.sandbox import bubblewrap

            bubblewrap.become(replace(setup, outside=namespaces.current()), chosen)
        return ()
    if Layer.FILES in wanted and not mounts.build(kernel, chosen, setup.policy.temp_bytes):
        wanted = tuple(layer for layer in wanted if layer is not Layer.FILES)
    if Layer.PROCESSES in wanted:
        try:
            keeper.divide(kernel)
        except OSError as error:
            raise SandboxError(f"a process of the jail cannot be started: {error.strerror}") from error
    if Layer.FILES in wanted:
        mounts.close(kernel)
    return wanted


def _holds(layer: Layer, chosen: mounts.Plan) -> bool:
    """Look at what can be seen of a layer from inside."""
    if layer is Layer.PROCESSES:
        return os.getppid() in _OUTER_PARENTS
    return layer is not Layer.FILES or mounts.stands(chosen)


def _linked(readable: tuple[str, ...]) -> tuple[str, ...]:
    """Find packages that are installed as links to where they are stored."""
    found = []
    for directory in readable:
        try:
            with os.scandir(directory) as entries:
                found += [entry.path for entry in entries if entry.is_symlink()]
        except OSError:
            continue  # not there, or a file
    return tuple(found)


def _searched() -> tuple[str, ...]:
    """Where the dynamic linker looks first, if this interpreter needs it."""
    return tuple(path for path in os.environ.get("LD_LIBRARY_PATH", "").split(":") if path.startswith("/"))
