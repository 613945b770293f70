"""The worker's side of loading: watches, loads, describes. All that it says is testimony of a process that may lie."""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback

from weighbridge.sandbox import worker
from weighbridge.sandbox.loaders.outline import Describer
from weighbridge.sandbox.loaders.parcel import Packer
from weighbridge.sandbox.loaders.witness import Witness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO

PACK = b"pack"
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS)
"""What the jail answers to what it does not allow."""
_OUT_OF_MEMORY = ("can't allocate memory", "Cannot allocate memory", "std::bad_alloc")
"""How native code says it in an exception of another class."""
_WORDS, _LINES = 500, 8


def open_scratch(_: int) -> None:
    """Loading needs no scratch file; the policy lets none grow."""


_shared = [-1]


def open_share(descriptor: int) -> None:
    """Take note of the memory into which the next object is packed."""
    _shared[0] = descriptor


def answering(load: Callable[[BinaryIO], object]) -> Callable[[bytes, int, object], bytes]:
    """Make the ``answer`` of a worker that loads with ``load``: a JSON document, an outline or an error.

    With the request PACK it is the packed object instead of an outline.
    """

    def answer(request: bytes, descriptor: int, _need: object) -> bytes:
        witness = Witness(worker.import_paths(), worker.note)
        sys.addaudithook(witness)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            witness.on = True
            # What a file runs may raise anything, also what ends interpreters; memory that ran out is the worker's.
            try:
                if request == PACK:
                    document = Packer(_shared[0]).pack(load(file))
                else:
                    document = {"outline": Describer().describe(load(file))}
            except MemoryError:
                raise
            except BaseException as error:  # noqa: BLE001
                document = {"error": _described(error)}
            witness.on = False
        return json.dumps(document).encode()

    return answer


def _described(error: BaseException) -> dict[str, Any]:
    words = str(error)
    if any(phrase in words for phrase in _OUT_OF_MEMORY):
        raise MemoryError from None
    places = traceback.extract_tb(error.__traceback__, limit=-_LINES)
    return {
        "class": type(error).__name__[:_WORDS],
        "words": words[:_WORDS],
        "refused": isinstance(error, OSError) and error.errno in REFUSALS,
        "where": [f"{place.filename}:{place.lineno} in {place.name}"[:_WORDS] for place in places],
    }
