"""The parent's ear at a child's filter: every call that is refused arrives here, is written down, and gets its refusal.

Nothing that arrives is ever allowed, with one exception: a clone that the filter has found to be a thread, as long as
there are not too many. Registers are what the kernel acts on; text that they point to is read from the child's memory
and may have been changed by another of its threads: evidence of what was tried, never a ground to allow.
Source: Documentation/userspace-api/seccomp_filter.rst ("Userspace Notification"), include/uapi/linux/seccomp.h.
"""

from __future__ import annotations

import errno
import os
from fcntl import ioctl
from struct import Struct

from weighbridge.core.values import value
from weighbridge.sandbox.calls import CLONE_FLAGS, FAMILIES, SOCKET_TYPES, about, names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = 200
"""Refusals of one call that are written down, so that no flood of one hides another."""

_RECEIVE, _SEND, _STILL_THERE = 0xC0502100, 0xC0182101, 0x40082102
"""SECCOMP_IOCTL_NOTIF_RECV, _SEND and _ID_VALID."""
_NOTIFICATION = Struct("<QIIiIQ6Q")
"""struct seccomp_notif: id, pid, flags; then struct seccomp_data: number, architecture, instruction, arguments."""
_RESPONSE = Struct("<QqiI")
_CONTINUE = 1
_CLONE_ARGS = Struct("<Q24xQ")
"""Of struct clone_args the flags and the signal at the end (clone(2))."""
_FIRST_SHARED_NUMBER = 424

_UNKNOWN = "system call"
_LONGEST_TEXT, _MOST_TEXTS, _MOST_WORDS = 256, 16, 600
_POINTER = 8
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10


@value
class Refusal:
    """A system call that the kernel refused a child; ``arguments`` as its manual page names them, for people."""

    call: str
    kind: str
    """In the words of ``testimony.EventKind``."""
    arguments: str
    thread: int
    """Its number as the parent sees it."""
    inside: int
    """Its number as it sees itself; 0 where it is gone."""
    registers: tuple[int, ...]


class Listener:
    """One child's refusals; ``descriptor`` is the filter's, closed by ``close``."""

    __slots__ = ("_about", "_kept", "_names", "_threads", "count", "descriptor")

    def __init__(self, descriptor: int, threads: int) -> None:
        self.descriptor = descriptor
        self._threads = threads
        self._kept: dict[str, int] = {}
        self._names, self._about = names(os.uname().machine), about()
        self.count = 0
        """Calls that were refused so far."""

    def close(self) -> None:
        """Stop listening: what waits, and what comes, is refused by the kernel."""
        os.close(self.descriptor)

    def attend(self, hear: Callable[[Refusal | None], None] | None) -> None:
        """Take one notification that poll(2) has announced, pass it on, and refuse; never waits.

        What is not written down, because there are KEPT like it, is passed on as None.
        """
        notification = bytearray(_NOTIFICATION.size)
        try:
            ioctl(self.descriptor, _RECEIVE, notification, True)
        except OSError:
            return  # the caller was killed, or a signal came first and it will ask again
        number_of_call, thread, _, number, _, _, *registers = _NOTIFICATION.unpack(notification)
        call = self._names.get(number, _UNKNOWN)
        if call == "clone" and self._may_start(thread, registers[0]):
            self._respond(number_of_call, 0, _CONTINUE)
            return
        self.count += 1
        if hear is not None:
            self._kept[call] = self._kept.get(call, 0) + 1
            refusal = self._refusal(call, number, thread, registers) if self._kept[call] <= KEPT else None
            try:
                ioctl(self.descriptor, _STILL_THERE, number_of_call.to_bytes(8, "little"))
            except OSError:
                return  # it ended meanwhile, and the memory that was read may be another's
            hear(refusal)
        self._respond(number_of_call, -_refused_with(call, number, registers[0]), 0)

    def _refusal(self, call: str, number: int, thread: int, registers: list[int]) -> Refusal:
        if call is _UNKNOWN:
            call, kind, letters = f"{_UNKNOWN} {number}", "kernel", None
        else:
            kind, letters = self._about.get(call, ("call", None))
        try:
            memory = os.open(f"/proc/{thread}/mem", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            memory = -1
        try:
            if letters is None:
                shown = [hex(register) for register in registers]
            else:
                shown = [_shown(letter, index, registers, memory) for index, letter in enumerate(letters)]
        finally:
            if memory >= 0:
                os.close(memory)
        return Refusal(
            call=call,
            kind=kind,
            arguments=", ".join(shown)[:_MOST_WORDS],
            thread=thread,
            inside=_number_inside(thread),
            registers=tuple(registers),
        )

    def _may_start(self, thread: int, flags: int) -> bool:
        """Tell whether a clone is a thread's and there is room for one more.

        Every thread that lives has at most one clone under way, so at the worst, when all of them ask in one moment,
        there are twice as many for a moment.
        """
        from weighbridge.sandbox.seccomp import NEW_THREAD

        try:
            living = os.stat(f"/proc/{thread}/task").st_nlink - 2  # a directory counts its name and itself, too
        except OSError:
            return False
        return flags & 0xFFFFFFFF in NEW_THREAD and living <= self._threads

    def _respond(self, number_of_call: int, error: int, flags: int) -> None:
        try:
            ioctl(self.descriptor, _SEND, _RESPONSE.pack(number_of_call, 0, error, flags))
        except OSError:
            return  # the caller is gone


def _number_inside(thread: int) -> int:
    """Ask the kernel what number a thread has in its innermost process namespace (proc(5), NSpid)."""
    try:
        with open(f"/proc/{thread}/status", "rb") as status:
            lines = status.read().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[-1]) for line in lines if line.startswith(b"NSpid:")), 0)


