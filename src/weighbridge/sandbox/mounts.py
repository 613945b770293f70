"""A root directory of its own for a jailed child: what it may read, at its own path, read-only; nothing else is there.

Landlock refuses to open what is not granted, but stat(2) and readlink(2) still tell which files a host has. Here they
find nothing. Source: mount_namespaces(7), pivot_root(2), mount_setattr(2), Documentation/filesystems/tmpfs.rst.
"""

from __future__ import annotations

import os
from stat import S_ISCHR, S_ISDIR, S_ISLNK
from struct import pack

from weighbridge.core.errors import SandboxError
from weighbridge.core.values import value
from weighbridge.sandbox.policy import TEMP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.kernel import Kernel

OUTSIDE = "/.outside"
"""Where the root of the host hangs until the child has no more need of it."""
SYSTEM = (
    "/dev/null", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu",
    "/sys/devices/system/node", "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/usr/share/zoneinfo",
    "/nix/store", "/gnu/store",
)  # fmt: skip
"""What libraries look at when they are imported; the last two hold all libraries of a system, where there are any.
Being there is not being granted: Landlock closes most of it again."""
IMPORT_TEMP_BYTES = 16 << 20
"""Torch and transformers make a file in the temporary directory when they are imported, and remove it."""
_TEMP_FILES = 16 << 10
"""Files and directories that fit into it; each costs the kernel a KiB."""

_STAGE = "/proc"
"""Any directory that is always there; what was in it shows again as soon as the new root is the root."""
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 8, 1 << 12, 1 << 14, 1 << 18
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV, _ATTR_NOEXEC = 1, 2, 4, 8
_MNT_DETACH = 2
_ST_RDONLY = 1
_MOST_LINKS = 40
"""So many links are followed in one path (path_resolution(7))."""


@value
class Plan:
    """What the new root holds: files and directories, none behind a link or below another, and links to them."""

    binds: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    """Where a link lies, and what stands in it."""


def plan(paths: tuple[str, ...]) -> Plan:
    """Choose what must be there so that all ``paths`` are; those that are missing on the host are passed over."""
    links: dict[str, str] = {}
    found = sorted({real for real in (_resolve(path, links) for path in paths) if real}, key=_parts)
    binds: list[str] = []
    for real in found:
        if not binds or not real.startswith(binds[-1] + "/"):
            binds.append(real)
    visible = {link: words for link, words in links.items() if not any(link.startswith(top + "/") for top in binds)}
    return Plan(binds=tuple(binds), links=tuple(visible.items()))


