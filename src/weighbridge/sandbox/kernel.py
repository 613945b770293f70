"""Raw system calls of the Linux kernel, for the jail only."""

from __future__ import annotations

import os
import sys

from weighbridge.sandbox import syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ARCHITECTURES = {
    # machine name: (AUDIT_ARCH_* of include/uapi/linux/audit.h, call numbers)
    "x86_64": (0xC000003E, syscalls.X86_64),
    "aarch64": (0xC00000B7, syscalls.AARCH64),
}


class Kernel:
    """A way into the kernel under this process: numbers by name, calls, addresses of buffers."""

    __slots__ = ("address", "audit_arch", "numbers", "syscall")

    def __init__(
        self,
        audit_arch: int,
        numbers: dict[str, int],
        syscall: Callable[..., int],
        address: Callable[[bytearray], int],
    ) -> None:
        self.audit_arch = audit_arch
        self.numbers = numbers
        self.syscall = syscall
        """Takes a number and six integers; gives the result, or the negated errno."""
        self.address = address
        """Where a buffer lies in memory; the caller keeps the buffer alive and its size as it is."""

    def call(self, name: str, *arguments: int) -> int:
        """Make the system call ``name``; gives the result, or the negated errno."""
        return self.syscall(self.numbers[name], *arguments, *(0,) * (6 - len(arguments)))


def running_kernel() -> Kernel | None:
    """Reach the kernel, or None where the jail has no tables for it: not Linux, another processor, 32 bits."""
    known = ARCHITECTURES.get(os.uname().machine)
    if sys.platform != "linux" or known is None or sys.maxsize < 1 << 32:
        return None

    # The C core of ctypes, because importing ctypes itself costs 1.3 ms more in every worker. Used here is
    # only what the functions of ctypes are themselves made of.
    import _ctypes

    class Word(_ctypes._SimpleCData):  # type: ignore[type-arg]
        _type_ = "l"

    class Byte(_ctypes._SimpleCData):  # type: ignore[type-arg]
        _type_ = "c"

    class SystemCall(_ctypes.CFuncPtr):
        _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_USE_ERRNO
        _restype_ = Word
        _argtypes_ = (Word,) * 7

    invoke = SystemCall(_ctypes.dlsym(_ctypes.dlopen(None, os.RTLD_NOW), "syscall"))  # type: ignore[arg-type]

    def syscall(*words: int) -> int:
        result: int = invoke(*words)
        return result if result != -1 else -_ctypes.get_errno()

    def address(buffer: bytearray) -> int:
        return _ctypes.addressof(Byte.from_buffer(buffer))

    return Kernel(*known, syscall, address)
