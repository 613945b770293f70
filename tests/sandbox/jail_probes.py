"""Escape attempts, made for real inside a sealed worker; the test process reads the table, the worker runs the probes.

A probe that raises an OSError of refusal is denied. One that returns, or fails for another reason (a null pointer, a
bad descriptor), has reached the kernel's own code: the jail did not stop it. Arguments are chosen so that an attempt
that gets through harms nothing.
"""

from __future__ import annotations

import _socket
import errno
import os
from json import loads

from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.policy import Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOTTY}
CAPABILITIES, LANDLOCK, RLIMITS, SECCOMP = Layer.CAPABILITIES, Layer.LANDLOCK, Layer.RLIMITS, Layer.SECCOMP

PROBES: dict[str, Callable[[dict[str, str]], object]] = {}
WALLS: dict[str, frozenset[Layer]] = {}
"""The layers of a scanner's jail that stop a probe: with these gone, and only with them gone, it must get through."""
PRIVILEGED: set[str] = set()
"""Probes that the kernel refuses to ordinary users in any case."""

# fmt: off
NUMBERS = {  # x86_64, aarch64
    "flock": (73, 32), "socket": (41, 198), "execveat": (322, 281), "clone3": (435, 435), "tkill": (200, 130),
    "pidfd_open": (434, 434), "ptrace": (101, 117), "process_vm_readv": (310, 270), "mount": (165, 40),
    "unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280), "keyctl": (250, 219), "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282), "perf_event_open": (298, 241), "open_by_handle_at": (304, 265),
    "settimeofday": (164, 170), "personality": (135, 92), "shmget": (29, 194), "mq_open": (240, 180),
    "inotify_init1": (294, 26), "prctl": (157, 167), "mprotect": (10, 226), "prlimit64": (302, 261),
}
# fmt: on

_kernel = running_kernel()
_scratch: list[int] = []


def probe(*walls: Layer, privileged: bool = False) -> Callable[..., Callable[[dict[str, str]], object]]:
    """Enter a function into the table."""

    def enter(function: Callable[[dict[str, str]], object]) -> Callable[[dict[str, str]], object]:
        name = function.__name__
        PROBES[name] = function
        WALLS[name] = frozenset(walls)
        if privileged:
            PRIVILEGED.add(name)
        return function

    return enter


def open_scratch(descriptor: int) -> None:
    """Remember the scratch file, as the engine's worker does."""
    _scratch.append(descriptor)


def answer(request: bytes, descriptor: int, need: object) -> bytes:
    """Try one escape and say how it went."""
    context = loads(request) | {"input": descriptor, "scratch": _scratch[0]}
    try:
        PROBES[context["probe"]](context)
    except OSError as error:
        # A name that means nothing in the child's own root is refused as well.
        hidden = error.errno == errno.ENOENT and error.filename is not None
        word = "denied" if error.errno in REFUSALS or hidden else "reached"
        return f"{word} {errno.errorcode.get(error.errno or 0)}".encode()
    return b"reached"


def raw(name: str, *arguments: int) -> int:
    """Make a system call that Python has no function for."""
    assert _kernel is not None
    number = NUMBERS[name][0 if os.uname().machine == "x86_64" else 1]
    result = _kernel.syscall(number, *arguments, *(0,) * (6 - len(arguments)))
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result


# Files.


@probe(LANDLOCK)
def read_passwd(_: dict[str, str]) -> None:
    os.read(os.open("/etc/passwd", os.O_RDONLY), 10)


@probe(LANDLOCK)
def read_secret(context: dict[str, str]) -> None:
    os.read(os.open(context["secret"], os.O_RDONLY), 10)


@probe(LANDLOCK)
def list_directory(_: dict[str, str]) -> None:
    os.listdir("/etc")


@probe(CAPABILITIES, LANDLOCK)
def read_environment_of_parent(_: dict[str, str]) -> None:
    os.read(os.open(f"/proc/{os.getppid()}/environ", os.O_RDONLY), 10)


@probe(LANDLOCK, SECCOMP)
def write_file(context: dict[str, str]) -> None:
    os.write(os.open(context["secret"], os.O_WRONLY), b"x")


@probe(LANDLOCK, SECCOMP)
def create_file(context: dict[str, str]) -> None:
    os.open(context["directory"] + "/created", os.O_WRONLY | os.O_CREAT, 0o600)


@probe(LANDLOCK, SECCOMP, privileged=True)
def write_library(_: dict[str, str]) -> None:
    os.open(os.__file__, os.O_WRONLY)


