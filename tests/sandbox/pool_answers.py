"""A toy in place of the engine: does what the request says, good or bad, inside a sealed worker."""

from __future__ import annotations

import os
import signal
import sys
import time

from weighbridge.sandbox import protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_scratch: list[int] = []


def open_scratch(descriptor: int) -> None:
    """Remember the scratch file."""
    _scratch.append(descriptor)


def answer(request: bytes, descriptor: int, need: Callable[[int, int], str]) -> bytes:
    """Look up the word of the request among the functions below."""
    word, _, argument = request.decode().partition(" ")
    if word in _NEEDS:
        return _NEEDS[word](argument, descriptor, need)
    return _ANSWERS[word](argument, descriptor)


def _need(ranges: str, descriptor: int, need: Callable[[int, int], str]) -> bytes:
    """Ask for each range; give what is then there, or the refusal."""
    found = []
    for one in ranges.split():
        offset, length = map(int, one.split("+"))
        found.append(need(offset, length).encode() or os.pread(descriptor, length, offset))
    return b"|".join(found)


def _need_for_ever(_: str, __: int, need: Callable[[int, int], str]) -> bytes:
    while True:
        need(0, 1)


def _need_and_spin(_: str, descriptor: int, need: Callable[[int, int], str]) -> bytes:
    need(0, 1)
    return _spin("", descriptor)


def _talk_on(_: str, __: int, ___: Callable[[int, int], str]) -> bytes:
    """Say more behind a need before the reply."""
    os.write(protocol.CHANNEL, protocol.ANSWER_LENGTH.pack(protocol.NEEDED) + protocol.NEED.pack(0, 1) + b"more")
    time.sleep(60)
    return b""


def _flood_with_needs(_: str, __: int, ___: Callable[[int, int], str]) -> bytes:
    """Ask without taking the replies."""
    while True:
        os.write(protocol.CHANNEL, protocol.ANSWER_LENGTH.pack(protocol.NEEDED) + protocol.NEED.pack(0, 1))
        time.sleep(0.001)


def _write_into_it(_: str, descriptor: int, need: Callable[[int, int], str]) -> bytes:
    need(0, 1)
    try:
        os.pwrite(descriptor, b"!", 0)
    except OSError as error:
        return str(error.errno).encode()
    return b"written"


def _half_a_need(_: str, __: int, ___: Callable[[int, int], str]) -> bytes:
    os.write(protocol.CHANNEL, protocol.ANSWER_LENGTH.pack(protocol.NEEDED) + b"half")
    time.sleep(60)
    return b""


def _read(_: str, descriptor: int) -> bytes:
    return os.read(descriptor, 1 << 20)


def _identify(_: str, __: int) -> bytes:
    return str(os.getpid()).encode()


def _exit(code: str, _: int) -> bytes:
    os._exit(int(code))


def _raise(words: str, _: int) -> bytes:
    raise ValueError(words)


def _signal(number: str, _: int) -> bytes:
    os.kill(os.getpid(), int(number))
    time.sleep(60)
    return b"survived"


def _spin(_: str, __: int) -> bytes:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        pass


def _sleep(seconds: str, _: int) -> bytes:
    time.sleep(float(seconds))
    return b"awake"


def _allocate(count: str, _: int) -> bytes:
    return str(len(bytearray(int(count)))).encode()


def _grow(_: str, __: int) -> bytes:
    hoard = []
    while True:
        hoard.append(bytearray(1 << 16))


def _blow_up(count: str, _: int) -> bytes:
    return bytes(int(count))


def _announce(count: str, _: int) -> bytes:
    os.write(protocol.CHANNEL, protocol.ANSWER_LENGTH.pack(int(count)))
    time.sleep(60)
    return b""


def _trickle(_: str, __: int) -> bytes:
    os.write(protocol.CHANNEL, protocol.ANSWER_LENGTH.pack(1000))
    while True:
        os.write(protocol.CHANNEL, b"x")
        time.sleep(0.05)


def _answer_twice(_: str, __: int) -> bytes:
    os.write(protocol.CHANNEL, (protocol.ANSWER_LENGTH.pack(5) + b"first") * 2)
    time.sleep(60)
    return b""


def _shout(_: str, __: int) -> bytes:
    while True:
        os.write(2, b"x" * 65536)


