"""Numbers of the system calls of Linux that the jail speaks of, and what a sealed child may still call, as data.

Numbers: ``arch/x86/entry/syscalls/syscall_64.tbl`` and ``include/uapi/asm-generic/unistd.h`` (aarch64) of the kernel.
A call that an architecture does not have is missing from its table.
"""

from __future__ import annotations

# fmt: off
X86_64 = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "lseek": 8, "mmap": 9,
    "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
    "ioctl": 16, "pread64": 17, "pwrite64": 18, "readv": 19, "writev": 20, "access": 21, "sched_yield": 24,
    "mremap": 25, "madvise": 28, "nanosleep": 35, "getpid": 39, "sendmsg": 46, "recvmsg": 47, "clone": 56, "exit": 60,
    "kill": 62, "uname": 63, "fcntl": 72, "ftruncate": 77, "getcwd": 79, "readlink": 89, "gettimeofday": 96,
    "getrlimit": 97, "getrusage": 98, "sysinfo": 99, "times": 100, "getuid": 102, "getgid": 104, "geteuid": 107,
    "getegid": 108, "getppid": 110, "capget": 125, "capset": 126, "sigaltstack": 131, "sched_getparam": 143,
    "sched_getscheduler": 145, "sched_get_priority_max": 146, "sched_get_priority_min": 147, "prctl": 157,
    "gettid": 186, "time": 201, "futex": 202, "sched_getaffinity": 204, "getdents64": 217, "restart_syscall": 219,
    "fadvise64": 221, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231,
    "tgkill": 234, "openat": 257, "newfstatat": 262, "readlinkat": 267, "faccessat": 269, "unshare": 272,
    "set_robust_list": 273, "preadv": 295, "prlimit64": 302, "getcpu": 309, "seccomp": 317, "getrandom": 318,
    "preadv2": 327, "statx": 332, "rseq": 334, "landlock_create_ruleset": 444, "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
    # a root directory and namespaces of its own, files in its own temporary directory
    "rename": 82, "mkdir": 83, "rmdir": 84, "unlink": 87, "chmod": 90, "pivot_root": 155, "mount": 165, "umount2": 166,
    "sethostname": 170, "mkdirat": 258, "unlinkat": 263, "renameat": 264, "fchmodat": 268, "renameat2": 316,
    "mount_setattr": 442,
}

AARCH64 = {
    "getcwd": 17, "fcntl": 25, "ioctl": 29, "ftruncate": 46, "faccessat": 48, "openat": 56, "close": 57,
    "getdents64": 61, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66, "pread64": 67, "pwrite64": 68,
    "preadv": 69, "readlinkat": 78, "newfstatat": 79, "fstat": 80, "capget": 90, "capset": 91, "exit": 93,
    "exit_group": 94, "unshare": 97, "futex": 98, "set_robust_list": 99, "nanosleep": 101, "clock_gettime": 113,
    "clock_getres": 114, "clock_nanosleep": 115, "sched_getscheduler": 120, "sched_getparam": 121,
    "sched_getaffinity": 123, "sched_yield": 124, "sched_get_priority_max": 125, "sched_get_priority_min": 126,
    "restart_syscall": 128, "kill": 129, "tgkill": 131, "sigaltstack": 132, "rt_sigaction": 134,
    "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153, "uname": 160, "getrlimit": 163, "getrusage": 165,
    "prctl": 167, "getcpu": 168, "gettimeofday": 169, "getpid": 172, "getppid": 173, "getuid": 174, "geteuid": 175,
    "getgid": 176, "getegid": 177, "gettid": 178, "sysinfo": 179, "sendmsg": 211, "recvmsg": 212, "brk": 214,
    "munmap": 215, "mremap": 216, "clone": 220, "mmap": 222, "fadvise64": 223, "mprotect": 226, "madvise": 233,
    "prlimit64": 261, "seccomp": 277, "getrandom": 278, "preadv2": 286, "statx": 291, "rseq": 293,
    "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
    # a root directory and namespaces of its own, files in its own temporary directory
    "mkdirat": 34, "unlinkat": 35, "renameat": 38, "umount2": 39, "mount": 40, "pivot_root": 41, "fchmodat": 53,
    "sethostname": 161, "renameat2": 276, "mount_setattr": 442,
}

# Calls that no argument can make harmful to others: they reach only what the child already holds, or, for paths,
# what Landlock leaves. What is not here and not in seccomp.py is refused; among that is everything that makes a
# socket, a process, a name in a file system, a namespace, a key or a ring, and everything that changes ownership,
# mode, times, links or attributes of a file through a descriptor (fchmod, futimens, fsetxattr, flock).
HARMLESS = (
    # the input, the scratch file, the answer
    "read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "pwrite64", "lseek", "ftruncate", "fadvise64",
    "recvmsg", "close", "fstat",
    # imports: looking for a module, following links of the library directory
    "newfstatat", "stat", "lstat", "statx", "access", "faccessat", "readlink", "readlinkat", "getdents64", "getcwd",
    # memory that exists already
    "munmap", "mremap", "madvise", "brk",
    # signals the child receives, time, its own identity and use of the machine, a lock, the end
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall",
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "times",
    "getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "uname", "sysinfo", "getrusage",
    "getrlimit", "sched_yield", "sched_getaffinity", "getrandom", "futex", "exit", "exit_group",
)
THREADED = (
    # What a thread that starts does for itself, and what OpenMP and its like ask about the machine. Not
    # sched_setaffinity and its kin, which take the number of any thread: who asks goes on where they may not.
    "set_robust_list", "rseq", "getcpu", "sched_getparam", "sched_getscheduler", "sched_get_priority_max",
    "sched_get_priority_min",
)
"""Added to HARMLESS where threads are allowed. ``clone`` itself is narrowed in seccomp.py."""

# Allowed where there is a private temporary directory: all else that these could reach is mounted read-only, and
# Landlock grants nothing else. Not fchmod and its like, which change a file on the host through its descriptor.
IN_TEMP = ("mkdir", "mkdirat", "unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2")
# Allowed there, too, once no procfs is left, which gives every descriptor a name. shutil.copy needs them.
MODES_IN_TEMP = ("chmod", "fchmodat")
# fmt: on
