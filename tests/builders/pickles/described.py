"""Objects described instead of made: what a pickler would emit for them, as values among plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ops:
    """Opcodes that leave one value on the stack, in the place of a value."""

    code: bytes


@dataclass(frozen=True, slots=True)
class Global:
    """An importable name."""

    module: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Reduce:
    """A call by REDUCE, then list items, dictionary items and state, in that order."""

    callable: object
    arguments: tuple[object, ...] = ()
    state: object = None
    items: tuple[object, ...] = ()
    pairs: tuple[tuple[object, object], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class NewObj:
    """An object made by NEWOBJ, by NEWOBJ_EX when there are keywords, by `copyreg._reconstructor` before protocol 2."""

    cls: Global
    arguments: tuple[object, ...] = ()
    state: object = None
    keywords: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PersistentId:
    """A reference that only the loader can resolve: BINPERSID, or PERSID at protocol 0."""

    id: object