def _hang_up(_: str, __: int) -> bytes:
    os.close(protocol.CHANNEL)
    time.sleep(60)
    return b""


def _close_everything(_: str, __: int) -> bytes:
    os.closerange(0, 64)
    time.sleep(60)
    return b""


def _spill(count: str, _: int) -> bytes:
    written = 0
    while written < int(count):
        written += os.write(_scratch[0], bytes(1 << 16))
    return str(written).encode()


def _measure_scratch(_: str, __: int) -> bytes:
    status = os.fstat(_scratch[0])
    position = os.lseek(_scratch[0], 0, os.SEEK_CUR)
    return f"{status.st_size} {status.st_nlink} {status.st_mode & 0o777:o} {position}".encode()


def _name_scratch(path: str, _: int) -> bytes:
    os.link(f"/proc/self/fd/{_scratch[0]}", path, follow_symlinks=True)
    return b"named"


def _look_around(_: str, __: int) -> bytes:
    kinds = []
    for descriptor in range(64):
        try:
            kinds.append(f"{descriptor}:{os.fstat(descriptor).st_mode >> 12:o}")
        except OSError:
            continue
    facts = (
        " ".join(kinds),
        " ".join(f"{name}={content}" for name, content in os.environ.items()),
        os.getcwd(),
        " ".join(sys.path),
    )
    return "\n".join(facts).encode()


def _import(names: str, _: int) -> bytes:
    for name in names.split():
        __import__(name)
    return b"imported"


def _hash(words: str, _: int) -> bytes:
    import hashlib

    return hashlib.sha256(words.encode()).hexdigest().encode()


def _call_x32(_: str, __: int) -> bytes:
    from weighbridge.sandbox.kernel import running_kernel

    kernel = running_kernel()
    assert kernel is not None
    return str(kernel.syscall(0x40000000 | 39, 0, 0, 0, 0, 0, 0)).encode()


def _start_threads(count: str, _: int) -> bytes:
    """Start threads that stay, as many as asked for or as there may be."""
    import threading

    hold = threading.Event()
    started = 0
    try:
        for _number in range(int(count)):
            threading.Thread(target=hold.wait, daemon=True).start()
            started += 1
    except RuntimeError:
        pass
    hold.set()
    return str(started).encode()


def _bomb_of_threads(rounds: str, _: int) -> bytes:
    """Let threads start threads, which stay; say how many there were at the most."""
    import threading

    hold = threading.Event()

    def multiply() -> None:
        while not hold.is_set():
            try:
                threading.Thread(target=multiply, daemon=True).start()
            except RuntimeError:
                time.sleep(0.001)

    most = 0
    threading.Thread(target=multiply, daemon=True).start()
    for _number in range(int(rounds)):
        time.sleep(0.005)
        most = max(most, len(sys._current_frames()) - 1)
    hold.set()
    return str(most).encode()


def _clone(flags: str, _: int) -> bytes:
    """Call clone(2) with flags and no stack, as fork does; a child that comes of it ends at once."""
    from weighbridge.sandbox.kernel import running_kernel

    kernel = running_kernel()
    assert kernel is not None
    result = kernel.call("clone", int(flags, 16))
    if result == 0:
        os._exit(0)
    return str(result).encode()


_NEEDS = {
    "need": _need,
    "need-for-ever": _need_for_ever,
    "need-and-spin": _need_and_spin,
    "talk-on": _talk_on,
    "flood-with-needs": _flood_with_needs,
    "write-into-it": _write_into_it,
    "half-a-need": _half_a_need,
}
_ANSWERS = {
    "read": _read,
    "identify": _identify,
    "exit": _exit,
    "raise": _raise,
    "signal": _signal,
    "spin": _spin,
    "sleep": _sleep,
    "allocate": _allocate,
    "grow": _grow,
    "blow-up": _blow_up,
    "announce": _announce,
    "trickle": _trickle,
    "answer-twice": _answer_twice,
    "shout": _shout,
    "hang-up": _hang_up,
    "close-everything": _close_everything,
    "spill": _spill,
    "measure-scratch": _measure_scratch,
    "name-scratch": _name_scratch,
    "look-around": _look_around,
    "import": _import,
    "hash": _hash,
    "call-x32": _call_x32,
    "start-threads": _start_threads,
    "bomb-of-threads": _bomb_of_threads,
    "clone": _clone,
}