def _refused_with(call: str, number: int, first: int) -> int:
    from weighbridge.sandbox.seccomp import NEW_THREAD

    if number >= _FIRST_SHARED_NUMBER:
        return errno.ENOSYS
    if call == "clone" and first & 0xFFFFFFFF in NEW_THREAD:
        return errno.EAGAIN
    return errno.ENOTTY if call == "ioctl" else errno.EPERM


def _shown(letter: str, index: int, registers: list[int], memory: int) -> str:
    register, low = registers[index], registers[index] & 0xFFFFFFFF
    match letter:
        case "s":
            return _text(memory, register)
        case "v":
            return _texts(memory, register)
        case "k":
            return _address(memory, register, registers[index + 1])
        case "f":
            return FAMILIES.get(low, str(low))
        case "t":
            return SOCKET_TYPES.get(low & 0xF, hex(low))
        case "c":
            return _flags(low)
        case "e":
            return _flags_of_clone3(_peek(memory, register, _CLONE_ARGS.size))
        case "g":
            return _signal(low)
        case "i":
            return str(low - (1 << 32) if low >> 31 else low)
        case "o":
            return oct(low)
        case _:
            return hex(register)


def _flags(flags: int) -> str:
    named = [name for bit, name in CLONE_FLAGS.items() if flags & bit]
    return "|".join((*named, _signal(flags & 0xFF))) if flags & 0xFF else "|".join(named) or hex(flags)


def _flags_of_clone3(found: bytes) -> str:
    if len(found) < _CLONE_ARGS.size:
        return "NULL"
    flags, signal = _CLONE_ARGS.unpack(found)
    return _flags(flags & ~0xFF | signal & 0xFF)


def _signal(number: int) -> str:
    from signal import Signals

    try:
        return Signals(number).name
    except ValueError:
        return str(number)


def _peek(memory: int, address: int, length: int) -> bytes:
    """Read the child's memory; as much as there is of it up to the end of a page that is not."""
    for size in (length, min(length, 4096 - address % 4096)):
        try:
            return os.pread(memory, size, address)
        except (OSError, OverflowError):
            continue
    return b""


def _text(memory: int, address: int) -> str:
    if not address:
        return "NULL"
    found = _peek(memory, address, _LONGEST_TEXT)
    if not found:
        return hex(address)
    text, end, _ = found.partition(b"\0")
    return repr(text.decode("utf-8", "backslashreplace")) + ("" if end else "...")


def _texts(memory: int, address: int) -> str:
    found = _peek(memory, address, _POINTER * _MOST_TEXTS)
    pointers = [int.from_bytes(found[at : at + _POINTER], "little") for at in range(0, len(found), _POINTER)]
    if 0 not in pointers:
        return hex(address)
    return f"[{', '.join(_text(memory, pointer) for pointer in pointers[: pointers.index(0)])}]"


def _address(memory: int, address: int, length: int) -> str:
    found = _peek(memory, address, min(length & 0xFFFFFFFF, 128))
    family = int.from_bytes(found[:2], "little")
    port = int.from_bytes(found[2:4], "big")
    if family == _AF_INET and len(found) >= 8:
        return f"{'.'.join(map(str, found[4:8]))} port {port}"
    if family == _AF_INET6 and len(found) >= 24:
        from ipaddress import IPv6Address

        return f"{IPv6Address(found[8:24])} port {port}"
    if family == _AF_UNIX:
        return f"unix {found[2:].rstrip(bytes(1)).decode('utf-8', 'backslashreplace')!r}"
    return f"family {family}, {found[2:].hex()}" if found else hex(address)
