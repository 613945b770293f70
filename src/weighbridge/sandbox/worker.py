"""The jailed worker: closes the door behind itself, then answers one request after the other."""

from __future__ import annotations

import _socket  # not socket, whose enums and selectors cost 3 ms more: one socket, which exists, is all that is needed
import gc
import os
import sys

from weighbridge.core.errors import SandboxError
from weighbridge.core.modules import fetch
from weighbridge.core.values import replace
from weighbridge.sandbox import protocol
from weighbridge.sandbox.jail import seal, user_namespace
from weighbridge.sandbox.policy import ENCLOSURE, Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class AnswerModule(Protocol):
        """What a worker works for."""

        def answer(self, request: bytes, descriptor: int, need: Callable[[int, int], str], /) -> bytes:
            """Answer one request about an open file; must not close it.

            ``need(offset, length)`` has a range of a file put in place that has not come whole; gives the words of a
            refusal, none when the bytes are there.
            """

        def open_scratch(self, descriptor: int, /) -> None:
            """Take note of the scratch file; it is empty before every request."""

        def open_share(self, descriptor: int, /) -> None:
            """Take note of the memory that is shared for the next request; only for those that come with some."""

        def prepare(self, /, *words: str) -> None:
            """Do before the seal what the set-up asks for; called only when it does."""


_SHARED_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
"""Where the dynamic linker looks when an extension module (hashlib, lzma) is imported after the seal."""
_DESCRIPTOR_BYTES = 4
_COLLECT_TASKS = 512
"""Between so many files the collector looks for cycles once, for some 20 ms."""


def main() -> None:
    """Seal this process and serve its socket until the parent closes it; never returns."""
    gc.disable()
    setup = protocol.from_arguments(sys.argv[1:])
    os.chdir("/")
    _close_strays()
    users = user_namespace()
    standing = _enclosed(setup) if any(layer in setup.policy.layers for layer in ENCLOSURE) else ()
    module: AnswerModule = fetch(setup.answer_module)
    if Layer.FILES in standing:
        scratch = _memory_file(setup.policy.scratch_bytes)  # no directory of the host is left
    else:
        scratch = _scratch_file(setup.scratch_directories)
    module.open_scratch(scratch)
    if setup.prepared:
        module.prepare(*setup.prepared)
    # Never closed: the parent sees the socket end together with the process, when the exit status is there to read.
    channel = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, protocol.CHANNEL)
    try:
        policy = replace(setup.policy, readable=(*import_paths(), *setup.policy.readable))
        layers = seal(policy, standing, users=users)
        sys.dont_write_bytecode = True  # it would be refused; this saves the attempts
        # The collector stays off: it would walk what a large file makes again and again, for a fifth of the time.
        # Cycles are rare, hostile ones are bounded by the memory limit; it is called between files now and then.
        _send(",".join(layers).encode())
        _serve(channel, module, scratch)
    except MemoryError:
        os._exit(protocol.EXIT_OUT_OF_MEMORY)
    finally:
        channel.detach()
    os._exit(0)


def _enclosed(setup: protocol.WorkerSetup) -> tuple[Layer, ...]:
    """Move out of the host before anything else is imported; costs the import of what does it."""
    from weighbridge.sandbox.enclosure import enclose

    return enclose(setup, (*import_paths(), *setup.policy.readable, *setup.searched))


def _serve(channel: _socket.socket, module: AnswerModule, scratch: int) -> None:
    served = 0
    while (received := _receive(channel)) is not None:
        request, descriptor, *shared = received
        try:
            for share in shared:
                module.open_share(share)
            answer = module.answer(request, descriptor, _need)
        finally:
            for one in (descriptor, *shared):
                os.close(one)
        os.ftruncate(scratch, 0)
        os.lseek(scratch, 0, os.SEEK_SET)
        _send(answer)
        served += 1
        if not served % _COLLECT_TASKS:
            gc.collect()


