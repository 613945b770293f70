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
        # A name that means nothing in the child's own root is refused as well.
        hidden = error.errno == errno.ENOENT and isinstance(error.filename, str)
        word = "denied" if error.errno in REFUSALS or hidden else "reached"
        return f"{word} {errno.errorcode.get(error.errno or 0)}".encode()
    return b"reached"


def raw(name: str, *arguments: int) -> int:
    """Make a system call that Python has no function for."""
    assert _kernel is not None
    result = _kernel.syscall(NUMBERS[name], *arguments, *(0,) * (6 - len(arguments)))
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result


LINKER = "/lib/ld-linux-aarch64.so.1" if os.uname().machine == "aarch64" else "/lib64/ld-linux-x86-64.so.2"
"""A program that is in the jail: the dynamic linker, which its libraries bring along."""

# One line of Python each.

_L, _S, _CL, _CS = (LANDLOCK,), (SECCOMP,), (CAPABILITIES, LANDLOCK), (CAPABILITIES, SECCOMP)
_LS, _CLS = (LANDLOCK, SECCOMP), (CAPABILITIES, LANDLOCK, SECCOMP)

# fmt: off
LINES: tuple[tuple[str, str, Callable[[dict[str, str]], object], tuple[Layer, ...], bool], ...] = (
    # name, call, attempt, walls, whether privileged
    ("read_passwd", "open", lambda _: os.read(os.open("/etc/passwd", os.O_RDONLY), 10), _L, False),
    ("read_secret", "open", lambda c: os.read(os.open(c["secret"], os.O_RDONLY), 10), _L, False),
    ("list_directory", "os.listdir", lambda _: os.listdir("/etc"), _L, False),
    ("read_environment_of_parent", "open",
     lambda _: os.read(os.open(f"/proc/{os.getppid()}/environ", os.O_RDONLY), 10), _CL, False),
    ("write_file", "openat", lambda c: os.write(os.open(c["secret"], os.O_WRONLY), b"x"), _LS, False),
    ("create_file", "openat",
     lambda c: os.open(c["directory"] + "/created", os.O_WRONLY | os.O_CREAT, 0o600), _LS, False),
    ("write_library", "openat", lambda _: os.open(os.__file__, os.O_WRONLY), _LS, True),
    ("reopen_input_for_writing", "openat", lambda c: os.open(f"/proc/self/fd/{c['input']}", os.O_RDWR), _LS, False),
    ("make_directory", "mkdir", lambda c: os.mkdir(c["directory"] + "/made"), _LS, False),
    ("remove_file", "unlink", lambda c: os.unlink(c["directory"] + "/doomed"), _LS, False),
    ("rename_file", "rename", lambda c: os.rename(c["directory"] + "/before", c["directory"] + "/after"), _LS, False),
    ("make_symlink", "symlink", lambda c: os.symlink("/etc/passwd", c["directory"] + "/symlink"), _LS, False),
    ("make_hard_link", "link", lambda c: os.link(c["secret"], c["directory"] + "/hardlink"), _LS, False),
    ("make_fifo", "mknodat", lambda c: os.mkfifo(c["directory"] + "/fifo"), _LS, False),
    ("change_mode", "chmod", lambda c: os.chmod(c["secret"], 0o600), _S, False),
    ("change_times", "utimensat", lambda c: os.utime(c["secret"], (0, 0)), _S, False),
    ("change_mode_of_input", "fchmod", lambda c: os.fchmod(int(c["input"]), 0o600), _S, False),
    ("change_times_of_input", "utimensat", lambda c: os.utime(int(c["input"]), (0, 0)), _S, False),
    ("change_directory", "chdir", lambda _: os.chdir("/etc"), _S, False),
    ("make_memory_file", "memfd_create", lambda _: os.memfd_create("weighed"), _S, False),
    ("list_home", "os.listdir", lambda _: os.listdir("/root"), _L, True),
    ("read_own_environment", "open", lambda _: os.read(os.open("/proc/self/environ", os.O_RDONLY), 10), _L, False),
    ("read_environment_of_init", "open", lambda _: os.read(os.open("/proc/1/environ", os.O_RDONLY), 10), _CL, True),
    ("read_memory_through_proc", "open", lambda _: os.open("/proc/self/mem", os.O_RDONLY), _L, False),
    ("write_memory_through_proc", "openat", lambda _: os.open("/proc/self/mem", os.O_RDWR), _LS, False),
    ("open_memory_of_parent", "open", lambda _: os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY), _CL, False),
    ("list_descriptors_of_parent", "os.listdir", lambda _: os.listdir(f"/proc/{os.getppid()}/fd"), _CL, False),
    ("write_to_temp", "openat", lambda _: os.open("/tmp", os.O_TMPFILE | os.O_RDWR, 0o600), _LS, False),
    ("truncate_by_name", "truncate", lambda c: os.truncate(c["secret"], 6), _LS, False),
    ("open_a_terminal", "openat", lambda _: os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY), _LS, False),
    ("change_owner", "chown", lambda c: os.chown(c["secret"], -1, -1), _S, False),
    ("set_attribute", "setxattr", lambda c: os.setxattr(c["secret"], "user.weighed", b"x"), _S, False),
    ("make_device", "mknodat", lambda c: os.mknod(c["directory"] + "/device", 0o20600, os.makedev(1, 3)), _CLS, True),
    ("make_socket", "socket", lambda _: _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM), _S, False),
    ("connect_tcp", "socket",
     lambda c: _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM).connect(("127.0.0.1", int(c["tcp"]))), _LS, False),
    ("listen_tcp", "socket",
     lambda _: _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM).bind(("127.0.0.1", 0)), _LS, False),
    ("connect_unix", "socket",
     lambda c: _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM).connect(c["unix"]), _S, False),
    ("connect_abstract_unix", "socket",
     lambda c: _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM).connect(c["abstract"]), _LS, False),
    ("make_netlink_socket", "socket", lambda _: _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW, 0), _S, False),
    ("make_raw_socket", "socket", lambda _: _socket.socket(_socket.AF_INET, _socket.SOCK_RAW, 1), _CS, True),
    ("make_socket_pair", "socketpair", lambda _: _socket.socketpair(), _S, False),
    ("make_socket_of_ipv6", "socket", lambda _: _socket.socket(_socket.AF_INET6, _socket.SOCK_STREAM), _S, False),
    ("bind_abstract_unix", "socket",
     lambda _: _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM).bind(f"\0weighed-{os.getpid()}"), _S, False),
    ("execute", "execve", lambda _: os.execv("/bin/true", ["true"]), _LS, False),
    ("signal_parent", "kill", lambda _: os.kill(os.getppid(), 0), _LS, False),
    ("signal_own_group", "kill", lambda _: os.kill(0, 0), _S, False),
    ("signal_everyone", "kill", lambda _: os.kill(-1, 0), _LS, False),
    ("slow_parent", "sched_setaffinity",
     lambda _: os.sched_setaffinity(os.getppid() or 1, os.sched_getaffinity(0)), _CS, False),
    ("execute_a_descriptor", "execveat",
     lambda _: os.execve(os.open(LINKER, os.O_PATH), ["ld.so", "--version"], {}), _LS, False),
    ("make_timer_descriptor", "timerfd_create", lambda _: os.close(raw("timerfd_create", 0, 0)), _S, False),
    ("change_root", "chroot", lambda _: os.chroot("/"), _CS, True),
)
# fmt: on
for _name, _call, _attempt, _walls, _privileged in LINES:
    _attempt.__name__ = _name
    probe(_call, *_walls, privileged=_privileged)(_attempt)


