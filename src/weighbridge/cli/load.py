"""``weighbridge load``: open a file with its real library where it can do no harm, and say what it held and tried."""

from __future__ import annotations

from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.loaded import Loaded
    from weighbridge.cli.options import Given

FORMATS = ("text", "json", "markdown", "html")
LIBRARIES = ("torch", "joblib", "pickle", "numpy", "keras", "transformers", "onnx")
_LOOKS_LIKE = {
    ".pt": "torch", ".pth": "torch", ".ckpt": "torch", ".bin": "torch", ".joblib": "joblib", ".pkl": "pickle",
    ".pickle": "pickle", ".npy": "numpy", ".npz": "numpy", ".keras": "keras", ".h5": "keras", ".onnx": "onnx",
}  # fmt: skip
"""What usually loads files that are named so; only said to people, never relied on."""

COMMAND = Command(
    name="load",
    description="Load a file or model directory with its real library in a jail: what it holds, what it tried.",
    formats=FORMATS,
    operand=Operand(metavar="PATH", help="a file, or with transformers a directory, on this machine", most=1),
    groups=(
        Group(
            title="how it is loaded",
            options=(
                Option(
                    names=("--with",), metavar="LIBRARY", choices=LIBRARIES,
                    help="what loads it, with unsafe settings, such as trust_remote_code; needed",
                ),
                Option(names=("--trace",), help="show also what honest files do: names and imports"),
                Option(
                    names=("--detonate",),
                    help="load it also when the scan says malicious; a report says what it attempted",
                ),
                Option(names=("--strict",), help="refuse to load when any layer of the jail is missing"),
                Option(
                    names=("--timeout",), metavar="SECONDS", number=True,
                    help="time it may take (default: 60, and more for large files)",
                ),
                Option(
                    names=("--memory",), metavar="MIB", number=True,
                    help="memory it may take (default: 2048 and three times its size)",
                ),
            ),
        ),
    ),
    epilog="""\
exit codes: 0 loaded and nothing was tried, 1 something forbidden was tried or
the file is malicious, 2 an error, 3 it came to no end: time, memory, a crash

examples:
  weighbridge load model.pt --with torch
  weighbridge load ./my-model --with transformers
  weighbridge load sample.pkl --with pickle --detonate -o html=report.html
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, FORMATS)
    path = given.operands[0]
    if not given.one("--with"):
        raise _missing(path)
    for name in ("--timeout", "--memory"):
        if given.one(name) and not given.number(name):
            raise UsageError(f"{name} cannot be 0", hint="leave it out for the usual bound")
    from weighbridge.cli.loaded import Loaded
    from weighbridge.sandbox.loading import Bounds, Library
    from weighbridge.sandbox.weighed import weigh_and_load

    weighed = weigh_and_load(
        path,
        Library(given.one("--with")),
        detonate=given.on("--detonate"),
        strict=given.on("--strict"),
        bounds=Bounds(seconds=float(given.number("--timeout")), memory_bytes=given.number("--memory") << 20),
    )
    done = Loaded(path=path, library=given.one("--with"), scanned=weighed.scanned, loading=weighed.loading)
    for destination in destinations:
        write(_rendered(done, destination, trace=given.on("--trace")), destination)
    return done.code()


def _missing(path: str) -> UsageError:
    """Say that nothing was named to load with, and what it might be."""
    import os

    likely = _LOOKS_LIKE.get(os.path.splitext(path)[1].lower(), "")
    if os.path.isfile(os.path.join(path, "config.json")):
        likely = "transformers"
    words = f": this looks like {likely}" if likely else ""
    return UsageError(f"--with is missing{words}", hint=f"say what loads it: --with {', '.join(LIBRARIES)}")


def _rendered(done: Loaded, destination: Output, *, trace: bool) -> str:
    if destination.format == "json":
        from weighbridge.cli import load_json

        return load_json.render(done)
    if destination.format == "markdown":
        from weighbridge.cli import load_markdown

        return load_markdown.render(done, trace=trace)
    if destination.format == "html":
        from weighbridge.cli import load_html

        return load_html.render(done, trace=trace)
    from weighbridge.cli import load_text

    return load_text.render(done, trace=trace)
