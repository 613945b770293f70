"""The worker's side of loading: watches, loads, describes. All that it says is testimony of a process that may lie."""

from __future__ import annotations

import errno
import json
import mmap
import os
import sys
import traceback

from weighbridge.sandbox import worker
from weighbridge.sandbox.loaders import function
from weighbridge.sandbox.loaders.outline import Describer
from weighbridge.sandbox.loaders.parcel import Packer
from weighbridge.sandbox.loaders.witness import Witness
from weighbridge.sandbox.unpack import unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO

REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS)
"""What the jail answers to what it does not allow."""
_OUT_OF_MEMORY = ("can't allocate memory", "Cannot allocate memory", "std::bad_alloc")
"""How native code says it in an exception of another class."""
_WORDS, _LINES = 500, 8

_shared = [-1]
_called: list[Callable[[Any, Any], object]] = []


def open_scratch(_: int) -> None:
    """Loading needs no scratch file; the policy lets none grow."""


def open_share(descriptor: int) -> None:
    """Take note of the memory into which the next object is packed."""
    _shared[0] = descriptor


def prepare(*words: str) -> None:
    """Import the user's function, which is called with every object that is loaded; before the seal."""
    _called.append(function.find(*words))


def answering(
    load: Callable[[BinaryIO, str], object], show: Callable[[Any], object] = lambda found: found
) -> Callable[[bytes, int, object], bytes]:
    """Make the ``answer`` of a worker that loads with ``load``: a JSON document, an outline or an error.

    ``load`` gets the open file and its path, which can be opened only where the library wants one; ``show`` gives what
    is shown instead of the object. A request is a JSON object: ``path``; ``readable``, what may be opened; ``temp``,
    where files may be made; ``pack`` for the packed object instead of an outline; ``inputs``, offset and length in the
    shared memory of the packed second argument of the function that was prepared, whose result is then packed.
    """

    def answer(request: bytes, descriptor: int, _need: object) -> bytes:
        asked = json.loads(request)
        inputs, begin = _inputs(asked)
        witness = Witness(worker.import_paths(), worker.note, subject=tuple(asked["readable"]), temp=asked["temp"])
        sys.addaudithook(witness)
        called = False
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            witness.on = True
            # What a file runs may raise anything, also what ends interpreters; memory that ran out is the worker's.
            try:
                found = load(file, asked["path"])
                if inputs:
                    called = True
                    document = Packer(_shared[0], begin).pack(_called[0](found, *inputs))
                elif asked["pack"]:
                    document = Packer(_shared[0], begin).pack(show(found))
                else:
                    document = {"outline": Describer().describe(show(found))}
            except MemoryError:
                raise
            except BaseException as error:  # noqa: BLE001
                document = {"error": _described(error) | {"called": called}}
            witness.on = False
        return json.dumps(document).encode()

    return answer


def _inputs(asked: dict[str, Any]) -> tuple[tuple[object, ...], int]:
    """Unpack what the function is given besides the object; also tells where free memory begins."""
    if "inputs" not in asked:
        return (), 0
    begin, length = asked["inputs"]
    memory = mmap.mmap(_shared[0], begin + length)
    return (unpack(memory[begin:], memory),), begin + length


def _described(error: BaseException) -> dict[str, Any]:
    words = str(error)
    if any(phrase in words for phrase in _OUT_OF_MEMORY):
        raise MemoryError from None
    # Not extract_tb, which opens source files. The first place is in this module.
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)][1:][-_LINES:]
    return {
        "class": type(error).__name__[:_WORDS],
        "words": words[:_WORDS],
        "refused": isinstance(error, OSError) and error.errno in REFUSALS,
        "where": [f"{code.co_filename}:{line} in {code.co_name}"[:_WORDS] for code, line in frames],
    }
