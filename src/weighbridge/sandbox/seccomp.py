"""seccomp: from here on the kernel answers only the system calls on a short list.

Source: Documentation/userspace-api/seccomp_filter.rst ("Usage", "Return values", "Pitfalls" on checking the
architecture); instruction encoding as in Documentation/networking/filter.rst, "BPF engine and instruction set".
"""

from __future__ import annotations

import os
from struct import pack

from weighbridge.sandbox.syscalls import HARMLESS, THREADED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.kernel import Kernel

_SET_MODE_FILTER = 1

# BPF instructions: load a word of seccomp_data, mask it, compare it, return.
_LOAD, _AND, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
# Offsets in struct seccomp_data.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000
_EPERM, _ENOTTY, _ENOSYS = 1, 25, 38

_X32_BIT = 0x40000000
"""x86_64 answers calls of the x32 ABI under the same architecture word, with this bit in the number."""
_FIRST_SHARED_NUMBER = 424
"""From here on numbers are the same on every architecture (pidfd, io_uring, clone3, openat2, mount and later ones).
None is needed; the C library has an older way for each and takes it when told that the kernel lacks the new one."""

_PROT_EXEC, _PROT_WRITE_EXEC = 4, 6
_MAP_SHARED_ANONYMOUS = 0x21
_OPEN_FOR_CHANGE = 0o3 | 0o100 | 0o1000 | 0o20000000
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE (its own bit)."""
_NEW_THREAD = (0x003D0F00, 0x007D0F00)
"""The flags of clone(2) in pthread_create of glibc and of musl: all is shared, no namespace, no signal at the end, no
other parent. One more or one less, and it is a process."""
_FCNTL_COMMANDS = (0, 1, 2, 3, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC; not F_SETOWN or F_SETSIG, which send signals, nor locks."""

Instructions = list[bytes]


def restrict(kernel: Kernel, *, threads: int = 0, temp: tuple[str, ...] = ()) -> bool:
    """Allow only what a parser and its answer need; False when the kernel refuses the filter. For good.

    With ``temp``, the names of more calls, files may be opened for change and changed: where, is the matter of
    read-only mounts and of Landlock.

    What is not allowed answers EPERM, so that a library takes another way or raises; a call through another
    architecture's table kills the process, because only an exploit makes one.
    """
    lines = program(kernel.audit_arch, kernel.numbers, os.getpid(), threads=threads, temp=temp)
    filter_ = bytearray(b"".join(lines))
    header = bytearray(pack("<HxxxxxxQ", len(filter_) // 8, kernel.address(filter_)))
    return kernel.call("seccomp", _SET_MODE_FILTER, 0, kernel.address(header)) == 0


def program(
    audit_arch: int, numbers: dict[str, int], pid: int, *, threads: int = 0, temp: tuple[str, ...] = ()
) -> Instructions:
    """Write the filter for one architecture and the process ``pid``, eight bytes an instruction."""
    narrowed = {
        # Landlock says where a file may be opened; this says, also without Landlock, that none is opened for change.
        "openat": [] if temp else _no_bit(2, _OPEN_FOR_CHANGE),
        "open": [] if temp else _no_bit(1, _OPEN_FOR_CHANGE),
        # Never writable and executable; no shared anonymous memory, which RLIMIT_DATA does not count.
        "mmap": _not_all_bits(2, _PROT_WRITE_EXEC) + _not_all_bits(3, _MAP_SHARED_ANONYMOUS),
        "mprotect": _no_bit(2, _PROT_EXEC),
        "fcntl": _one_of(1, _FCNTL_COMMANDS),
        "kill": _one_of(0, (pid,)),
        "tgkill": _one_of(0, (pid,)),
        # Limits are read, of this process, never set.
        "prlimit64": _one_of(0, (0, pid)) + _null(2),
    }
    if threads:
        narrowed["clone"] = _one_of(0, _NEW_THREAD)
    lines = [
        _line(_LOAD, _ARCHITECTURE),
        _line(_IF_EQUAL, audit_arch, 1, 0),
        _line(_RETURN, _KILL_PROCESS),
        _line(_LOAD, _NUMBER),
        _line(_IF_AT_LEAST, _X32_BIT, 0, 1),
        _line(_RETURN, _KILL_PROCESS),
        _line(_IF_AT_LEAST, _FIRST_SHARED_NUMBER, 0, 1),
        _line(_RETURN, _ERRNO | _ENOSYS),
    ]
    for name in (*HARMLESS, *(THREADED if threads else ()), *temp):
        if name in numbers:
            lines += (_line(_IF_EQUAL, numbers[name], 0, 1), _line(_RETURN, _ALLOW))
    for name, conditions in narrowed.items():
        if name in numbers:
            lines += (_line(_IF_EQUAL, numbers[name], 0, len(conditions) + 1), *conditions, _line(_RETURN, _ALLOW))
    # Python asks whether a file is a terminal and how it is inherited; it takes ENOTTY for "no" and goes on.
    lines += (_line(_IF_EQUAL, numbers["ioctl"], 0, 1), _line(_RETURN, _ERRNO | _ENOTTY))
    lines.append(_line(_RETURN, _ERRNO | _EPERM))
    return lines


def _line(code: int, operand: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return pack("<HBBI", code, when_true, when_false, operand)


_REFUSE = _line(_RETURN, _ERRNO | _EPERM)


def _low(argument: int) -> bytes:
    """Load the low half of an argument: all that the kernel looks at in an int, and where the flags are."""
    return _line(_LOAD, _ARGUMENTS + 8 * argument)


def _no_bit(argument: int, bits: int) -> Instructions:
    return [_low(argument), _line(_IF_ANY_BIT, bits, 0, 1), _REFUSE]


def _not_all_bits(argument: int, bits: int) -> Instructions:
    return [_low(argument), _line(_AND, bits), _line(_IF_EQUAL, bits, 0, 1), _REFUSE]


def _one_of(argument: int, allowed: tuple[int, ...]) -> Instructions:
    last = len(allowed)
    return [
        _low(argument),
        *(_line(_IF_EQUAL, content, last - position, 0) for position, content in enumerate(allowed)),
        _REFUSE,
    ]


def _null(argument: int) -> Instructions:
    """Both halves of a pointer are zero."""
    return [
        _low(argument),
        _line(_IF_EQUAL, 0, 1, 0),
        _REFUSE,
        _line(_LOAD, _ARGUMENTS + 8 * argument + 4),
        _line(_IF_EQUAL, 0, 1, 0),
        _REFUSE,
    ]