def _receive(channel: _socket.socket) -> tuple[bytes, int] | tuple[bytes, int, int] | None:
    """Wait for a request; None when the parent has closed the socket."""
    head = protocol.REQUEST_LENGTH.size
    received, ancillary, _, _ = channel.recvmsg(
        head + protocol.MAX_REQUEST_BYTES, _socket.CMSG_SPACE(2 * _DESCRIPTOR_BYTES)
    )
    if not received:
        return None
    if not ancillary:
        raise SandboxError("a request came without a file")
    rights = ancillary[0][2]
    first = int.from_bytes(rights[:_DESCRIPTOR_BYTES], sys.byteorder)
    (length,) = protocol.REQUEST_LENGTH.unpack_from(received)
    # The kernel ends a read after the piece that carries the descriptor; what follows is there already.
    while len(received) < head + length:
        received += os.read(protocol.CHANNEL, head + length - len(received))
    if len(rights) == _DESCRIPTOR_BYTES:
        return received[head:], first
    return received[head:], first, int.from_bytes(rights[_DESCRIPTOR_BYTES:], sys.byteorder)


def _send(answer: bytes) -> None:
    """Write an answer; one that is too long is announced by its length, at which the parent stops listening."""
    _write(protocol.ANSWER_LENGTH.pack(len(answer)))
    _write(answer)


def note(words: bytes) -> None:
    """Tell the parent something now, whatever happens next; at most ``protocol.MAX_NOTE_BYTES``."""
    _write(protocol.ANSWER_LENGTH.pack(protocol.NOTED) + protocol.NOTE_LENGTH.pack(len(words)) + words)


def _need(offset: int, length: int) -> str:
    """Have the parent put a range of the file in place, and wait for its reply."""
    _write(protocol.ANSWER_LENGTH.pack(protocol.NEEDED) + protocol.NEED.pack(offset, length))
    (refusal,) = protocol.REFUSAL_LENGTH.unpack(_read(protocol.REFUSAL_LENGTH.size))
    return _read(refusal).decode("utf-8", "backslashreplace")


def _write(part: bytes) -> None:
    rest = memoryview(part)
    while rest:
        rest = rest[os.write(protocol.CHANNEL, rest) :]


def _read(length: int) -> bytes:
    found = b""
    while len(found) < length:
        piece = os.read(protocol.CHANNEL, length - len(found))
        if not piece:
            os._exit(0)  # the parent has gone, and nobody waits for an answer
        found += piece
    return found


def import_paths() -> tuple[str, ...]:
    """Say what must stay readable so that modules can still be imported after the seal."""
    return (*sys.path, f"{sys.base_prefix}/lib", *_SHARED_LIBRARIES)


def _close_strays() -> None:
    """Close every descriptor that the parent did not mean to give, such as one it inherited itself."""
    for name in os.listdir("/proc/self/fd" if sys.platform == "linux" else "/dev/fd"):
        if int(name) > protocol.CHANNEL:
            try:
                os.close(int(name))
            except OSError:
                continue  # the descriptor of the listing itself, closed already


def _memory_file(most: int) -> int:
    """Open a scratch file in memory; RLIMIT_FSIZE bounds it, and where it shall hold nothing, it cannot grow at all."""
    descriptor = os.memfd_create("scratch", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    if not most:
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return descriptor


def _scratch_file(directories: tuple[str, ...]) -> int:
    """Open a private file without a name for members that must be decompressed to be read."""
    for directory in directories:
        try:
            return _nameless_file(directory)
        except OSError:
            continue
    raise SandboxError(
        f"none of {', '.join(directories)} takes a temporary file", hint="set TMPDIR to a directory that can be written"
    )


def _nameless_file(directory: str) -> int:
    if hasattr(os, "O_TMPFILE"):
        try:
            # O_EXCL: the file cannot be given a name later (open(2), O_TMPFILE).
            return os.open(directory, os.O_TMPFILE | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError:
            pass  # not every file system offers it
    path = f"{directory}/weighbridge-{os.urandom(16).hex()}"
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_RDWR | os.O_CLOEXEC, 0o600)
    os.unlink(path)
    return descriptor
