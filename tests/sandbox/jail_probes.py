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

from weighbridge.sandbox.calls import names
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.policy import Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOTTY}
CAPABILITIES, LANDLOCK, RLIMITS, SECCOMP = Layer.CAPABILITIES, Layer.LANDLOCK, Layer.RLIMITS, Layer.SECCOMP

PROBES: dict[str, Callable[[dict[str, str]], object]] = {}
CALLS: dict[str, str] = {}
"""What is refused, as it is told of a loaded file: a system call of x86_64, or, where only Landlock refuses, which the
kernel tells nobody, an audit event."""
WALLS: dict[str, frozenset[Layer]] = {}
"""The layers of a scanner's jail that stop a probe: with these gone, and only with them gone, it must get through."""
PRIVILEGED: set[str] = set()
"""Probes that the kernel refuses to ordinary users in any case."""

NUMBERS = {name: number for number, name in names(os.uname().machine).items()}

_kernel = running_kernel()
_scratch: list[int] = []


def probe(call: str, *walls: Layer, privileged: bool = False) -> Callable[..., Callable[[dict[str, str]], object]]:
    """Enter a function into the table."""

    def enter(function: Callable[[dict[str, str]], object]) -> Callable[[dict[str, str]], object]:
        name = function.__name__
        PROBES[name] = function
        CALLS[name] = call
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
        word = "denied" if error.errno in REFUSALS else "reached"
        return f"{word} {errno.errorcode.get(error.errno or 0)}".encode()
    return b"reached"


def raw(name: str, *arguments: int) -> int:
    """Make a system call that Python has no function for."""
    assert _kernel is not None
    result = _kernel.syscall(NUMBERS[name], *arguments, *(0,) * (6 - len(arguments)))
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result


# Files.


@probe("open", LANDLOCK)
def read_passwd(_: dict[str, str]) -> None:
    os.read(os.open("/etc/passwd", os.O_RDONLY), 10)


@probe("open", LANDLOCK)
def read_secret(context: dict[str, str]) -> None:
    os.read(os.open(context["secret"], os.O_RDONLY), 10)


@probe("os.listdir", LANDLOCK)
def list_directory(_: dict[str, str]) -> None:
    os.listdir("/etc")


@probe("open", CAPABILITIES, LANDLOCK)
def read_environment_of_parent(_: dict[str, str]) -> None:
    os.read(os.open(f"/proc/{os.getppid()}/environ", os.O_RDONLY), 10)


@probe("openat", LANDLOCK, SECCOMP)
def write_file(context: dict[str, str]) -> None:
    os.write(os.open(context["secret"], os.O_WRONLY), b"x")


@probe("openat", LANDLOCK, SECCOMP)
def create_file(context: dict[str, str]) -> None:
    os.open(context["directory"] + "/created", os.O_WRONLY | os.O_CREAT, 0o600)


@probe("openat", LANDLOCK, SECCOMP, privileged=True)
def write_library(_: dict[str, str]) -> None:
    os.open(os.__file__, os.O_WRONLY)


@probe("openat", LANDLOCK, SECCOMP)
def reopen_input_for_writing(context: dict[str, str]) -> None:
    os.open(f"/proc/self/fd/{context['input']}", os.O_RDWR)


@probe("mkdir", LANDLOCK, SECCOMP)
def make_directory(context: dict[str, str]) -> None:
    os.mkdir(context["directory"] + "/made")


@probe("unlink", LANDLOCK, SECCOMP)
def remove_file(context: dict[str, str]) -> None:
    os.unlink(context["directory"] + "/doomed")


@probe("rename", LANDLOCK, SECCOMP)
def rename_file(context: dict[str, str]) -> None:
    os.rename(context["directory"] + "/before", context["directory"] + "/after")


@probe("symlink", LANDLOCK, SECCOMP)
def make_symlink(context: dict[str, str]) -> None:
    os.symlink("/etc/passwd", context["directory"] + "/symlink")


@probe("link", LANDLOCK, SECCOMP)
def make_hard_link(context: dict[str, str]) -> None:
    os.link(context["secret"], context["directory"] + "/hardlink")


@probe("mknodat", LANDLOCK, SECCOMP)
def make_fifo(context: dict[str, str]) -> None:
    os.mkfifo(context["directory"] + "/fifo")