@probe(LANDLOCK, SECCOMP)
def reopen_input_for_writing(context: dict[str, str]) -> None:
    os.open(f"/proc/self/fd/{context['input']}", os.O_RDWR)


@probe(LANDLOCK, SECCOMP)
def make_directory(context: dict[str, str]) -> None:
    os.mkdir(context["directory"] + "/made")


@probe(LANDLOCK, SECCOMP)
def remove_file(context: dict[str, str]) -> None:
    os.unlink(context["directory"] + "/doomed")


@probe(LANDLOCK, SECCOMP)
def rename_file(context: dict[str, str]) -> None:
    os.rename(context["directory"] + "/before", context["directory"] + "/after")


@probe(LANDLOCK, SECCOMP)
def make_symlink(context: dict[str, str]) -> None:
    os.symlink("/etc/passwd", context["directory"] + "/symlink")


@probe(LANDLOCK, SECCOMP)
def make_hard_link(context: dict[str, str]) -> None:
    os.link(context["secret"], context["directory"] + "/hardlink")


@probe(LANDLOCK, SECCOMP)
def make_fifo(context: dict[str, str]) -> None:
    os.mkfifo(context["directory"] + "/fifo")


@probe(SECCOMP)
def change_mode(context: dict[str, str]) -> None:
    os.chmod(context["secret"], 0o600)


@probe(SECCOMP)
def change_times(context: dict[str, str]) -> None:
    os.utime(context["secret"], (0, 0))


@probe(SECCOMP)
def change_mode_of_input(context: dict[str, str]) -> None:
    os.fchmod(int(context["input"]), 0o600)


@probe(SECCOMP)
def change_times_of_input(context: dict[str, str]) -> None:
    os.utime(int(context["input"]), (0, 0))


@probe(SECCOMP)
def lock_input(context: dict[str, str]) -> None:
    raw("flock", int(context["input"]), 2)


@probe(SECCOMP)
def change_directory(_: dict[str, str]) -> None:
    os.chdir("/etc")


@probe(SECCOMP)
def make_memory_file(_: dict[str, str]) -> None:
    os.memfd_create("weighed")


# Network.


@probe(SECCOMP)
def make_socket(_: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)


@probe(LANDLOCK, SECCOMP)
def connect_tcp(context: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM).connect(("127.0.0.1", int(context["tcp"])))


@probe(LANDLOCK, SECCOMP)
def listen_tcp(_: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM).bind(("127.0.0.1", 0))


@probe(SECCOMP)
def send_udp(context: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(context["udp"])))


@probe(SECCOMP)
def connect_unix(context: dict[str, str]) -> None:
    _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM).connect(context["unix"])


@probe(LANDLOCK, SECCOMP)
def connect_abstract_unix(context: dict[str, str]) -> None:
    _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM).connect(context["abstract"])


@probe(SECCOMP)
def make_netlink_socket(_: dict[str, str]) -> None:
    _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW, 0)


@probe(SECCOMP)
def make_vsock(_: dict[str, str]) -> None:
    raw("socket", 40, 1, 0)


@probe(CAPABILITIES, SECCOMP, privileged=True)
def make_raw_socket(_: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_RAW, 1)


@probe(SECCOMP)
def make_socket_pair(_: dict[str, str]) -> None:
    _socket.socketpair()


@probe(SECCOMP)
def send_descriptor_to_parent(_: dict[str, str]) -> None:
    channel = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, 3)
    try:
        channel.sendmsg([b""])
    finally:
        channel.detach()


# Processes.


@probe(LANDLOCK, SECCOMP)
def execute(_: dict[str, str]) -> None:
    os.execv("/bin/true", ["true"])


@probe(SECCOMP)
def execute_null(_: dict[str, str]) -> None:
    raw("execveat", -100, 0, 0, 0, 0)


@probe(RLIMITS, SECCOMP)
def fork(_: dict[str, str]) -> None:
    if os.fork() == 0:
        os._exit(0)


@probe(SECCOMP)
def start_thread(_: dict[str, str]) -> None:
    raw("clone3", 0, 0)


@probe(LANDLOCK, SECCOMP)
def signal_parent(_: dict[str, str]) -> None:
    os.kill(os.getppid(), 0)


@probe(SECCOMP)
def signal_own_group(_: dict[str, str]) -> None:
    os.kill(0, 0)


@probe(LANDLOCK, SECCOMP)
def signal_everyone(_: dict[str, str]) -> None:
    os.kill(-1, 0)


@probe(SECCOMP)
def signal_thread(_: dict[str, str]) -> None:
    raw("tkill", os.getpid(), 0)


