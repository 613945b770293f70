"""``weighbridge convert``: weights out of pickles into safetensors, with nothing executed."""

from __future__ import annotations

import os

from weighbridge.cli.console import Progress
from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write
from weighbridge.core.errors import AccessError, UsageError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from weighbridge.access.local import Found
    from weighbridge.cli.options import Given
    from weighbridge.cli.output import Output
    from weighbridge.conversion.compare import Difference
    from weighbridge.conversion.convert import Converted, Target

COMMAND = Command(
    name="convert",
    description="Turn checkpoints into safetensors; nothing of a file is imported or called.",
    formats=("text", "json"),
    operand=Operand(metavar="FILE|DIR", help="torch, numpy, joblib, Keras, HDF5, safetensors; or a model's directory"),
    groups=(
        Group(
            title="what and where",
            options=(
                Option(
                    names=("--into",), metavar="DIR|FILE",
                    help="a directory, or a name that ends in .safetensors (default: beside FILE)",
                ),
                Option(names=("--key",), metavar="PATH", help="convert what lies there, such as model.state_dict"),
                Option(
                    names=("--max-shard-size",), metavar="BYTES", help="several files and an index, such as 500MB, 5GB"
                ),
                Option(names=("--partial",), help="go on without tensors that safetensors does not have"),
                Option(
                    names=("--keep",), metavar="FORMAT", choices=("safetensors", "pickle"),
                    help="what to take where both lie side by side in DIR and differ",
                ),
                Option(names=("--check",), help="compare instead: are two files, or directories, the same weights?"),
            ),
        ),
    ),
    epilog="""\
Beside the weights it writes NAME.convert.json, what was done and what was
dropped, and NAME.plain.json when there are plain data besides the tensors.
A directory goes into a new one, which --into names: plain files are copied,
what may run is left out, weights get the names that libraries look for.
exit codes: 0 done, or the same weights; 1 other weights, or bytes that are not
what a checksum says; 2 an error

examples:
  weighbridge convert model.pt
  weighbridge convert last.ckpt --key state_dict --into weights
  weighbridge convert downloaded --into safe
  weighbridge convert --check model.pt model.safetensors
""",
)  # fmt: skip

SUFFIX = ".safetensors"
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    from weighbridge.cli import converted

    if any(os.path.isdir(path) for path in given.operands):
        return _folders(given, destinations)
    if given.on("--check"):
        found = tuple(_compared(given))
        for destination in destinations:
            write(converted.compared(given.operands, found, destination.format), destination)
        return FAIL if found else PASS
    targets = _targets(given)
    done = [_converted(path, target, given) for path, target in zip(given.operands, targets, strict=True)]
    for destination in destinations:
        write(converted.report(done, destination.format), destination)
    return PASS


def _folders(given: Given, destinations: Sequence[Output]) -> int:
    """Convert one directory, or compare two."""
    from weighbridge.cli import convert_folder, converted_folder

    into = given.one("--into")
    if given.on("--check"):
        if len(given.operands) != 2 or not all(os.path.isdir(path) for path in given.operands):
            raise UsageError("--check compares two files or two directories", hint="weighbridge convert --check A B")
        pairs = convert_folder.compared(given.operands, given)
        if not pairs:
            raise UsageError("neither directory holds weights, so there is nothing to compare")
        for destination in destinations:
            write(converted_folder.compared(given.operands, pairs, destination.format), destination)
        return FAIL if any(one.differences for one in pairs) else PASS
    if len(given.operands) > 1 or not into or into.endswith(SUFFIX):
        raise UsageError("a directory is converted by itself, into a new one", hint="weighbridge convert A --into B")
    done = convert_folder.converted(given.operands[0], into, _size(given.one("--max-shard-size")), given)
    for destination in destinations:
        write(converted_folder.report(done, destination.format), destination)
    return PASS


