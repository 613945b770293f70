"""Namespaces of its own for a jailed child (namespaces(7), user_namespaces(7), unshare(2)).

Without privilege they are had by way of a user namespace, in which the child keeps its own number. With privilege there
is none: in it root could no longer read libraries that other users own.
"""

from __future__ import annotations

import os

from weighbridge.sandbox.policy import Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.kernel import Kernel

_CLONE_NEWUSER, _CLONE_NEWNS = 0x10000000, 0x00020000
_FLAGS = {
    # CLONE_NEW* of include/uapi/linux/sched.h, by the names of /proc/self/ns
    "net": 0x40000000, "ipc": 0x08000000, "uts": 0x04000000, "cgroup": 0x02000000, "pid": 0x20000000,
    "mnt": _CLONE_NEWNS,
}  # fmt: skip
_KINDS = {Layer.NAMESPACES: ("net", "ipc", "uts", "cgroup"), Layer.PROCESSES: ("pid",), Layer.FILES: ("mnt",)}
_HOST_NAME = b"jail"


def current() -> tuple[str, ...]:
    """Name the namespaces that this process is in, as ``net:[4026531840]``; needs a procfs."""
    return tuple(os.readlink(f"/proc/self/ns/{kind}") for kind in _FLAGS if os.path.islink(f"/proc/self/ns/{kind}"))


def left(outside: tuple[str, ...], layer: Layer) -> bool:
    """Tell whether this process is in none of the namespaces of ``layer`` in which it was ``outside``."""
    before = {name for name in outside if name.partition(":")[0] in _KINDS[layer]}
    return bool(before) and not before & set(current())


def leave(kernel: Kernel, layers: tuple[Layer, ...]) -> bool:
    """Move into new, empty namespaces for ``layers``; False, and nothing has changed, where the system refuses.

    That of processes holds for children that are made from now on.
    """
    flags = 0
    for kind in (kind for layer in layers for kind in _KINDS[layer]):
        flags |= _FLAGS[kind] if os.path.islink(f"/proc/self/ns/{kind}") else 0
    if kernel.call("unshare", flags) != 0 and not (_works(kernel, flags) and _enter_with_own_number(kernel, flags)):
        return False
    if Layer.NAMESPACES in layers:
        # The copy of the host's name is told to everybody (uname).
        name = bytearray(_HOST_NAME)
        kernel.call("sethostname", kernel.address(name), len(name))
    return True


def _works(kernel: Kernel, flags: int) -> bool:
    """Try a user namespace in a process of its own, for there is no way back out of one.

    Some systems (AppArmor on Ubuntu 24.04) give everybody one, but take from it all power to mount.
    """
    child = os.fork()
    if child == 0:
        works = _enter_with_own_number(kernel, _CLONE_NEWNS | flags)
        words = [bytearray(word) for word in (b"none\0", b"/proc\0", b"tmpfs\0")]
        works = works and kernel.call("mount", *map(kernel.address, words)) == 0
        os._exit(0 if works else 1)
    return os.waitpid(child, 0)[1] == 0


def _enter_with_own_number(kernel: Kernel, flags: int) -> bool:
    """Enter a user namespace that maps this user and group onto themselves, and with it the others."""
    user, group = os.geteuid(), os.getegid()  # inside, without a map, they are those of nobody
    if kernel.call("unshare", _CLONE_NEWUSER | flags) != 0:
        return False
    # Without privilege groups can be mapped only once they can no longer be dropped (user_namespaces(7)).
    maps = (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1"))
    return all(_written(f"/proc/self/{name}", words.encode()) for name, words in maps)


def _written(path: str, words: bytes) -> bool:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            return os.write(file, words) == len(words)
        finally:
            os.close(file)
    except OSError:
        return False