@probe(SECCOMP)
def hold_parent(_: dict[str, str]) -> None:
    raw("pidfd_open", os.getppid(), 0)


@probe(CAPABILITIES, LANDLOCK, SECCOMP, privileged=True)
def trace_bystander(context: dict[str, str]) -> None:
    raw("ptrace", 0x4206, int(context["bystander"]), 0, 0)


@probe(SECCOMP)
def let_parent_trace(_: dict[str, str]) -> None:
    raw("ptrace", 0, 0, 0, 0)


@probe(SECCOMP)
def read_memory_of_parent(_: dict[str, str]) -> None:
    raw("process_vm_readv", os.getppid(), 0, 0, 0, 0, 0)


@probe(SECCOMP)
def limit_parent(_: dict[str, str]) -> None:
    raw("prlimit64", os.getppid() or 1, 4, 0, 0)  # in its own process namespace the parent has no number


@probe(CAPABILITIES, SECCOMP)
def slow_parent(_: dict[str, str]) -> None:
    os.sched_setaffinity(os.getppid(), os.sched_getaffinity(os.getppid()))


@probe(SECCOMP)
def signal_through_descriptor(context: dict[str, str]) -> None:
    import fcntl

    fcntl.fcntl(int(context["input"]), fcntl.F_SETOWN, os.getpid())


# The kernel.


@probe(CAPABILITIES, LANDLOCK, SECCOMP, privileged=True)
def mount(_: dict[str, str]) -> None:
    raw("mount", 0, 0, 0, 0, 0)


@probe(SECCOMP)
def join_namespace(context: dict[str, str]) -> None:
    raw("setns", int(context["input"]), 0)


@probe(CAPABILITIES, SECCOMP, privileged=True)
def change_root(_: dict[str, str]) -> None:
    os.chroot("/")


@probe(CAPABILITIES, SECCOMP, privileged=True)
def load_bpf(_: dict[str, str]) -> None:
    raw("bpf", 0, 0, 0)


@probe(SECCOMP)
def use_keyring(_: dict[str, str]) -> None:
    raw("keyctl", 0, -3, 0)


@probe(SECCOMP)
def make_io_ring(_: dict[str, str]) -> None:
    raw("io_uring_setup", 1, 0)


@probe(SECCOMP)
def handle_page_faults(_: dict[str, str]) -> None:
    raw("userfaultfd", 1)


@probe(SECCOMP)
def measure_performance(_: dict[str, str]) -> None:
    raw("perf_event_open", 0, 0, 0, 0, 0)


@probe(SECCOMP)
def open_by_handle(_: dict[str, str]) -> None:
    raw("open_by_handle_at", -100, 0, 0)


@probe(CAPABILITIES, SECCOMP, privileged=True)
def set_clock(_: dict[str, str]) -> None:
    raw("settimeofday", 0, 0)


@probe(SECCOMP)
def change_personality(_: dict[str, str]) -> None:
    raw("personality", 0xFFFFFFFF)


@probe(SECCOMP)
def share_memory_segment(_: dict[str, str]) -> None:
    raw("shmget", 0x57454947, 0, 0)


@probe(SECCOMP)
def make_message_queue(_: dict[str, str]) -> None:
    raw("mq_open", 0, 0, 0, 0)


@probe(SECCOMP)
def watch_files(_: dict[str, str]) -> None:
    raw("inotify_init1", 0)


@probe(SECCOMP)
def control_device(_: dict[str, str]) -> None:
    import fcntl

    fcntl.ioctl(2, 0x541B, b"1234")


@probe(SECCOMP)
def loosen_filter(_: dict[str, str]) -> None:
    raw("prctl", 38, 0, 0, 0, 0)


# Memory.


@probe(SECCOMP)
def map_writable_code(_: dict[str, str]) -> None:
    import mmap

    mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)


@probe(SECCOMP)
def make_data_executable(_: dict[str, str]) -> None:
    raw("mprotect", 0, 0, 4)


@probe(SECCOMP)
def share_anonymous_memory(_: dict[str, str]) -> None:
    import mmap

    mmap.mmap(-1, 4096, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)


@probe(SECCOMP)
def lift_own_limit(_: dict[str, str]) -> None:
    assert _kernel is not None
    none = bytearray(16)
    raw("prlimit64", 0, 4, _kernel.address(none), 0)


# Last, because a worker that gets through has lost its privileges for what follows.


@probe(SECCOMP)
def make_user_namespace(_: dict[str, str]) -> None:
    raw("unshare", 0x10000000)
