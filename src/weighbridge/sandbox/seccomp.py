"""seccomp: from here on the kernel answers only the system calls on a short list.

A child that is listened to asks its parent instead: ``listener.py`` writes down what was tried and refuses.
Source: Documentation/userspace-api/seccomp_filter.rst ("Usage", "Return values", "Userspace Notification", "Pitfalls"
on checking the architecture); instruction encoding as in Documentation/networking/filter.rst, "BPF engine and
instruction set".
"""

from __future__ import annotations

import os
from struct import pack

from weighbridge.core.errors import SandboxError
from weighbridge.sandbox import protocol
from weighbridge.sandbox.syscalls import HARMLESS, THREADED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.kernel import Kernel

_SET_MODE_FILTER = 1
_NEW_LISTENER = 1 << 3
_SOL_SOCKET, _SCM_RIGHTS = 1, 1

# BPF instructions: load a word of seccomp_data, mask it, compare it, return.
_LOAD, _AND, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
# Offsets in struct seccomp_data.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_CHECKS = 6
"""So many instructions of the program make sure of the architecture and load the number of the call."""

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000
_ASK_LISTENER = 0x7FC00000
_EPERM, _ENOTTY, _ENOSYS = 1, 25, 38

_X32_BIT = 0x40000000
"""x86_64 answers calls of the x32 ABI under the same architecture word, with this bit in the number."""
_FIRST_SHARED_NUMBER = 424
"""From here on numbers are the same on every architecture (pidfd, io_uring, clone3, openat2, mount and later ones).
None is needed; the C library has an older way for each and takes it when told that the kernel lacks the new one."""

