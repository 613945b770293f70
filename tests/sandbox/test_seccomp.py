"""The filter, read by a small model of the kernel's machine, for both architectures."""

from __future__ import annotations

import re
from pathlib import Path
from struct import unpack

import pytest

from weighbridge.sandbox import syscalls
from weighbridge.sandbox.kernel import ARCHITECTURES
from weighbridge.sandbox.seccomp import program

PID = 4711
ALLOW, KILL, EPERM, ENOTTY, ENOSYS = 0x7FFF0000, 0x80000000, 0x50001, 0x50019, 0x50026
WRITE_ONLY, CREATE, TEMPORARY, PATH_ONLY = 0o1, 0o100, 0o20200000, 0o10000000


def verdict(
    machine: str, number: int, *arguments: int, architecture: int | None = None, threads: int = 0, asks: bool = False
) -> int:
    """Run the filter of ``machine`` over one call (instructions as in the kernel's networking/filter.rst)."""
    audit_arch, numbers = ARCHITECTURES[machine]
    lines = program(audit_arch, numbers, PID, threads=threads, asks=asks)
    words = {0: number, 4: architecture or audit_arch}
    for index in range(6):
        argument = arguments[index] if index < len(arguments) else 0
        words[16 + 8 * index] = argument & 0xFFFFFFFF
        words[20 + 8 * index] = argument >> 32 & 0xFFFFFFFF
    accumulator = position = 0
    while True:
        code, when_true, when_false, operand = unpack("<HBBI", lines[position])
        position += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            accumulator = words[operand]
        elif code == 0x54:
            accumulator &= operand
        else:
            truth = {
                0x15: accumulator == operand,
                0x35: accumulator >= operand,
                0x45: bool(accumulator & operand),
            }[code]
            position += when_true if truth else when_false


@pytest.fixture(params=list(ARCHITECTURES))
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


CALLS = [
    ("read", (3,), ALLOW),
    ("exit_group", (), ALLOW),
    ("openat", (0, 0, 0), ALLOW),
    ("openat", (0, 0, PATH_ONLY), ALLOW),
    ("openat", (0, 0, WRITE_ONLY), EPERM),
    ("openat", (0, 0, CREATE), EPERM),
    ("openat", (0, 0, TEMPORARY), EPERM),
    ("mmap", (0, 4096, 1, 2), ALLOW),
    ("mmap", (0, 4096, 5, 2), ALLOW),
    ("mmap", (0, 4096, 3, 0x22), ALLOW),
    ("mmap", (0, 4096, 7, 0x22), EPERM),
    ("mmap", (0, 4096, 6, 0x22), EPERM),
    ("mmap", (0, 4096, 3, 0x21), EPERM),
    ("mmap", (0, 4096, 3, 0x23), EPERM),
    ("mprotect", (0, 4096, 1), ALLOW),
    ("mprotect", (0, 4096, 5), EPERM),
    ("fcntl", (3, 1030), ALLOW),
    ("fcntl", (3, 3), ALLOW),
    ("fcntl", (3, 8), EPERM),
    ("kill", (PID, 11), ALLOW),
    ("kill", (PID + 1, 11), EPERM),
    ("kill", (0, 9), EPERM),
    ("kill", (0xFFFFFFFFFFFFFFFF, 9), EPERM),
    ("tgkill", (PID, PID, 6), ALLOW),
    ("tgkill", (PID + 1, PID, 6), EPERM),
    ("prlimit64", (0, 7, 0), ALLOW),
    ("prlimit64", (PID, 7, 0), ALLOW),
    ("prlimit64", (PID + 1, 7, 0), EPERM),
    ("prlimit64", (0, 7, 0x1000), EPERM),
    ("prlimit64", (0, 7, 0x7F00_0000_0000), EPERM),
    ("ioctl", (0, 0x5401), ENOTTY),
    ("prctl", (38, 1), EPERM),
    ("seccomp", (1,), EPERM),
    ("unshare", (0x10000000,), EPERM),
    ("capset", (), EPERM),
    ("landlock_restrict_self", (), ENOSYS),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), CALLS)
def test_calls(machine: str, name: str, arguments: tuple[int, ...], expected: int) -> None:
    assert verdict(machine, ARCHITECTURES[machine][1][name], *arguments) == expected


