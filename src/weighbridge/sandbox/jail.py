"""The jail: a process gives up, for good, everything that reading and answering does not need."""

from __future__ import annotations

import os
from struct import pack, unpack_from

from weighbridge.core.errors import SandboxError
from weighbridge.core.values import replace
from weighbridge.sandbox import landlock, seccomp
from weighbridge.sandbox.kernel import Kernel, running_kernel
from weighbridge.sandbox.policy import ENCLOSURE, TEMP, JailPolicy, Layer
from weighbridge.sandbox.syscalls import IN_TEMP, MODES_IN_TEMP

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_SIGKILL = 9
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_READ_SEARCH = 1 << 2
_WITH_KEEPER = 3
"""The worker, its keeper and process 1."""
_LINKS_OF_ONE_THREAD = 3
"""A directory counts itself, its name and every directory in it: here one for each thread (proc(5))."""


def seal(policy: JailPolicy, standing: tuple[Layer, ...] = (), *, users: int = 0) -> tuple[Layer, ...]:
    """Raise the layers of ``policy`` around this process and name those that really stand, with those ``standing``.

    ``users`` is the user namespace in which the process started. Called once, in a process with a single thread, after
    it has opened what it writes to and before it touches hostile input. A layer that the system refuses or does not
    have is left out of the answer; the others still stand. On Linux the process also dies with the thread that started
    it (prctl(2), PR_SET_PDEATHSIG). Raises SandboxError where other threads run, which Landlock and seccomp would leave
    outside.
    """
    kernel = running_kernel()
    alone = 0
    if policy.threads and users not in (0, user_namespace()):
        alone = _WITH_KEEPER if Layer.PROCESSES in standing else 1
    if kernel is not None:
        if os.stat("/proc/self/task").st_nlink != _LINKS_OF_ONE_THREAD:
            raise SandboxError("the process to be jailed has more than one thread")
        kernel.call("prctl", _PR_SET_PDEATHSIG, _SIGKILL)
        if Layer.FILES in standing:
            from weighbridge.sandbox import mounts

            mounts.withdraw(kernel, temp=bool(policy.temp_bytes))
    if policy.temp_bytes and Layer.FILES not in standing:
        policy = replace(policy, temp_bytes=0)  # the host's temporary directory is no substitute
    # The order of Layer matters: Landlock and seccomp need no_new_privs, seccomp forbids all the calls that the others
    # are made of.
    return tuple(
        layer for layer in Layer
        if layer in standing or (layer in policy.layers and _raise_layer(layer, policy, kernel, alone=alone))
    )  # fmt: skip


def _raise_layer(layer: Layer, policy: JailPolicy, kernel: Kernel | None, *, alone: int) -> bool:
    if layer in ENCLOSURE:
        return False  # too late for these
    if layer is Layer.RLIMITS:
        return _limit_resources(policy, alone=alone)
    if kernel is None:
        return False
    if layer is Layer.NO_NEW_PRIVS:
        return kernel.call("prctl", _PR_SET_NO_NEW_PRIVS, 1) == 0
    if layer is Layer.LANDLOCK:
        return landlock.restrict(kernel, policy.readable, (TEMP,) if policy.temp_bytes else ())
    if layer is Layer.CAPABILITIES:
        return _drop_capabilities(kernel)
    temp = _calls_of_temp() if policy.temp_bytes else ()
    asks = policy.listens or policy.threads
    if asks and seccomp.restrict_and_tell(kernel, threads=policy.threads, temp=temp):
        return True
    return seccomp.restrict(kernel, threads=policy.threads if alone else 0, temp=temp)


def _calls_of_temp() -> tuple[str, ...]:
    """Say which calls a private temporary directory takes."""
    return IN_TEMP if os.path.exists("/proc/self/fd") else (*IN_TEMP, *MODES_IN_TEMP)


def user_namespace() -> int:
    """Tell in which user namespace this process is; 0 where there is none."""
    try:
        return os.stat("/proc/self/ns/user").st_ino
    except OSError:
        return 0


def _limit_resources(policy: JailPolicy, *, alone: int) -> bool:
    """Set hard limits with the soft ones, so that they cannot be raised again (getrlimit(2)).

    Threads count as processes of their user. Only a child that is in a user namespace of its own, with ``alone``
    processes of this jail, has a count of its own; elsewhere other processes of the user would take its share, and root
    is never held to it: there the parent counts, at the listener of the filter, and without a listener no thread
    starts.
    """
    import resource

    bounds = [
        (resource.RLIMIT_DATA, policy.memory_bytes, 0),
        (resource.RLIMIT_FSIZE, max(policy.scratch_bytes, policy.temp_bytes), 0),
        (resource.RLIMIT_NOFILE, policy.descriptors, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ]
    if alone or not policy.threads:
        bounds.append((resource.RLIMIT_NPROC, policy.threads + alone, 0))
    if policy.cpu_seconds:
        # A second between the soft limit, whose signal tells what happened, and the hard one, which cannot be caught.
        bounds.append((resource.RLIMIT_CPU, policy.cpu_seconds, 1))
    try:
        for limit, bound, grace in bounds:
            _, hard = resource.getrlimit(limit)
            ceiling = bound + grace if hard == resource.RLIM_INFINITY else min(bound + grace, hard)
            resource.setrlimit(limit, (min(bound, ceiling), ceiling))
    except (OSError, ValueError):
        return False
    return True


def _drop_capabilities(kernel: Kernel) -> bool:
    """Keep of the capabilities none but CAP_DAC_READ_SEARCH, where held (capabilities(7), capset(2)).

    That one lets root import, after the seal, from a library directory that another user owns; what it may read is
    Landlock's matter.
    """
    header = bytearray(pack("<Ii", _CAPABILITY_VERSION_3, 0))
    sets = bytearray(24)  # effective, permitted, inheritable; twice, for the low and the high half
    if kernel.call("capget", kernel.address(header), kernel.address(sets)) != 0:
        return False
    (held,) = unpack_from("<I", sets, 4)
    kept = held & _CAP_DAC_READ_SEARCH
    sets[:] = pack("<6I", kept, kept, 0, 0, 0, 0)
    return kernel.call("capset", kernel.address(header), kernel.address(sets)) == 0