_QUIET_IOCTLS = (0x5401, 0x5413, 0x5450, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONCLEX, FIOCLEX: Python asks whether a file is a terminal, how wide it is, and marks it as not
inherited; it takes ENOTTY for "no" and goes on. No listener is asked: every file that is opened would be told."""

_PROT_EXEC, _PROT_WRITE_EXEC = 4, 6
_MAP_SHARED_ANONYMOUS = 0x21
_OPEN_FOR_CHANGE = 0o3 | 0o100 | 0o1000 | 0o20000000
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE (its own bit)."""
NEW_THREAD = (0x003D0F00, 0x007D0F00)
"""The flags of clone(2) in pthread_create of glibc and of musl: all is shared, no namespace, no signal at the end, no
other parent. One more or one less, and it is a process."""
_FCNTL_COMMANDS = (0, 1, 2, 3, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC; not F_SETOWN or F_SETSIG, which send signals, nor locks."""

Instructions = list[bytes]


class Filter:
    """Instructions, and the ``struct sock_fprog`` that the kernel takes them from; both stay where they are."""

    __slots__ = ("_instructions", "_kernel", "header")

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._instructions = bytearray()
        self.header = bytearray(16)

    def install(self, instructions: Instructions, flags: int = 0) -> int:
        """Hand the instructions to the kernel; gives what seccomp(2) gives."""
        self._instructions = bytearray(b"".join(instructions))
        self.header[:] = pack("<HxxxxxxQ", len(instructions), self._kernel.address(self._instructions))
        return self._kernel.call("seccomp", _SET_MODE_FILTER, flags, self._kernel.address(self.header))


def restrict(kernel: Kernel, *, threads: int = 0, temp: tuple[str, ...] = ()) -> bool:
    """Allow only what a parser and its answer need; False when the kernel refuses the filter. For good.

    With ``temp``, the names of more calls, files may be opened for change and changed: where, is the matter of
    read-only mounts and of Landlock.

    What is not allowed answers EPERM, so that a library takes another way or raises; a call through another
    architecture's table kills the process, because only an exploit makes one.
    """
    lines = program(kernel.audit_arch, kernel.numbers, os.getpid(), threads=threads, temp=temp)
    return Filter(kernel).install(lines) == 0


def restrict_and_tell(kernel: Kernel, *, threads: int = 0, temp: tuple[str, ...] = ()) -> bool:
    """Do the same, and send the filter's listener through the channel: what is refused asks there first.

    False when the kernel has no listener, or another filter of this process has one already (a container's).
    The filter must let pass the one message that carries the listener, at the address where it lies, and the call that
    installs a second filter, which refuses both for good. Raises SandboxError when the way is lost between the two.
    """
    head = bytearray(protocol.ANSWER_LENGTH.pack(protocol.LISTENING))
    vector = bytearray(pack("<QQ", kernel.address(head), len(head)))
    control = bytearray(24)
    message = bytearray(pack("<QI4xQQQQi4x", 0, 0, kernel.address(vector), 1, kernel.address(control), len(control), 0))
    main, closing = Filter(kernel), Filter(kernel)
    numbers = kernel.numbers
    handing_over = (
        (numbers["sendmsg"], (protocol.CHANNEL, kernel.address(message), 0)),
        (numbers["seccomp"], (_SET_MODE_FILTER, 0, kernel.address(closing.header))),
    )
    lines = program(kernel.audit_arch, numbers, os.getpid(), threads=threads, temp=temp, asks=True)
    passing = [line for one in handing_over for line in _exactly(*one, _ALLOW, _ASK_LISTENER)]
    # Behind the checks of the architecture, where the number is loaded.
    listener = main.install([*lines[:_CHECKS], *passing, *lines[_CHECKS:]], _NEW_LISTENER)
    if listener < 0:
        return False
    control[:] = pack("<Qiii4x", 20, _SOL_SOCKET, _SCM_RIGHTS, listener)
    if kernel.call("sendmsg", protocol.CHANNEL, kernel.address(message), 0) != len(head):
        raise SandboxError("the parent does not take the listener of the filter")
    refusing = [line for one in handing_over for line in _exactly(*one, _ERRNO | _EPERM, _ALLOW)]
    if closing.install([_line(_LOAD, _NUMBER), *refusing, _line(_RETURN, _ALLOW)]) != 0:
        raise SandboxError("the kernel takes no second filter")
    os.close(listener)
    return True


def program(
    audit_arch: int,
    numbers: dict[str, int],
    pid: int,
    *,
    threads: int = 0,
    temp: tuple[str, ...] = (),
    asks: bool = False,
) -> Instructions:
    """Write the filter for one architecture and the process ``pid``, eight bytes an instruction.

    One that ``asks`` leaves every refusal to the listener, and lets the listener count threads.
    """
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
    newer = [_line(_RETURN, _ERRNO | _ENOSYS)]
    other_ioctl = [_line(_RETURN, _ERRNO | _ENOTTY)]
    if asks:
        newer = [_ASK]
        other_ioctl = [
            _low(1),
            *(_line(_IF_EQUAL, one, len(_QUIET_IOCTLS) - at, 0) for at, one in enumerate(_QUIET_IOCTLS)),
            _ASK,
            *other_ioctl,
        ]
    elif threads:
        narrowed["clone"] = _one_of(0, NEW_THREAD)
    lines = [
        _line(_LOAD, _ARCHITECTURE),
        _line(_IF_EQUAL, audit_arch, 1, 0),
        _line(_RETURN, _KILL_PROCESS),
        _line(_LOAD, _NUMBER),
        _line(_IF_AT_LEAST, _X32_BIT, 0, 1),
        _line(_RETURN, _KILL_PROCESS),
        _line(_IF_AT_LEAST, _FIRST_SHARED_NUMBER, 0, len(newer)),
        *newer,
    ]
    for name in (*HARMLESS, *(THREADED if threads else ()), *temp):
        if name in numbers:
            lines += (_line(_IF_EQUAL, numbers[name], 0, 1), _line(_RETURN, _ALLOW))
    for name, conditions in narrowed.items():
        if name in numbers:
            lines += (_line(_IF_EQUAL, numbers[name], 0, len(conditions) + 1), *conditions, _line(_RETURN, _ALLOW))
    # Python asks whether a file is a terminal and how it is inherited; it takes ENOTTY for "no" and goes on.
    lines += (_line(_IF_EQUAL, numbers["ioctl"], 0, len(other_ioctl)), *other_ioctl, _REFUSE)
    return [_ASK if line == _REFUSE else line for line in lines] if asks else lines


def _line(code: int, operand: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return pack("<HBBI", code, when_true, when_false, operand)


_REFUSE, _ASK = _line(_RETURN, _ERRNO | _EPERM), _line(_RETURN, _ASK_LISTENER)


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


def _exactly(number: int, arguments: tuple[int, ...], action: int, otherwise: int) -> Instructions:
    """A call with these first arguments gets one action, with others the other; the number is loaded already."""
    halves = [
        (_ARGUMENTS + 8 * position + 4 * half, argument >> 32 * half & 0xFFFFFFFF)
        for position, argument in enumerate(arguments)
        for half in (0, 1)
    ]
    conditions = [
        line
        for at, (offset, word) in enumerate(halves)
        for line in (_line(_LOAD, offset), _line(_IF_EQUAL, word, 0, 2 * (len(halves) - at) - 1))
    ]
    body = [*conditions, _line(_RETURN, action), _line(_RETURN, otherwise)]
    return [_line(_IF_EQUAL, number, 0, len(body)), *body]
