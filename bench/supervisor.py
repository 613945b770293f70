"""Runs one command and prints what its whole process tree cost; started by `measure.py`, one process a run.

    supervisor.py STDOUT STDERR TIMEOUT_SECONDS ADDRESS_SPACE_BYTES COMMAND [ARGUMENT …]

Prints `CPU_SECONDS WALL_SECONDS PEAK_BYTES EXIT_CODE TIMED_OUT STRAGGLERS LEFT`. CPU is user and system time of every
descendant, peak is the largest of them. Only built-in modules are imported: Linux carries the peak of the process that
forks over to the one that is forked, so this process must stay smaller than anything it measures.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time

PATIENCE_SECONDS = 5  # then what is left of the process group is killed
COMMAND_NOT_FOUND = 127  # as shells say it
CREATED = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def kill(group: int) -> None:
    """Ends what is left of the command's process group."""
    try:  # noqa: SIM105  (contextlib would make this process larger)
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def reap(seconds: int) -> tuple[int, bool]:
    """Waits for descendants that outlived the command, so that their cost counts too: how many, and are any left."""
    count, deadline = 0, time.monotonic() + seconds
    while True:
        try:
            ended = os.waitpid(-1, os.WNOHANG)[0]
        except ChildProcessError:
            return count, False
        if ended:
            count += 1
        elif time.monotonic() > deadline:
            return count, True
        else:
            time.sleep(0.01)


def main(arguments: list[str]) -> None:
    """Runs the command; see the module's words."""
    stdout, stderr, timeout, memory, *command = arguments
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, stdout, CREATED, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, stderr, CREATED, 0o644),
    ]
    started = time.perf_counter()
    try:
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions, setpgroup=0)
    except OSError:
        print(0, 0, 0, COMMAND_NOT_FOUND, 0, 0, 0)
        return
    timed_out = False

    def expire(*_: object) -> None:
        nonlocal timed_out
        timed_out = True
        kill(child)

    signal.signal(signal.SIGALRM, expire)
    signal.alarm(int(timeout))
    try:
        status = os.waitpid(child, 0)[1]
        wall = time.perf_counter() - started
        stragglers, left = reap(PATIENCE_SECONDS)
    finally:  # also on Ctrl-C
        signal.alarm(0)
        kill(child)
    if left:
        killed, left = reap(1)
        stragglers += killed
    cost = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = os.waitstatus_to_exitcode(status)
    print(cost.ru_utime + cost.ru_stime, wall, cost.ru_maxrss * 1024, code, int(timed_out), stragglers, int(left))


if __name__ == "__main__":
    main(sys.argv[1:])
