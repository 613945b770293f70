"""What a parent and its jailed worker say to each other, and the bounds of both.

The worker starts with a set-up on its command line and one socket. It says hello once: the names of its layers. Then,
until the socket closes, it takes a request, which comes with the descriptor of an open file, perhaps with a second one
of memory that both share, and gives an answer.
Hello and answers are a length of eight bytes and as many bytes; a request is a length of four bytes and its bytes.
While it works on a file that has not come whole, it may say that it needs a range: a length that no answer has, offset
and length of the range. It waits for the reply: the length of a refusal and its words, no length when the bytes are
there. While it works on a task that is listened to, it may send notes: another length that no answer has, the length
of the note and its bytes. What was noted cannot be taken back by what happens to the worker later.
A worker that is listened to sends the listener of its seccomp filter before it says hello.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.values import value
from weighbridge.sandbox.policy import JailPolicy, Layer

CHANNEL = 3
"""The descriptor of the worker's end of the socket; 0 and 1 are /dev/null, 2 is a pipe to the parent."""

REQUEST_LENGTH = Struct("<I")
ANSWER_LENGTH = Struct("<Q")
NEEDED = (1 << 64) - 1
"""Stands in place of the length of an answer."""
NEED = Struct("<QQ")
NOTED = (1 << 64) - 2
"""Stands in place of the length of an answer."""
NOTE_LENGTH = Struct("<I")
REFUSAL_LENGTH = Struct("<I")
LISTENING = (1 << 64) - 3
"""Stands in place of the length of an answer, before hello: with it comes the listener of the worker's filter."""

MAX_REQUEST_BYTES = 64 << 10
"""A request fits whole into the socket's buffer, so that a worker that does not read cannot stop its parent."""
MAX_ANSWER_BYTES = 64 << 20
"""Answers of honest files stay below one MiB; twenty thousand facts of 3 KiB each, the most of one file, fit."""

MAX_NOTES_BYTES = 4 << 20
"""All notes about one task with their headers; a note has at most MAX_NOTE_BYTES."""
MAX_NOTE_BYTES = 16 << 10
MAX_REFUSAL_BYTES = 1 << 10
"""A sentence, which may quote a server."""

EXIT_OUT_OF_MEMORY = 77
"""The worker ends so when memory ran out under a request."""


@value
class WorkerSetup:
    """What a worker needs to know before it closes the door."""

    import_path: tuple[str, ...]
    """Directories that hold the package and its optional dependencies, searched after the standard library."""
    answer_module: str
    """Offers ``answer(request, descriptor, need) -> bytes`` and ``open_scratch(descriptor)``."""
    scratch_directories: tuple[str, ...]
    """Where the scratch file may lie; the first that works is taken."""
    policy: JailPolicy
    prepared: tuple[str, ...] = ()
    """What its ``prepare`` is told before the seal; none where there is nothing to prepare."""
    searched: tuple[str, ...] = ()
    """Files and directories that ``prepare`` reads; nothing there is granted once the worker is sealed."""
    cgroups: tuple[str, ...] = ()
    """Directories of control groups that wait for the worker."""
    outside: tuple[str, ...] = ()
    """The namespaces of the host, where bubblewrap has raised the worker's; else empty."""


def to_arguments(setup: WorkerSetup) -> list[str]:
    """Write a set-up as words of a command line; the import path comes first, with its length before it."""
    policy = setup.policy
    words: list[str] = []
    for group in (*(getattr(setup, name) for name in _GROUPS), policy.readable, policy.layers):
        words += (str(len(group)), *group)
    return [*words, *(str(int(getattr(policy, name))) for name in _NUMBERS), setup.answer_module]


def from_arguments(words: list[str]) -> WorkerSetup:
    """Read what ``to_arguments`` wrote."""
    groups = []
    for _ in range(len(_GROUPS) + 2):
        end = int(words[0]) + 1
        groups.append(tuple(words[1:end]))
        words = words[end:]
    *own, readable, layers = groups
    *written, answer_module = words
    numbers = dict(zip(_NUMBERS, map(int, written), strict=True))
    return WorkerSetup(
        **dict(zip(_GROUPS, own, strict=True)),
        answer_module=answer_module,
        policy=JailPolicy(
            layers=tuple(map(Layer, layers)), readable=readable, listens=bool(numbers.pop("listens")), **numbers
        ),
    )


_GROUPS = ("import_path", "scratch_directories", "prepared", "searched", "cgroups", "outside")
"""Fields of a set-up that hold several words."""
_NUMBERS = ("memory_bytes", "scratch_bytes", "temp_bytes", "shared_bytes", "descriptors", "cpu_seconds", "threads",
            "listens")  # fmt: skip
"""Fields of a policy that hold a number, or a truth value."""