@probe("chmod", SECCOMP)
def change_mode(context: dict[str, str]) -> None:
    os.chmod(context["secret"], 0o600)


@probe("utimensat", SECCOMP)
def change_times(context: dict[str, str]) -> None:
    os.utime(context["secret"], (0, 0))


@probe("fchmod", SECCOMP)
def change_mode_of_input(context: dict[str, str]) -> None:
    os.fchmod(int(context["input"]), 0o600)


@probe("utimensat", SECCOMP)
def change_times_of_input(context: dict[str, str]) -> None:
    os.utime(int(context["input"]), (0, 0))


@probe("flock", SECCOMP)
def lock_input(context: dict[str, str]) -> None:
    raw("flock", int(context["input"]), 2)


@probe("chdir", SECCOMP)
def change_directory(_: dict[str, str]) -> None:
    os.chdir("/etc")


@probe("memfd_create", SECCOMP)
def make_memory_file(_: dict[str, str]) -> None:
    os.memfd_create("weighed")


@probe("os.listdir", LANDLOCK, privileged=True)
def list_home(_: dict[str, str]) -> None:
    os.listdir("/root")


@probe("open", LANDLOCK)
def read_own_environment(_: dict[str, str]) -> None:
    os.read(os.open("/proc/self/environ", os.O_RDONLY), 10)


@probe("open", CAPABILITIES, LANDLOCK, privileged=True)
def read_environment_of_init(_: dict[str, str]) -> None:
    os.read(os.open("/proc/1/environ", os.O_RDONLY), 10)


@probe("open", LANDLOCK)
def read_memory_through_proc(_: dict[str, str]) -> None:
    os.open("/proc/self/mem", os.O_RDONLY)


@probe("openat", LANDLOCK, SECCOMP)
def write_memory_through_proc(_: dict[str, str]) -> None:
    os.open("/proc/self/mem", os.O_RDWR)


@probe("open", CAPABILITIES, LANDLOCK)
def open_memory_of_parent(_: dict[str, str]) -> None:
    os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY)


@probe("os.listdir", CAPABILITIES, LANDLOCK)
def list_descriptors_of_parent(_: dict[str, str]) -> None:
    os.listdir(f"/proc/{os.getppid()}/fd")


@probe("open", LANDLOCK)
def reopen_a_path_descriptor(context: dict[str, str]) -> None:
    place = os.open(context["secret"], os.O_PATH)
    try:
        os.read(os.open(f"/proc/self/fd/{place}", os.O_RDONLY), 10)
    finally:
        os.close(place)


@probe("openat", LANDLOCK, SECCOMP)
def write_to_temp(_: dict[str, str]) -> None:
    os.open("/tmp", os.O_TMPFILE | os.O_RDWR, 0o600)


@probe("openat", LANDLOCK, SECCOMP)
def make_shared_memory_file(_: dict[str, str]) -> None:
    descriptor = os.open(f"/dev/shm/weighbridge-{os.getpid()}", os.O_RDWR | os.O_CREAT, 0o600)
    os.unlink(f"/dev/shm/weighbridge-{os.getpid()}")
    os.close(descriptor)


@probe("truncate", LANDLOCK, SECCOMP)
def truncate_by_name(context: dict[str, str]) -> None:
    os.truncate(context["secret"], 6)


@probe("openat", LANDLOCK, SECCOMP)
def open_a_terminal(_: dict[str, str]) -> None:
    os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)


@probe("chown", SECCOMP)
def change_owner(context: dict[str, str]) -> None:
    os.chown(context["secret"], -1, -1)


@probe("setxattr", SECCOMP)
def set_attribute(context: dict[str, str]) -> None:
    os.setxattr(context["secret"], "user.weighed", b"x")


@probe("mknodat", CAPABILITIES, LANDLOCK, SECCOMP, privileged=True)
def make_device(context: dict[str, str]) -> None:
    os.mknod(context["directory"] + "/device", 0o20600, os.makedev(1, 3))


@probe("fallocate", SECCOMP)
def allocate_disk(context: dict[str, str]) -> None:
    raw("fallocate", int(context["scratch"]), 1, 0, 4096)


@probe("sync", SECCOMP)
def write_back_all_disks(_: dict[str, str]) -> None:
    raw("sync")


@probe("name_to_handle_at", SECCOMP)
def name_to_handle(_: dict[str, str]) -> None:
    raw("name_to_handle_at", -100, 0, 0, 0, 0)


