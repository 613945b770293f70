"""Landlock: from here on this process opens files below given directories only, most of them only for reading.

What a name is, how large and how old can still be asked of any file (stat, readlink): Landlock has no right for that.
Source: Documentation/userspace-api/landlock.rst ("Filesystem flags", "Network flags", "Scope flags", "Compatibility").
"""

from __future__ import annotations

import os
from stat import S_ISDIR
from struct import pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.kernel import Kernel

_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_WRITING = (1 << 1) | (0b11 << 4) | (0b11 << 7) | (1 << 13) | (1 << 14)
"""WRITE_FILE, REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG, REFER, TRUNCATE."""

# Rights that an ABI of the kernel can handle: EXECUTE .. MAKE_SYM; 2 adds REFER, 3 TRUNCATE, 5 IOCTL_DEV.
# A right that is handled and not granted is denied.
_FILE_RIGHTS = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_NET_RIGHTS = ((4, 0b11),)
"""BIND_TCP and CONNECT_TCP. Landlock has no word about UDP up to ABI 7: seccomp refuses every socket."""
_SCOPES = ((6, 0b11),)
"""ABSTRACT_UNIX_SOCKET and SIGNAL: neither reaches a process outside."""


def restrict(kernel: Kernel, readable: tuple[str, ...], writable: tuple[str, ...] = ()) -> bool:
    """Deny all files except reading below ``readable``, and making and changing plain files and directories below
    ``writable`` as well; False when the kernel does not offer it. For good.

    Descriptors opened before keep their rights. Paths that do not exist are passed over.
    """
    abi = kernel.call("landlock_create_ruleset", 0, 0, _CREATE_RULESET_VERSION)
    if abi < 1:
        return False
    attributes = bytearray(pack("<QQQ", *(_known(rights, abi) for rights in (_FILE_RIGHTS, _NET_RIGHTS, _SCOPES))))
    # An older kernel takes the longer structure as long as what it does not know is zero.
    ruleset = kernel.call("landlock_create_ruleset", kernel.address(attributes), len(attributes), 0)
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _grant(kernel, ruleset, path, 0)
        for path in writable:
            _grant(kernel, ruleset, path, _WRITING & _known(_FILE_RIGHTS, abi))
        return kernel.call("landlock_restrict_self", ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _known(rights: tuple[tuple[int, int], ...], abi: int) -> int:
    return sum(bits for since, bits in rights if abi >= since)


def _grant(kernel: Kernel, ruleset: int, path: str, writing: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | _READ_DIR if S_ISDIR(os.fstat(place).st_mode) else _READ_FILE
        beneath = bytearray(pack("<Qi", rights | writing, place))
        kernel.call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, kernel.address(beneath), 0)
    finally:
        os.close(place)
