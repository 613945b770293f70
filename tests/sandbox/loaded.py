"""Loads hostile pickles whose payload is a little program; as a program itself, for a test that needs another user.

Reads from standard input, as JSON, the layers to leave out; writes what each escape of ``jail_probes`` came to, when it
was made from inside a pickle that was really loaded.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.sandbox.escape import surroundings
from tests.sandbox.jail_probes import PROBES as TABLE
from tests.sandbox.jail_probes import WALLS
from weighbridge.sandbox import loading
from weighbridge.sandbox.loading import Bounds, Library, Loading, load_in_jail
from weighbridge.sandbox.policy import ENCLOSURE, LEAST_LOADER_LAYERS, LOADER_LAYERS, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).with_name("jail_probes.py")


def running(source: str) -> bytes:
    """A pickle that runs ``source`` when it is loaded, and becomes what that leaves in ``out``."""
    expression = f"(lambda g: (exec({source!r}, g), g.get('out'))[1])({{'__name__': 'payload'}})".encode()
    return b"\x80\x02cbuiltins\neval\nX" + len(expression).to_bytes(4, "little") + expression + b"\x85R."


def load(content: bytes, library: Library = Library.PICKLE, *, seconds: float = 20.0, memory: int = 1 << 30) -> Loading:
    """Load bytes from a file of their own."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        descriptor = os.open(f"/proc/self/fd/{file.fileno()}", os.O_RDONLY)
        try:
            bounds = Bounds(seconds=seconds, memory_bytes=memory)
            return load_in_jail(descriptor, len(content), library, bounds=bounds)
        finally:
            os.close(descriptor)


def whole(layers: tuple[Layer, ...]) -> bool:
    """Whether a jail had all its walls, but for those that not every system gives to everybody."""
    return set(LEAST_LOADER_LAYERS) <= set(layers) and set(LOADER_LAYERS) - set(layers) <= set(ENCLOSURE)


@contextmanager
def without(*walls: Layer) -> Iterator[None]:
    """Weaken the jail: leave layers out, and ask for none of them."""
    whole = {"LOADER_LAYERS": LOADER_LAYERS, "LEAST_LOADER_LAYERS": LEAST_LOADER_LAYERS}
    for name, layers in whole.items():
        setattr(loading, name, tuple(layer for layer in layers if layer not in walls))
    try:
        yield
    finally:
        for name, layers in whole.items():
            setattr(loading, name, layers)


def escape(names: list[str], *walls: Layer, threads: int = 0) -> tuple[dict[str, str], Loading]:
    """Make escape attempts in one load of one pickle, in a jail without ``walls``; name what came of each."""
    with surroundings() as context, without(*walls), _with_threads(threads):
        # The probes are written for a worker that gives them its input and its scratch file; here any file will do.
        source = (
            f"source = {SOURCE.read_text('utf-8')!r}\n"
            "import sys, types, json, os\n"
            "module = types.ModuleType('probes'); sys.modules['probes'] = module\n"
            "exec(compile(source, 'probes', 'exec'), module.__dict__)\n"
            "descriptor = os.open(os.__file__, os.O_RDONLY)\n"
            "module.open_scratch(descriptor)\n"
            f"context = {json.dumps(context)}\n"
            "out = {name: module.answer(json.dumps(context | {'probe': name}).encode(), descriptor, None).decode()\n"
            f"       for name in {names}}}\n"
        )
        found = load(running(source))
        assert found.outline is not None, found
        assert (Path(str(context["secret"]))).read_text() == "secret"
        return {item.label: item.text.strip("'") for item in found.outline.items}, found


@contextmanager
def _with_threads(threads: int) -> Iterator[None]:
    """Let a file start threads, as those do that compute."""
    whole = loading.JailPolicy
    setattr(loading, "JailPolicy", lambda **words: whole(**words, threads=threads) if threads else whole(**words))  # noqa: B010  (the name is another module's)
    try:
        yield
    finally:
        setattr(loading, "JailPolicy", whole)  # noqa: B010


def told(found: Loading) -> set[tuple[str, str]]:
    """What a load was seen to try besides running code, and by whom it was seen."""
    events = [attempt.event for attempt in found.attempts if attempt.event is not None]
    return {(str(one.seen_by), one.event) for one in events if one.kind not in ("name", "code", "native")} | {
        (str(one.seen_by), one.event) for one in events if one.seen_by == "kernel"
    }


def escapes(*walls: Layer, threads: int = 0) -> tuple[dict[str, str], list[str]]:
    """Make all escapes in one load, or, where walls are missing, those that only these stop; say what was told."""
    names = [name for name in TABLE if not walls or WALLS[name] <= set(walls)]
    outcomes, found = escape(names, *walls, threads=threads)
    return outcomes, [call for seen_by, call in told(found) if seen_by == "kernel"]


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump(escapes(*map(Layer, asked["walls"]), threads=asked["threads"]), sys.stdout)
