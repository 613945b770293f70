"""Runs the little program that a request holds, inside a worker, and answers with what it leaves in ``out``."""

from __future__ import annotations


def open_scratch(_: int) -> None:
    """Programs need no scratch file."""


def answer(request: bytes, descriptor: int, _need: object) -> bytes:
    """Run the program; a refusal that it does not handle is an answer, too."""
    names: dict[str, object] = {"descriptor": descriptor}
    try:
        exec(request.decode(), names)
    except OSError as error:
        return repr(error).encode()
    return repr(names.get("out")).encode()