@probe("memfd_secret", SECCOMP)
def make_secret_memory(_: dict[str, str]) -> None:
    raw("memfd_secret", -1)


# Network.


@probe("socket", SECCOMP)
def make_socket(_: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)


@probe("socket", LANDLOCK, SECCOMP)
def connect_tcp(context: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM).connect(("127.0.0.1", int(context["tcp"])))


@probe("socket", LANDLOCK, SECCOMP)
def listen_tcp(_: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM).bind(("127.0.0.1", 0))


@probe("socket", SECCOMP)
def send_udp(context: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(context["udp"])))


@probe("socket", SECCOMP)
def connect_unix(context: dict[str, str]) -> None:
    _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM).connect(context["unix"])


@probe("socket", LANDLOCK, SECCOMP)
def connect_abstract_unix(context: dict[str, str]) -> None:
    _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM).connect(context["abstract"])


@probe("socket", SECCOMP)
def make_netlink_socket(_: dict[str, str]) -> None:
    _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW, 0)


@probe("socket", SECCOMP)
def make_vsock(_: dict[str, str]) -> None:
    raw("socket", 40, 1, 0)


@probe("socket", CAPABILITIES, SECCOMP, privileged=True)
def make_raw_socket(_: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_RAW, 1)


@probe("socketpair", SECCOMP)
def make_socket_pair(_: dict[str, str]) -> None:
    _socket.socketpair()


@probe("sendmsg", SECCOMP)
def send_descriptor_to_parent(_: dict[str, str]) -> None:
    channel = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, 3)
    try:
        channel.sendmsg([b""])
    finally:
        channel.detach()


@probe("socket", SECCOMP)
def ask_a_name_server(context: dict[str, str]) -> None:
    query = bytes.fromhex("000001000001000000000000") + b"\7weighed\7invalid\0\0\1\0\1"
    _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).sendto(query, ("127.0.0.1", int(context["udp"])))


@probe("socket", SECCOMP)
def make_socket_of_ipv6(_: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET6, _socket.SOCK_STREAM)


@probe("socket", CAPABILITIES, SECCOMP, privileged=True)
def make_packet_socket(_: dict[str, str]) -> None:
    raw("socket", 17, 3, 0)


@probe("socket", SECCOMP)
def bind_abstract_unix(_: dict[str, str]) -> None:
    _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM).bind(f"\0weighed-{os.getpid()}")


@probe("socketpair", SECCOMP)
def pair_and_pass_descriptors(context: dict[str, str]) -> None:
    one, _other = _socket.socketpair()
    one.sendmsg([b"x"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, int(context["input"]).to_bytes(4, "little"))])


@probe("setsockopt", SECCOMP)
def set_option_of_channel(_: dict[str, str]) -> None:
    raw("setsockopt", 3, 1, 7, 0, 0)


# Processes.


@probe("execve", LANDLOCK, SECCOMP)
def execute(_: dict[str, str]) -> None:
    os.execv("/bin/true", ["true"])


@probe("execveat", SECCOMP)
def execute_null(_: dict[str, str]) -> None:
    raw("execveat", -100, 0, 0, 0, 0)


@probe("clone", RLIMITS, SECCOMP)
def fork(_: dict[str, str]) -> None:
    if os.fork() == 0:
        os._exit(0)


@probe("clone3", SECCOMP)
def clone_anew(_: dict[str, str]) -> None:
    raw("clone3", 0, 0)


@probe("kill", LANDLOCK, SECCOMP)
def signal_parent(_: dict[str, str]) -> None:
    os.kill(os.getppid(), 0)


@probe("kill", SECCOMP)
def signal_own_group(_: dict[str, str]) -> None:
    os.kill(0, 0)


@probe("kill", LANDLOCK, SECCOMP)
def signal_everyone(_: dict[str, str]) -> None:
    os.kill(-1, 0)


@probe("tkill", SECCOMP)
def signal_thread(_: dict[str, str]) -> None:
    raw("tkill", os.getpid(), 0)


@probe("pidfd_open", SECCOMP)
def hold_parent(_: dict[str, str]) -> None:
    raw("pidfd_open", os.getppid(), 0)


@probe("ptrace", CAPABILITIES, LANDLOCK, SECCOMP, privileged=True)
def trace_bystander(context: dict[str, str]) -> None:
    raw("ptrace", 0x4206, int(context["bystander"]), 0, 0)


