"""Where reports go: stdout, or files that are either complete or not touched at all."""

from __future__ import annotations

import os
import sys

from weighbridge.core.errors import UsageError, reason
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given

STDOUT = "-"


@value
class Output:
    """A format and the file it goes to."""

    format: str
    file: str = STDOUT


def outputs(given: Given, formats: tuple[str, ...]) -> tuple[Output, ...]:
    """Read ``--format`` and ``--output``; raises UsageError, also for a file that cannot be written.

    stdout gets the report unless a file without a format of its own takes its place. The files are tried now, because
    nobody wants to hear after an hour that a directory does not exist.
    """
    usual = given.one("--format") or formats[0]
    found, on_stdout = [], True
    for word in given.every("--output"):
        name, equals, file = word.partition("=")
        if equals and name in formats:
            found.append(Output(format=name, file=file))
        else:
            found.append(Output(format=usual, file=word))
            on_stdout = False
    if on_stdout and all(one.file != STDOUT for one in found):
        found.insert(0, Output(format=usual))
    files = [one.file for one in found]
    for file in files:
        if files.count(file) > 1:
            raise UsageError(f"two reports would go to {'stdout' if file == STDOUT else repr(file)}")
        if file != STDOUT:
            check_writable(file)
    return tuple(found)


def check_writable(file: str) -> None:
    """Raise UsageError for a file that cannot be written, before any work is done for it."""
    if not file:
        raise UsageError("--output names no file")
    folder = os.path.dirname(os.path.realpath(file))
    if not os.path.isdir(folder):
        raise UsageError(f"cannot write {file!r}: there is no directory {folder!r}")
    if os.path.isdir(file):
        raise UsageError(f"cannot write {file!r}: it is a directory")
    if not os.access(file if os.path.exists(file) else folder, os.W_OK):
        raise UsageError(f"cannot write {file!r}: permission denied")


def write(text: str, output: Output) -> None:
    """Write a whole document; raises UsageError, and BrokenPipeError when nobody reads stdout any more."""
    if output.file == STDOUT:
        _to_stdout(text, output.format)
        return
    try:
        _to_file(text.encode("utf-8", "backslashreplace"), os.path.realpath(output.file))
    except OSError as error:
        raise UsageError(f"cannot write {output.file!r}: {reason(error)}") from None


def _to_file(content: bytes, path: str) -> None:
    """Write beside the file and put the whole in its place; a device or a pipe is written as it is."""
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as device:
            device.write(content)
        return
    unfinished = f"{path}.{os.getpid()}.part"
    with open(unfinished, "xb", buffering=0) as file:
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) :]
            os.replace(unfinished, path)
        except BaseException:
            os.unlink(unfinished)
            raise


_PLAIN = str.maketrans({"✓": "+", "✗": "x", "│": "|", "…": "...", "·": "-", "—": "-", "×": "x", "≥": ">="})
"""Our own marks, for a stdout that cannot show them."""


def _to_stdout(text: str, format_name: str) -> None:
    """Text is for a person and takes the encoding of the terminal; documents are UTF-8 wherever they go."""
    if sys.stdout is None:
        raise UsageError("stdout is closed", hint="name a file: --output FILE")
    encoding = sys.stdout.encoding if format_name == "text" else "utf-8"
    if not encoding.lower().startswith("utf"):
        text = text.translate(_PLAIN)
    try:
        sys.stdout.buffer.write(text.encode(encoding, "backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"cannot write to stdout: {reason(error)}") from None