# More than a line.


@probe("open", LANDLOCK)
def reopen_a_path_descriptor(context: dict[str, str]) -> None:
    place = os.open(context["secret"], os.O_PATH)
    try:
        os.read(os.open(f"/proc/self/fd/{place}", os.O_RDONLY), 10)
    finally:
        os.close(place)


@probe("openat", LANDLOCK, SECCOMP)
def make_shared_memory_file(_: dict[str, str]) -> None:
    descriptor = os.open(f"/dev/shm/weighbridge-{os.getpid()}", os.O_RDWR | os.O_CREAT, 0o600)
    os.unlink(f"/dev/shm/weighbridge-{os.getpid()}")
    os.close(descriptor)


@probe("socket", SECCOMP)
def send_udp(context: dict[str, str]) -> None:
    _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(context["udp"])))


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


@probe("socketpair", SECCOMP)
def pair_and_pass_descriptors(context: dict[str, str]) -> None:
    one, _other = _socket.socketpair()
    one.sendmsg([b"x"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, int(context["input"]).to_bytes(4, "little"))])


@probe("clone", RLIMITS, SECCOMP)
def fork(_: dict[str, str]) -> None:
    if os.fork() == 0:
        os._exit(0)


@probe("fcntl", SECCOMP)
def signal_through_descriptor(context: dict[str, str]) -> None:
    import fcntl

    fcntl.fcntl(int(context["input"]), fcntl.F_SETOWN, os.getpid())


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