ASK = 0x7FC00000
QUIET = (0x5401, 0x5413, 0x5450, 0x5451)


def test_a_filter_with_a_listener_asks_where_the_other_refuses(machine: str) -> None:
    """And nowhere else; only what every honest library does all the time is refused without a word."""
    for name, arguments, expected in CALLS:
        number = ARCHITECTURES[machine][1][name]
        asked = expected if expected == ALLOW else ASK
        assert verdict(machine, number, *arguments, asks=True) == (ENOTTY if name == "ioctl" else asked)
    for request in range(0x5400, 0x5460):
        expected = ENOTTY if request in QUIET else ASK
        assert verdict(machine, ARCHITECTURES[machine][1]["ioctl"], 1, request, asks=True) == expected
    for number in range(600):
        alone, asking = verdict(machine, number, PID, PID), verdict(machine, number, PID, PID, asks=True)
        assert asking == (ALLOW if alone == ALLOW else ASK), number
    assert verdict(machine, 0x40000000, asks=True) == KILL
    for threads in (0, 4):
        assert verdict(machine, ARCHITECTURES[machine][1]["clone"], GLIBC, threads=threads, asks=True) == ASK


GLIBC, MUSL = 0x003D0F00, 0x007D0F00
VFORK, PARENT, NEW_USER, SIGCHLD, SHARED_MEMORY = 0x4000, 0x8000, 0x10000000, 17, 0x100


def test_threads_are_cloned_and_nothing_else(machine: str) -> None:
    number = ARCHITECTURES[machine][1]["clone"]
    assert verdict(machine, number, GLIBC) == EPERM
    for flags in (GLIBC, MUSL):
        assert verdict(machine, number, flags, threads=1) == ALLOW
        for more in (VFORK, PARENT, NEW_USER, SIGCHLD):
            assert verdict(machine, number, flags | more, threads=1) == EPERM
        assert verdict(machine, number, flags & ~SHARED_MEMORY, threads=1) == EPERM
    assert verdict(machine, number, SIGCHLD, threads=1) == EPERM
    assert verdict(machine, 435, threads=1) == ENOSYS


def test_another_architecture_is_killed(machine: str) -> None:
    assert verdict(machine, 0, architecture=0x40000003) == KILL
    assert verdict(machine, 0x40000000) == KILL
    assert verdict(machine, 0xFFFFFFFF) == KILL


@pytest.mark.parametrize("number", [425, 426, 427, 434, 435, 437, 438, 500])
def test_newer_calls_look_absent(machine: str, number: int) -> None:
    """io_uring, pidfd, clone3, openat2 and what is still to come."""
    assert verdict(machine, number) == ENOSYS


def test_only_what_is_named_is_allowed(machine: str) -> None:
    numbers = ARCHITECTURES[machine][1]
    narrowed = {"openat", "open", "mmap", "fcntl", "kill", "tgkill", "prlimit64", "mprotect", "ioctl"}
    for threads, harmless in ((0, syscalls.HARMLESS), (4, (*syscalls.HARMLESS, *syscalls.THREADED))):
        allowed = {numbers[name] for name in (*harmless, *narrowed) if name in numbers}
        for number in range(424):
            if number not in allowed:
                assert verdict(machine, number, PID, PID, threads=threads) == EPERM


def test_every_harmless_call_has_a_number_somewhere() -> None:
    for name in (*syscalls.HARMLESS, *syscalls.THREADED):
        assert name in syscalls.X86_64 or name in syscalls.AARCH64


@pytest.mark.parametrize(
    ("numbers", "header", "old"),
    [
        (syscalls.X86_64, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", {}),
        (syscalls.AARCH64, "/usr/include/asm-generic/unistd.h", {"newfstatat": "fstatat"}),
    ],
)
def test_numbers_are_those_of_the_kernel_headers(numbers: dict[str, int], header: str, old: dict[str, str]) -> None:
    if not Path(header).exists():
        pytest.skip("the kernel's headers are not installed (linux-libc-dev)")
    defined = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", Path(header).read_text()))
    for name, number in numbers.items():
        assert int(defined.get(name) or defined[old[name]]) == number, name