def build(kernel: Kernel, chosen: Plan, temp_bytes: int) -> bool:
    """Make the new root and move into it; False, and nothing has changed, where the system refuses.

    This process must be in a mount namespace of its own. The host's root still hangs at OUTSIDE.
    """
    options = "mode=0755,size=1m,nr_inodes=8k"
    if _mount(kernel, ("none", "/"), "", _MS_REC | _MS_PRIVATE) != 0:
        return False
    if _mount(kernel, ("jail", _STAGE), "tmpfs", _MS_NOSUID | _MS_NODEV, options) != 0:
        return False
    os.mkdir(_STAGE + OUTSIDE, 0o700)
    buffers = [bytearray(path.encode() + b"\0") for path in (_STAGE, _STAGE + OUTSIDE)]
    if kernel.call("pivot_root", *map(kernel.address, buffers)) != 0:
        _unmount(kernel, _STAGE)
        return False
    os.chdir("/")
    os.mkdir(TEMP)
    options = f"mode=0700,size={temp_bytes or IMPORT_TEMP_BYTES},nr_inodes={_TEMP_FILES}"
    if _mount(kernel, ("temp", TEMP), "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, options) != 0:
        raise SandboxError("the jail gets no temporary directory")
    for path in chosen.binds:
        _bind(kernel, OUTSIDE + path, path)
    for path, words in chosen.links:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(words, path)
    return True


def close(kernel: Kernel) -> None:
    """Let go of the host's root; raises SandboxError where that fails.

    Called in the process that stays: of the host's procfs it keeps the directory about itself until ``withdraw``.
    """
    _bind(kernel, f"{OUTSIDE}/proc/self", "/proc/self")
    if _unmount(kernel, OUTSIDE) != 0:
        raise SandboxError("the root directory of the host cannot be left")
    os.rmdir(OUTSIDE)
    _restrict(kernel, "/", _ATTR_RDONLY, 0)


def stands(chosen: Plan) -> bool:
    """Look whether the root holds nothing else than what was chosen, and whether all of it is read-only."""
    own = {path.split("/")[1] for path in (*chosen.binds, *(link for link, _ in chosen.links), TEMP, "/proc", "/dev")}
    return set(os.listdir("/")) <= own and all(
        os.statvfs(path).f_flag & _ST_RDONLY or S_ISCHR(os.stat(path).st_mode)
        for path in ("/", *chosen.binds) if os.path.exists(path)
    )  # fmt: skip


def withdraw(kernel: Kernel, *, temp: bool) -> None:
    """Take away what only imports need: what procfs tells about this process and, without ``temp``, writing.

    Within bubblewrap's root nothing can be taken away any more; there Landlock and seccomp alone refuse it.
    """
    _unmount(kernel, "/proc/self")
    if not temp:
        _restrict(kernel, TEMP, _ATTR_RDONLY, 0)


def _parts(path: str) -> list[str]:
    """Order a directory right before what lies below it."""
    return path.split("/")


def _resolve(path: str, links: dict[str, str]) -> str:
    """Walk along a path, noting the links; gives the path behind them, nothing for one that is missing."""
    rest = path.split("/")[::-1]
    at = ""
    followed = 0
    while rest:
        name = rest.pop()
        if name in ("", "."):
            continue
        if name == "..":
            at = at.rpartition("/")[0]
            continue
        here = f"{at}/{name}"
        try:
            is_link = S_ISLNK(os.lstat(here).st_mode)
            words = os.readlink(here) if is_link else ""
        except OSError:
            return ""
        if not is_link:
            at = here
            continue
        followed += 1
        if followed > _MOST_LINKS:
            return ""
        links[here] = words
        rest += words.split("/")[::-1]
        if words.startswith("/"):
            at = ""
    return at


def _bind(kernel: Kernel, source: str, target: str) -> None:
    """Show ``source`` at ``target``, read-only; a source that cannot be shown so is not shown."""
    try:
        mode = os.stat(source).st_mode
        if S_ISDIR(mode):
            os.makedirs(target, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o444))
    except OSError:
        return
    if _mount(kernel, (source, target), "", _MS_BIND | _MS_REC) != 0:
        return
    kept = _ATTR_NOEXEC if S_ISCHR(mode) else _ATTR_NODEV
    if not _restrict(kernel, target, _ATTR_RDONLY | _ATTR_NOSUID | kept, _AT_RECURSIVE):
        _unmount(kernel, target)


def _mount(kernel: Kernel, places: tuple[str, str], kind: str, flags: int, options: str = "") -> int:
    """Mount the first place at the second; gives 0 or the negated errno."""
    buffers = [bytearray(os.fsencode(words) + b"\0") for words in (*places, kind, options)]
    *three, last = map(kernel.address, buffers)
    return kernel.call("mount", *three, flags, last)


def _unmount(kernel: Kernel, path: str) -> int:
    buffer = bytearray(os.fsencode(path) + b"\0")
    return kernel.call("umount2", kernel.address(buffer), _MNT_DETACH)


def _restrict(kernel: Kernel, path: str, attributes: int, flags: int) -> bool:
    buffer, wanted = bytearray(os.fsencode(path) + b"\0"), bytearray(pack("<4Q", attributes, 0, 0, 0))
    arguments = (_AT_FDCWD, kernel.address(buffer), flags, kernel.address(wanted), len(wanted))
    return kernel.call("mount_setattr", *arguments) == 0