@probe("setresuid", CAPABILITIES, SECCOMP, privileged=True)
def change_user(_: dict[str, str]) -> None:
    raw("setresuid", -1, 65534, -1)
    raw("setresuid", -1, 0, -1)


@probe("setresgid", CAPABILITIES, SECCOMP, privileged=True)
def change_group(_: dict[str, str]) -> None:
    raw("setresgid", -1, 65534, -1)
    raw("setresgid", -1, 0, -1)


@probe("ioctl", SECCOMP)
def control_device(_: dict[str, str]) -> None:
    import fcntl

    fcntl.ioctl(2, 0x541B, b"1234")


@probe("mmap", SECCOMP)
def map_writable_code(_: dict[str, str]) -> None:
    import mmap

    mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)


@probe("mmap", SECCOMP)
def share_anonymous_memory(_: dict[str, str]) -> None:
    import mmap

    mmap.mmap(-1, 4096, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)


@probe("prlimit64", SECCOMP)
def lift_own_limit(_: dict[str, str]) -> None:
    assert _kernel is not None
    none = bytearray(16)
    raw("prlimit64", 0, 4, _kernel.address(none), 0)


# Calls that need nothing but numbers, most of them wrong ones, so that a call that gets through does nothing.

# fmt: off
RAW: tuple[tuple[str, str, tuple[int | str, ...], tuple[Layer, ...], bool], ...] = (
    # name, call, arguments ("parent", "self" and words of the context stand for numbers), walls, whether privileged
    ("lock_input", "flock", ("input", 2), _S, False),
    ("allocate_disk", "fallocate", ("scratch", 1, 0, 4096), _S, False),
    ("write_back_all_disks", "sync", (), _S, False),
    ("name_to_handle", "name_to_handle_at", (-100, 0, 0, 0, 0), _S, False),
    ("make_secret_memory", "memfd_secret", (-1,), _S, False),
    ("make_vsock", "socket", (40, 1, 0), _S, False),
    ("make_packet_socket", "socket", (17, 3, 0), _CS, True),
    ("set_option_of_channel", "setsockopt", (3, 1, 7, 0, 0), _S, False),
    ("execute_null", "execveat", (-100, 0, 0, 0, 0), _S, False),
    ("clone_anew", "clone3", (0, 0), _S, False),
    ("signal_thread", "tkill", ("self", 0), _S, False),
    ("hold_parent", "pidfd_open", ("parent", 0), _S, False),
    ("trace_bystander", "ptrace", (0x4206, "bystander", 0, 0), _CLS, True),
    ("read_memory_of_parent", "process_vm_readv", ("parent", 0, 0, 0, 0, 0), _S, False),
    ("limit_parent", "prlimit64", ("parent", 4, 0, 0), _S, False),
    ("signal_through_pidfd", "pidfd_send_signal", (-1, 0, 0, 0), _S, False),
    ("take_descriptor_of_parent", "pidfd_getfd", (-1, 0, 0), _S, False),
    ("write_memory_of_parent", "process_vm_writev", ("parent", 0, 0, 0, 0, 0), _S, False),
    ("advise_memory_of_parent", "process_madvise", (-1, 0, 0, 0, 0), _S, False),
    ("move_pages_of_itself", "move_pages", (0, 0, 0, 0, 0, 0), _S, False),
    ("queue_signal", "rt_sigqueueinfo", ("parent", 0, 0), _S, False),
    ("compare_processes", "kcmp", ("self", "self", 0, 0, 0), _S, False),
    ("set_timer", "timer_create", (99, 0, 0), _S, False),
    ("set_interval_timer", "setitimer", (9, 0, 0), _S, False),
    ("lower_priority", "setpriority", (0, 0, 19), _S, False),  # which is open to anybody, however nice already
    ("change_io_priority", "ioprio_set", (1, 0, 0), _S, False),
    ("change_scheduler", "sched_setscheduler", (0, 0, 0), _S, False),
    ("become_session_leader", "setpgid", (-1, 0), _S, False),
    ("change_groups", "setgroups", (0, 0), _CS, True),
    ("raise_capabilities", "capset", (0, 0), _S, False),
    ("mount", "mount", (0, 0, 0, 0, 0), _CLS, True),
    ("join_namespace", "setns", ("input", 0), _S, False),
    ("load_bpf", "bpf", (0, 0, 0), _CS, True),
    ("use_keyring", "keyctl", (0, -3, 0), _S, False),
    ("make_io_ring", "io_uring_setup", (1, 0), _S, False),
    ("handle_page_faults", "userfaultfd", (1,), _S, False),
    ("measure_performance", "perf_event_open", (0, 0, 0, 0, 0), _S, False),
    ("open_by_handle", "open_by_handle_at", (-100, 0, 0), _S, False),
    ("set_clock", "settimeofday", (0, 0), _CS, True),
    ("change_personality", "personality", (0xFFFFFFFF,), _S, False),
    ("share_memory_segment", "shmget", (0x57454947, 0, 0), _S, False),
    ("make_message_queue", "mq_open", (0, 0, 0, 0), _S, False),
    ("watch_files", "inotify_init1", (0,), _S, False),
    ("loosen_filter", "prctl", (38, 0, 0, 0, 0), _S, False),
    ("unmount", "umount2", (0, 0), _CLS, True),
    ("open_a_file_system", "fsopen", (0, 0), _CS, True),
    ("pivot_root", "pivot_root", (0, 0), _CLS, True),
    ("add_key", "add_key", (0, 0, 0, 0, 0), _S, False),
    ("request_key", "request_key", (0, 0, 0, 0), _S, False),
    ("make_aio_context", "io_setup", (0, 0), _S, False),
    ("attach_memory_segment", "shmat", (-1, 0, 0), _S, False),
    ("make_semaphores", "semget", (0x57454947, 0, 0), _S, False),
    ("make_system_v_queue", "msgget", (0x57454947, 0), _S, False),
    ("watch_file_system", "fanotify_init", (0, 0), _CS, True),
    ("become_dumpable", "prctl", (4, 1, 0, 0, 0), _S, False),
    ("let_others_trace", "prctl", (0x59616D61, 0, 0, 0, 0), _S, False),
    ("install_another_filter", "seccomp", (1, 0, 0), _S, False),
    ("ask_for_the_version_of_landlock", "landlock_create_ruleset", (0, 0, 1), _S, False),
    ("reboot", "reboot", (0, 0, 0, 0), _CS, True),
    ("load_another_kernel", "kexec_load", (0, 99, 0, 0), _CS, True),
    ("load_module", "finit_module", (-1, 0, 0), _CS, True),
    ("swap", "swapon", (0, 0), _CS, True),
    ("account_processes", "acct", (1,), _CS, True),
    ("read_log_of_kernel", "syslog", (4, 0, -1), _CS, True),
    ("rename_host", "sethostname", (0, -1), _CS, True),
    ("adjust_clock", "adjtimex", (0,), _S, False),
    ("hang_up_terminal", "vhangup", (), _CS, True),
    ("use_quotas", "quotactl", (-1, 0, 0, 0), _S, False),
    ("make_data_executable", "mprotect", (0, 0, 4), _S, False),
    ("lock_all_memory", "mlockall", (0,), _S, False),
    # Younger calls, which a list of forbidden ones would miss. Not uprobe and uretprobe: the kernel hides them from
    # every filter (seccomp_uprobe_exception); outside of its own trampoline they do nothing.
    ("open_by_a_newer_call", "openat2", (-100, 0, 0, 0), _S, False),
    ("change_mode_by_a_newer_call", "fchmodat2", (-100, 0, 0, 0), _S, False),
    ("set_attribute_by_a_newer_call", "setxattrat", (-100, 0, 0, 0, 0, 0), _S, False),
    ("remove_attribute_by_a_newer_call", "removexattrat", (-100, 0, 0, 0), _S, False),
    ("read_flags_of_a_file", "file_getattr", (-100, 0, 0, 0, 0), _S, False),
    ("set_flags_of_a_file", "file_setattr", (-100, 0, 0, 0, 0), _S, False),
    ("list_mounts", "listmount", (0, 0, 0, 0), _S, False),
    ("describe_a_mount", "statmount", (0, 0, 0, 0), _S, False),
    ("hold_a_mount", "open_tree", (-100, 0, 0), _S, False),
    ("hold_a_mount_and_change_it", "open_tree_attr", (-100, 0, 0, 0, 0), _S, False),
    ("list_namespaces", "listns", (0, 0, 0, 0), _S, False),
    ("use_quotas_by_descriptor", "quotactl_fd", (-1, 0, 0, 0), _S, False),
    ("see_what_lies_in_the_page_cache", "cachestat", ("input", 0, 0, 0), _S, False),
    ("seal_memory", "mseal", (0, 0, 0), _S, False),
    ("make_data_executable_by_key", "pkey_mprotect", (0, 0, 4, -1), _S, False),
    ("free_memory_of_the_dying", "process_mrelease", (-1, 0), _S, False),
    ("list_security_modules", "lsm_list_modules", (0, 0, 0), _S, False),
    ("change_own_label", "lsm_set_self_attr", (0, 0, 0, 0), _S, False),
    ("move_bytes_between_pipes", "splice", (-1, 0, -1, 0, 0, 0), _S, False),
    ("give_memory_to_a_pipe", "vmsplice", (-1, 0, 0, 0), _S, False),
    ("copy_between_files", "copy_file_range", (-1, 0, -1, 0, 0, 0), _S, False),
    ("run_a_filled_ring", "io_uring_enter", (-1, 0, 0, 0, 0, 0), _S, False),
    ("lease_input", "fcntl", ("input", 1024, 0), _S, False),
    ("be_told_of_changes", "fcntl", ("input", 1026, 1), _S, False),
    ("fill_a_descriptor_table", "modify_ldt", (0, 0, 0), _S, False),
)
# fmt: on


def _number(argument: int | str, context: dict[str, str]) -> int:
    if isinstance(argument, int):
        return argument
    return {"parent": lambda: os.getppid() or 1, "self": os.getpid}.get(argument, lambda: int(context[argument]))()


def _enter(call: str, arguments: tuple[int | str, ...]) -> Callable[[dict[str, str]], object]:
    return lambda context: raw(call, *(_number(argument, context) for argument in arguments))


for _name, _call, _arguments, _walls, _privileged in RAW:
    if _call not in NUMBERS:
        continue  # of another architecture
    _attempt = _enter(_call, _arguments)
    _attempt.__name__ = _name
    probe(_call, *_walls, privileged=_privileged)(_attempt)


# Last, because a worker that gets through is stopped by its next program, or has lost its privileges for what follows.


@probe("unshare", SECCOMP)
def make_user_namespace(_: dict[str, str]) -> None:
    raw("unshare", 0x10000000)


@probe("ptrace", SECCOMP)
def let_parent_trace(_: dict[str, str]) -> None:
    raw("ptrace", 0, 0, 0, 0)
