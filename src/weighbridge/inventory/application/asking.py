"""What the parent asks a worker about one file, as JSON of bounded size."""

from __future__ import annotations

import json
from functools import lru_cache

from weighbridge.core.values import value

MOST_BYTES = 60 << 10
"""The pool takes requests of 64 KiB."""


@value
class Wrapper:
    """A function or class of the project: ``name`` is its last word, ``parameters`` those that matter, by position.

    ``modules`` are words one of which stands in the imports of every source that can reach it.
    """

    name: str
    parameters: tuple[tuple[str, int], ...]
    modules: tuple[str, ...] = ()


@value
class Asked:
    """What is asked about one file.

    ``path`` is relative to the project. ``module`` is the dotted name of Python source, ``package`` whether it is the
    ``__init__`` of one. ``names`` are values that other files need: dotted names of a module, or keys of a
    configuration with ``KEY`` between them. ``wrappers`` are functions of the project that hand a parameter on to a
    loader; ``calls`` is whether the loaders themselves are asked for.
    """

    path: str
    module: str = ""
    package: bool = False
    names: tuple[str, ...] = ()
    wrappers: tuple[Wrapper, ...] = ()
    calls: bool = True


KEY = "\x1f"
"""Stands between the keys that lead to a value of a configuration."""


def dumps(asked: Asked) -> bytes:
    """Write what is asked, with as many names and wrappers as fit: one line, and one for the wrappers."""
    names, wrappers = asked.names, asked.wrappers
    while True:
        document = {
            "path": asked.path[:4_000], "module": asked.module, "package": asked.package, "names": names,
            "calls": asked.calls,
        }  # fmt: skip
        written = [[one.name, one.parameters, one.modules] for one in wrappers]
        data = f"{json.dumps(document, ensure_ascii=True)}\n{json.dumps(written, ensure_ascii=True)}".encode()
        if len(data) <= MOST_BYTES:
            return data
        names, wrappers = names[: len(names) // 2], wrappers[: len(wrappers) // 2]


def loads(data: bytes) -> Asked:
    """Read what the parent wrote; it is believed."""
    document, _, wrappers = data.partition(b"\n")
    found = json.loads(document)
    return Asked(
        path=found["path"], module=found["module"], package=found["package"], names=tuple(found["names"]),
        wrappers=_wrappers(wrappers), calls=found["calls"],
    )  # fmt: skip


@lru_cache(maxsize=2)  # the same are asked of one file after another
def _wrappers(data: bytes) -> tuple[Wrapper, ...]:
    return tuple(
        Wrapper(name=name, parameters=tuple((one, position) for one, position in parameters), modules=tuple(modules))
        for name, parameters, modules in json.loads(data)
    )