@probe("process_vm_readv", SECCOMP)
def read_memory_of_parent(_: dict[str, str]) -> None:
    raw("process_vm_readv", os.getppid(), 0, 0, 0, 0, 0)


@probe("prlimit64", SECCOMP)
def limit_parent(_: dict[str, str]) -> None:
    raw("prlimit64", os.getppid(), 4, 0, 0)


@probe("sched_setaffinity", CAPABILITIES, SECCOMP)
def slow_parent(_: dict[str, str]) -> None:
    os.sched_setaffinity(os.getppid(), os.sched_getaffinity(os.getppid()))


@probe("fcntl", SECCOMP)
def signal_through_descriptor(context: dict[str, str]) -> None:
    import fcntl

    fcntl.fcntl(int(context["input"]), fcntl.F_SETOWN, os.getpid())


@probe("execveat", LANDLOCK, SECCOMP)
def execute_a_descriptor(_: dict[str, str]) -> None:
    os.execve(os.open("/bin/true", os.O_PATH), ["true"], {})


@probe("memfd_create", SECCOMP)
def execute_a_memory_file(_: dict[str, str]) -> None:
    memory = os.memfd_create("weighed")
    try:
        os.write(memory, b"#!/weighed/absent\n")
        os.execve(memory, ["weighed"], {})
    finally:
        os.close(memory)


@probe("clone", RLIMITS, SECCOMP)
def vfork(_: dict[str, str]) -> None:
    if raw("clone", 0x4000 | 17) == 0:
        os._exit(0)


@probe("clone", RLIMITS, SECCOMP)
def clone_into_a_user_namespace(_: dict[str, str]) -> None:
    if raw("clone", 0x10000000 | 17) == 0:
        os._exit(0)


@probe("clone", RLIMITS, SECCOMP)
def clone_a_sibling(_: dict[str, str]) -> None:
    if raw("clone", 0x8000) == 0:
        os._exit(0)


@probe("pidfd_send_signal", SECCOMP)
def signal_through_pidfd(_: dict[str, str]) -> None:
    raw("pidfd_send_signal", -1, 0, 0, 0)


@probe("pidfd_getfd", SECCOMP)
def take_descriptor_of_parent(_: dict[str, str]) -> None:
    raw("pidfd_getfd", -1, 0, 0)


@probe("process_vm_writev", SECCOMP)
def write_memory_of_parent(_: dict[str, str]) -> None:
    raw("process_vm_writev", os.getppid(), 0, 0, 0, 0, 0)


@probe("process_madvise", SECCOMP)
def advise_memory_of_parent(_: dict[str, str]) -> None:
    raw("process_madvise", -1, 0, 0, 0, 0)


@probe("move_pages", SECCOMP)
def move_pages_of_itself(_: dict[str, str]) -> None:
    raw("move_pages", 0, 0, 0, 0, 0, 0)


@probe("rt_sigqueueinfo", SECCOMP)
def queue_signal(_: dict[str, str]) -> None:
    raw("rt_sigqueueinfo", os.getppid(), 0, 0)


@probe("kcmp", SECCOMP)
def compare_processes(_: dict[str, str]) -> None:
    raw("kcmp", os.getpid(), os.getpid(), 0, 0, 0)


@probe("timer_create", SECCOMP)
def set_timer(_: dict[str, str]) -> None:
    raw("timer_create", 99, 0, 0)


@probe("setitimer", SECCOMP)
def set_interval_timer(_: dict[str, str]) -> None:
    raw("setitimer", 9, 0, 0)


@probe("timerfd_create", SECCOMP)
def make_timer_descriptor(_: dict[str, str]) -> None:
    os.close(raw("timerfd_create", 0, 0))


@probe("setpriority", SECCOMP)
def lower_priority(_: dict[str, str]) -> None:
    raw("setpriority", 0, 0, 0)


@probe("ioprio_set", SECCOMP)
def change_io_priority(_: dict[str, str]) -> None:
    raw("ioprio_set", 1, 0, 0)


@probe("sched_setscheduler", SECCOMP)
def change_scheduler(_: dict[str, str]) -> None:
    raw("sched_setscheduler", 0, 0, 0)


