"""Content that a program has read itself and gives to a loader from memory.

What is in memory has no name, and most of it never was a model: processes send each other pickles all the time. So only
content is judged that is, byte for byte, a file which this process opened before under a name as models have it.
"""

from __future__ import annotations

import os

from weighbridge.guard import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from weighbridge.guard.guard import Guard

REMEMBERED = 1_024
"""Opened files that are remembered."""

ENDINGS = (
    ".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt", ".bin", ".npy", ".npz", ".dill", ".safetensors", ".onnx",
    ".keras", ".h5", ".hdf5", ".gguf",
)  # fmt: skip

_opened: dict[str, int] = {}
"""Sizes of files that were opened for reading, by their absolute paths."""
_sizes: set[int] = set()


def note(path: str) -> None:
    """Remember a file that is about to be opened."""
    try:
        size = os.stat(path).st_size
    except (OSError, ValueError):
        return
    if len(_opened) >= REMEMBERED:
        forget()
    _opened[path] = size
    _sizes.add(size)


def forget() -> None:
    """Forget all files."""
    _opened.clear()
    _sizes.clear()


def check(guard: Guard, loader: str, content: Callable[[], Any]) -> None:
    """Judge content in memory if it is that of a remembered file; raises Refused."""
    if not _sizes:
        return
    with memoryview(content()) as view:
        size = view.nbytes
        if size not in _sizes:
            return
        from hashlib import sha256

        digest = sha256(view if view.contiguous else view.tobytes()).hexdigest()
    for path in [path for path, opened in tuple(_opened.items()) if opened == size]:
        try:
            with files.hold(path) as held:
                held.read(copy=False)
                if held.digest == digest:
                    guard.settle(guard.judge(loader, held))
        except (OSError, files.Irregular, files.Changed):
            continue
