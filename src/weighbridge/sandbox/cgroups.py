"""A control group of its own for each child: all it starts and all memory it touches counts, and is bounded.

The parent makes the directory, where one is delegated to it, and removes it; the child enters before it does anything
else. Version 2: Documentation/admin-guide/cgroup-v2.rst ("Delegation", "Controlling Controllers", "Memory", "PID");
version 1: Documentation/admin-guide/cgroup-v1/{memory,pids}.rst. A directory that a killed parent has left behind
is removed by whoever makes the next one.
"""

from __future__ import annotations

import os
from time import monotonic, sleep

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.sandbox.policy import JailPolicy

_CONTROLLERS = ("pids", "memory")
_NAME = "weighbridge"
_TASKS = 64
"""Processes and threads together; a jail has three processes, and a library may compute in some threads."""
_OVERHEAD = 128 << 20
"""Of three interpreters and the kernel's own tables; with it the limit of the child's own memory is met first."""
_REMOVE_SECONDS = 5.0
_LOOK_SECONDS = 0.005
_SIGKILL = 9


@value
class ControlGroup:
    """The directories of one child's control group: one of version 2, or one for each controller of version 1."""

    directories: tuple[str, ...]

    @property
    def starved(self) -> bool:
        """Whether the kernel has killed a process in it because its memory was used up."""
        texts = (_read(f"{one}/{file}") for one in self.directories for file in ("memory.events", "memory.oom_control"))
        return any(line.startswith("oom_kill ") and line != "oom_kill 0" for text in texts for line in text.split("\n"))

    def remove(self) -> None:
        """Kill what is still in it, and remove it; what cannot be removed in time is left to the next."""
        until = monotonic() + _REMOVE_SECONDS
        left = list(self.directories)
        while left:
            for directory in tuple(left):
                _kill(directory)
                if _removed(directory):
                    left.remove(directory)
            if left:
                if monotonic() > until:
                    return
                sleep(_LOOK_SECONDS)


def create(policy: JailPolicy) -> ControlGroup | None:
    """Make a control group with the bounds of ``policy``; None where none is delegated to this process."""
    memory = policy.memory_bytes + policy.temp_bytes + policy.shared_bytes + _OVERHEAD
    name = f"{_NAME}-{os.getpid()}-{os.urandom(8).hex()}"
    made: list[str] = []
    for place in _places():
        try:
            _sweep(place)
            os.mkdir(f"{place}/{name}", 0o755)
        except OSError:
            break
        made.append(f"{place}/{name}")
    group = ControlGroup(directories=tuple(made))
    bounds = (("pids.max", _TASKS), ("memory.max", memory), ("memory.limit_in_bytes", memory))
    swap = (("memory.swap.max", 0), ("memory.memsw.limit_in_bytes", memory))  # not offered by every kernel
    if made and sum(_bounded(made, file, bound) for file, bound in bounds) == len(_CONTROLLERS):
        for file, bound in swap:
            _bounded(made, file, bound)
        return group
    group.remove()
    return None


def join(directories: tuple[str, ...]) -> bool:
    """Enter a control group; False where there is none, or not the whole of it could be entered."""
    own = f"{os.getpid()}"
    return bool(directories) and all(
        _write(f"{one}/cgroup.procs", own) and own in _read(f"{one}/cgroup.procs").split() for one in directories
    )


def _places() -> tuple[str, ...]:
    """Find directories in which groups can be made that bound processes and memory; empty where there are none."""
    groups = [line.split(":", 2) for line in _read("/proc/self/cgroup").splitlines()]
    mounted = list(_mounted())
    unified = next((path for _, controllers, path in groups if not controllers), "")
    for root, place, kind, _ in mounted:
        if kind == "cgroup2" and (found := _delegated(place, _below(root, unified))):
            return (found,)
    places = {}
    for root, place, kind, options in mounted:
        for _, controllers, path in groups:
            for name in set(controllers.split(",")) & set(_CONTROLLERS):
                if kind == "cgroup" and name in options:
                    places[name] = place + _below(root, path)
    usable = len(places) == len(_CONTROLLERS) and all(os.access(place, os.W_OK) for place in places.values())
    return tuple(dict.fromkeys(places.values())) if usable else ()


def _mounted() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield root, place, kind and options of mounted control groups (proc(5), /proc/pid/mountinfo)."""
    for line in _read("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        fields, (kind, *_, options) = before.split(" "), after.split(" ")
        if kind in ("cgroup", "cgroup2"):
            yield fields[3], fields[4], kind, tuple(options.split(","))


def _below(root: str, path: str) -> str:
    """Say where a group lies below a mount that shows the groups from ``root`` on."""
    return path[len(root.rstrip("/")) :].rstrip("/") if path.startswith(root) else ""


def _delegated(place: str, below: str) -> str:
    """Go up from this process's own group to the first whose children can be made here, with both controllers."""
    while True:
        here = place + below
        offered = _read(f"{here}/cgroup.subtree_control").split()
        if (
            set(_CONTROLLERS) <= set(offered)
            and os.access(here, os.W_OK)
            and os.access(f"{here}/cgroup.procs", os.W_OK)
        ):
            return here
        if not below:
            return ""
        below = below.rpartition("/")[0]


def _sweep(place: str) -> None:
    """Remove the groups of processes that are no more; the kernel keeps those in which somebody lives."""
    for name in os.listdir(place):
        head, _, rest = name.partition("-")
        owner = rest.partition("-")[0]
        if head == _NAME and owner.isdecimal() and not os.path.exists(f"/proc/{owner}"):
            _removed(f"{place}/{name}")


def _kill(directory: str) -> None:
    if not _write(f"{directory}/cgroup.kill", "1"):  # since Linux 5.14, version 2
        for pid in _read(f"{directory}/cgroup.procs").split():
            try:
                os.kill(int(pid), _SIGKILL)
            except ProcessLookupError:
                continue


def _removed(directory: str) -> bool:
    try:
        os.rmdir(directory)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _bounded(directories: list[str], file: str, bound: int) -> bool:
    return any(_write(f"{one}/{file}", str(bound)) for one in directories)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _write(path: str, words: str) -> bool:
    """Write to one of the kernel's files, if it is there and takes it."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            return os.write(file, words.encode()) > 0
        finally:
            os.close(file)
    except OSError:
        return False