@probe("setpgid", SECCOMP)
def become_session_leader(_: dict[str, str]) -> None:
    raw("setpgid", -1, 0)


@probe("setresuid", CAPABILITIES, SECCOMP, privileged=True)
def change_user(_: dict[str, str]) -> None:
    raw("setresuid", -1, 65534, -1)
    raw("setresuid", -1, 0, -1)


@probe("setresgid", CAPABILITIES, SECCOMP, privileged=True)
def change_group(_: dict[str, str]) -> None:
    raw("setresgid", -1, 65534, -1)
    raw("setresgid", -1, 0, -1)


@probe("setgroups", CAPABILITIES, SECCOMP, privileged=True)
def change_groups(_: dict[str, str]) -> None:
    raw("setgroups", 0, 0)


@probe("capset", SECCOMP)
def raise_capabilities(_: dict[str, str]) -> None:
    raw("capset", 0, 0)


# The kernel.


@probe("mount", CAPABILITIES, LANDLOCK, SECCOMP, privileged=True)
def mount(_: dict[str, str]) -> None:
    raw("mount", 0, 0, 0, 0, 0)


@probe("setns", SECCOMP)
def join_namespace(context: dict[str, str]) -> None:
    raw("setns", int(context["input"]), 0)


@probe("chroot", CAPABILITIES, SECCOMP, privileged=True)
def change_root(_: dict[str, str]) -> None:
    os.chroot("/")


@probe("bpf", CAPABILITIES, SECCOMP, privileged=True)
def load_bpf(_: dict[str, str]) -> None:
    raw("bpf", 0, 0, 0)


@probe("keyctl", SECCOMP)
def use_keyring(_: dict[str, str]) -> None:
    raw("keyctl", 0, -3, 0)


@probe("io_uring_setup", SECCOMP)
def make_io_ring(_: dict[str, str]) -> None:
    raw("io_uring_setup", 1, 0)


@probe("userfaultfd", SECCOMP)
def handle_page_faults(_: dict[str, str]) -> None:
    raw("userfaultfd", 1)


@probe("perf_event_open", SECCOMP)
def measure_performance(_: dict[str, str]) -> None:
    raw("perf_event_open", 0, 0, 0, 0, 0)


@probe("open_by_handle_at", SECCOMP)
def open_by_handle(_: dict[str, str]) -> None:
    raw("open_by_handle_at", -100, 0, 0)


@probe("settimeofday", CAPABILITIES, SECCOMP, privileged=True)
def set_clock(_: dict[str, str]) -> None:
    raw("settimeofday", 0, 0)


@probe("personality", SECCOMP)
def change_personality(_: dict[str, str]) -> None:
    raw("personality", 0xFFFFFFFF)


@probe("shmget", SECCOMP)
def share_memory_segment(_: dict[str, str]) -> None:
    raw("shmget", 0x57454947, 0, 0)


@probe("mq_open", SECCOMP)
def make_message_queue(_: dict[str, str]) -> None:
    raw("mq_open", 0, 0, 0, 0)


@probe("inotify_init1", SECCOMP)
def watch_files(_: dict[str, str]) -> None:
    raw("inotify_init1", 0)


@probe("ioctl", SECCOMP)
def control_device(_: dict[str, str]) -> None:
    import fcntl

    fcntl.ioctl(2, 0x541B, b"1234")


@probe("prctl", SECCOMP)
def loosen_filter(_: dict[str, str]) -> None:
    raw("prctl", 38, 0, 0, 0, 0)


@probe("umount2", CAPABILITIES, LANDLOCK, SECCOMP, privileged=True)
def unmount(_: dict[str, str]) -> None:
    raw("umount2", 0, 0)


@probe("fsopen", CAPABILITIES, SECCOMP, privileged=True)
def open_a_file_system(_: dict[str, str]) -> None:
    raw("fsopen", 0, 0)


@probe("pivot_root", CAPABILITIES, LANDLOCK, SECCOMP, privileged=True)
def pivot_root(_: dict[str, str]) -> None:
    raw("pivot_root", 0, 0)


@probe("add_key", SECCOMP)
def add_key(_: dict[str, str]) -> None:
    raw("add_key", 0, 0, 0, 0, 0)


@probe("request_key", SECCOMP)
def request_key(_: dict[str, str]) -> None:
    raw("request_key", 0, 0, 0, 0)


