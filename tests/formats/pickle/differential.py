"""One stream through the machine and through both of CPython's unpicklers, which only record the names they resolve.

Law: what either unpickler resolves, the machine reports; and unless it says that it is not ``exact``, it reports
nothing else. It does not look at text that is never used as a name, nor at who registered an extension code: where a
loader stops at these, it may report more. ``find_class`` never imports: it hands out a stub that accepts every use.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from weighbridge.core.errors import OverLimit
from weighbridge.core.limits import Limits
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Node
from weighbridge.formats.pickle.frames import READINGS, Spliced
from weighbridge.formats.pickle.host import Host
from weighbridge.formats.pickle.machine import Machine
from weighbridge.formats.pickle.stack import Broken

if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource

EXTENSIONS = {1: ("ext_module", "one"), 2: ("ext_module", "two"), 300: ("ext_module", "three")}


def _accept(*_args: Any, **_words: Any) -> None:
    """Take anything."""


class _Meta(type):
    __setitem__ = append = extend = add = _accept

    def __call__(cls, *_args: Any, **_words: Any) -> Any:
        return object.__new__(cls)


class Stub(metaclass=_Meta):
    """Stands for whatever a name, a persistent id or a call gives."""

    __setitem__ = append = extend = add = __setstate__ = _accept  # type: ignore[assignment]

    def __new__(cls, *_args: Any, **_words: Any) -> Any:
        return object.__new__(cls)

    def __call__(self, *_args: Any, **_words: Any) -> Any:
        return object.__new__(Stub)


def _recording(base: Any) -> Any:
    class Recording(base):  # type: ignore[misc]
        def __init__(self, file: io.BufferedIOBase) -> None:
            super().__init__(file, encoding="latin1", buffers=(b"four" for _ in range(1000)))
            self.names: set[str] = set()

        def find_class(self, module: str, name: str) -> Any:
            self.names.add(f"{module}.{name}")
            return Stub

        def persistent_load(self, _pid: Any) -> Any:
            return object.__new__(Stub)

    return Recording


C_UNPICKLER = _recording(pickle.Unpickler)
PYTHON_UNPICKLER = _recording(pickle._Unpickler)  # type: ignore[attr-defined]
_EXTENSION_NAMES = {".".join(name) for name in EXTENSIONS.values()}


@dataclass
class Outcome:
    """What the three readers resolved; ``end`` is where the machine found STOP, None if it found a break."""

    c: set[str]
    c_from_file: set[str]
    python: set[str]
    machine: set[str]
    exact: bool
    end: int | None
    over_limit: bool


class _Ahead(io.BytesIO):
    """A file that lets the C unpickler look at everything ahead, as if it read from memory."""

    def peek(self, _size: int = -1) -> bytes:
        """Give all that is left without moving."""
        return self.getvalue()[self.tell() :]


def by_unpickler(cls: Any, file: io.BufferedIOBase) -> tuple[set[str], Exception | None]:
    """Load with an unpickler that only records; every error of the stream is part of the answer."""
    reader, trouble = cls(file), None
    try:
        reader.load()
    except Exception as error:  # noqa: BLE001  (a hostile stream may raise anything)
        trouble = error
    return set(reader.names) - _EXTENSION_NAMES, trouble


def _is_unseen(trouble: Exception | None) -> bool:
    """Tell whether a loader stopped at what the machine does not look at, or for want of memory."""
    if isinstance(trouble, ValueError) and str(trouble).startswith("unregistered extension code"):
        return True
    return isinstance(trouble, UnicodeDecodeError | MemoryError)


def _ascii(names: set[str]) -> set[str]:
    """Leave out names beyond ASCII: Python 2 strings read otherwise under each encoding that a loader may have."""
    return {name for name in names if name.isascii()}


def compare(data: bytes) -> Outcome:
    """Run one stream through all three readers."""
    for code, (module, name) in EXTENSIONS.items():
        if code not in copyreg._inverted_registry:  # type: ignore[attr-defined]
            copyreg.add_extension(module, name, code)
    copyreg._extension_cache.clear()  # type: ignore[attr-defined]
    source: ByteSource = BytesSource(data)
    end, over, exact = None, False, True
    found: set[str] = set()
    for _ in range(READINGS + 1):
        machine = Machine(source, 0, Node(name="stream"), Limits(), Host())
        machine.alive = {"C", "Python"} if isinstance(source, BytesSource) else {"C"}
        try:
            end = machine.run()
        except Broken:
            pass
        except OverLimit:
            over = True
        found |= {name.written or name.dotted for name in machine.ledger.names.values()}
        exact = exact and machine.exact and machine.dropped is None
        if machine.dropped is None:
            break
        source = Spliced(source, machine.dropped)
    (c, first), (c_from_file, second), (python, third) = (
        by_unpickler(C_UNPICKLER, _Ahead(data)),
        by_unpickler(C_UNPICKLER, io.BytesIO(data)),
        by_unpickler(PYTHON_UNPICKLER, io.BytesIO(data)),
    )
    return Outcome(
        c=_ascii(c),
        c_from_file=_ascii(c_from_file),
        python=_ascii(python),
        machine=_ascii(found),
        exact=exact and not any(map(_is_unseen, (first, second, third))),
        end=end,
        over_limit=over,
    )


def check(data: bytes) -> Outcome:
    """Hold the law for one stream."""
    outcome = compare(data)
    if outcome.over_limit:
        return outcome
    assert outcome.c <= outcome.machine, (data, outcome)
    assert outcome.c_from_file <= outcome.machine, (data, outcome)
    assert outcome.python <= outcome.machine, (data, outcome)
    if outcome.exact:
        assert outcome.machine == outcome.c | outcome.c_from_file | outcome.python, (data, outcome)
    return outcome