def _targets(given: Given) -> list[Target]:
    """Choose where the result of each file goes; raises UsageError when two would go to one place."""
    from weighbridge.conversion.convert import Target

    into, size = given.one("--into"), _size(given.one("--max-shard-size"))
    if into.endswith(SUFFIX) and len(given.operands) > 1:
        raise UsageError("--into names one file and there are several to convert", hint="name a directory")
    stems = []
    if "-" in given.operands and not into.endswith(SUFFIX):
        raise UsageError("what comes from stdin has no name", hint="--into NAME.safetensors gives it one")
    for path in given.operands:
        folder, name = os.path.split(path)
        stem = os.path.join(into or folder, os.path.splitext(name)[0] or name)
        stems.append(into.removesuffix(SUFFIX) if into.endswith(SUFFIX) else stem)
    for stem in stems:
        if stems.count(stem) > 1:
            raise UsageError(f"two results would go to {stem + SUFFIX!r}", hint="convert them one by one with --into")
    return [Target(stem=stem, shard_bytes=size, partial=given.on("--partial")) for stem in stems]


def _size(words: str) -> int:
    number = words.upper().rstrip("KMGIB")
    unit = words.upper()[len(number) :]
    if not words:
        return 0
    if not (number.isascii() and number.isdigit()) or (unit and unit not in _UNITS) or not int(number[:18]):
        raise UsageError(f"--max-shard-size cannot be {words!r}", hint="for example 500MB or 5GB")
    return int(number[:18]) * _UNITS.get(unit, 1)


def _opened(path: str) -> Found:
    """Open a file once: what is planned is what is converted."""
    from weighbridge.access.local import find
    from weighbridge.core.values import replace

    found = next(find(path))
    if found.trouble:
        raise AccessError(f"cannot open {path!r}: {found.trouble}", hint="check the path")
    try:
        descriptor = found.open()
    except OSError as error:
        raise AccessError(f"cannot open {path!r}: {reason(error)}", hint="check the path") from None
    return replace(found, descriptor=descriptor, size=os.fstat(descriptor).st_size)


def _converted(path: str, target: Target, given: Given) -> Converted:
    from weighbridge.cli.planner import nameless_file, planned
    from weighbridge.conversion.convert import convert
    from weighbridge.core.events import Examined, Planned
    from weighbridge.engine.files import OpenFile

    progress = Progress(quiet=given.on("--quiet"))

    def tell(size: int) -> None:
        progress(Examined(path=path, size=size, reused=False))

    opened = _opened(path)
    try:
        file = OpenFile(opened.descriptor)
        with nameless_file(os.path.dirname(target.stem)) as unpacked:
            plan = planned(opened, unpacked.fileno(), given.one("--key"))
            made, done = _make_folder(target.stem), None
            try:
                progress(Planned(files=1, size=sum(one.size for one in plan.tensors)))
                done = convert(file, path, plan, target, tell, unpacked=unpacked.fileno())
            finally:
                if done is None:
                    _unmake(made)
            return done
    except OSError as error:
        raise AccessError(f"cannot read {path!r}: {reason(error)}", hint="check the path") from None
    finally:
        os.close(opened.descriptor)
        progress.close()


def _make_folder(stem: str) -> list[str]:
    """Make the directory of a result; gives what was made for it, the innermost first."""
    folder = os.path.dirname(stem) or os.curdir
    made, above = list[str](), folder
    while above and not os.path.lexists(above):
        made.append(above)
        above = os.path.dirname(above)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write to {folder!r}: {reason(error)}") from None
    return made


def _unmake(folders: list[str]) -> None:
    for folder in folders:
        try:
            os.rmdir(folder)
        except OSError:
            return  # somebody else has put something there


def _compared(given: Given) -> Iterator[Difference]:
    from contextlib import ExitStack

    from weighbridge.cli.planner import nameless_file, planned
    from weighbridge.conversion.compare import differences
    from weighbridge.conversion.sources import RangeSource

    if len(given.operands) != 2:
        raise UsageError("--check compares two files", hint="weighbridge convert --check A B")
    keys = given.one("--key"), ""
    with ExitStack() as opened:
        plans, sources = [], []
        for path, key in zip(given.operands, keys, strict=True):
            file = _opened(path)
            opened.callback(os.close, file.descriptor)
            unpacked = opened.enter_context(nameless_file()).fileno()
            plans.append(planned(file, unpacked, key))
            sources.append(RangeSource(file.descriptor, unpacked))
        if not any(plan.tensors or plan.unsupported for plan in plans):
            raise UsageError("neither file holds a tensor, so there is nothing to compare")
        yield from differences(plans[0], sources[0], plans[1], sources[1])