@probe("io_setup", SECCOMP)
def make_aio_context(_: dict[str, str]) -> None:
    raw("io_setup", 0, 0)


@probe("shmat", SECCOMP)
def attach_memory_segment(_: dict[str, str]) -> None:
    raw("shmat", -1, 0, 0)


@probe("semget", SECCOMP)
def make_semaphores(_: dict[str, str]) -> None:
    raw("semget", 0x57454947, 0, 0)


@probe("msgget", SECCOMP)
def make_system_v_queue(_: dict[str, str]) -> None:
    raw("msgget", 0x57454947, 0)


@probe("fanotify_init", CAPABILITIES, SECCOMP, privileged=True)
def watch_file_system(_: dict[str, str]) -> None:
    raw("fanotify_init", 0, 0)


@probe("prctl", SECCOMP)
def become_dumpable(_: dict[str, str]) -> None:
    raw("prctl", 4, 1, 0, 0, 0)


@probe("prctl", SECCOMP)
def let_others_trace(_: dict[str, str]) -> None:
    raw("prctl", 0x59616D61, 0, 0, 0, 0)


@probe("seccomp", SECCOMP)
def install_another_filter(_: dict[str, str]) -> None:
    raw("seccomp", 1, 0, 0)


@probe("landlock_create_ruleset", SECCOMP)
def ask_for_the_version_of_landlock(_: dict[str, str]) -> None:
    raw("landlock_create_ruleset", 0, 0, 1)


@probe("reboot", CAPABILITIES, SECCOMP, privileged=True)
def reboot(_: dict[str, str]) -> None:
    raw("reboot", 0, 0, 0, 0)


@probe("kexec_load", CAPABILITIES, SECCOMP, privileged=True)
def load_another_kernel(_: dict[str, str]) -> None:
    raw("kexec_load", 0, 99, 0, 0)


@probe("finit_module", CAPABILITIES, SECCOMP, privileged=True)
def load_module(_: dict[str, str]) -> None:
    raw("finit_module", -1, 0, 0)


@probe("swapon", CAPABILITIES, SECCOMP, privileged=True)
def swap(_: dict[str, str]) -> None:
    raw("swapon", 0, 0)


@probe("acct", CAPABILITIES, SECCOMP, privileged=True)
def account_processes(_: dict[str, str]) -> None:
    raw("acct", 1)


@probe("syslog", CAPABILITIES, SECCOMP, privileged=True)
def read_log_of_kernel(_: dict[str, str]) -> None:
    raw("syslog", 4, 0, -1)


@probe("sethostname", CAPABILITIES, SECCOMP, privileged=True)
def rename_host(_: dict[str, str]) -> None:
    raw("sethostname", 0, -1)


@probe("adjtimex", SECCOMP)
def adjust_clock(_: dict[str, str]) -> None:
    raw("adjtimex", 0)


@probe("vhangup", CAPABILITIES, SECCOMP, privileged=True)
def hang_up_terminal(_: dict[str, str]) -> None:
    raw("vhangup")


@probe("quotactl", SECCOMP)
def use_quotas(_: dict[str, str]) -> None:
    raw("quotactl", -1, 0, 0, 0)


# Memory.


@probe("mmap", SECCOMP)
def map_writable_code(_: dict[str, str]) -> None:
    import mmap

    mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)


@probe("mprotect", SECCOMP)
def make_data_executable(_: dict[str, str]) -> None:
    raw("mprotect", 0, 0, 4)


@probe("mmap", SECCOMP)
def share_anonymous_memory(_: dict[str, str]) -> None:
    import mmap

    mmap.mmap(-1, 4096, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)


@probe("prlimit64", SECCOMP)
def lift_own_limit(_: dict[str, str]) -> None:
    assert _kernel is not None
    none = bytearray(16)
    raw("prlimit64", 0, 4, _kernel.address(none), 0)


@probe("mlockall", SECCOMP)
def lock_all_memory(_: dict[str, str]) -> None:
    raw("mlockall", 0)


# Last, because a worker that gets through is stopped by its next program, or has lost its privileges for what follows.


@probe("unshare", SECCOMP)
def make_user_namespace(_: dict[str, str]) -> None:
    raw("unshare", 0x10000000)


@probe("ptrace", SECCOMP)
def let_parent_trace(_: dict[str, str]) -> None:
    raw("ptrace", 0, 0, 0, 0)
