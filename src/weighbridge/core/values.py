"""Frozen values: ``@value`` makes a class immutable, slotted and keyword-only, with equality, hash and repr by content.

It keeps the contract of ``@dataclass(frozen=True, slots=True, kw_only=True)`` at a twentieth of its price: dataclasses
write and compile source for every class, 0.45 ms each, twice (the scanner starts a jailed child), which alone would
exceed the time allowed for weighing a small file. See ``docs/adr/0006-values.md``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar, dataclass_transform

    C = TypeVar("C", bound=type)
    V = TypeVar("V")
else:

    def dataclass_transform(**_words: object) -> Callable[[V], V]:
        """Stand in for ``typing.dataclass_transform``, which only type checkers read."""
        return lambda decorated: decorated


class _Missing:
    """The mark of a field without a default."""


MISSING = _Missing()


def _init(self: Any, **given: Any) -> None:
    for name, write, default in type(self).__value_fields__:
        content = given.pop(name, default)
        if content is MISSING:
            raise TypeError(f"{type(self).__name__} needs {name!r}")
        write(self, content)
    if given:
        raise TypeError(f"{type(self).__name__} has no field {next(iter(given))!r}")


def _frozen(self: Any, name: str, _content: object = None) -> None:
    raise AttributeError(f"{type(self).__name__} is frozen: {name!r} cannot change")


def _contents(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name, _, _ in type(self).__value_fields__)


def _equal(self: Any, other: object) -> bool:
    return _contents(self) == _contents(other) if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash((type(self).__name__, _contents(self)))


def _repr(self: Any) -> str:
    inside = ", ".join(f"{name}={getattr(self, name)!r}" for name, _, _ in type(self).__value_fields__)
    return f"{type(self).__name__}({inside})"


def _reduced(self: Any) -> tuple[Any, ...]:
    return _rebuilt, (type(self), {name: getattr(self, name) for name, _, _ in type(self).__value_fields__})


def _rebuilt(cls: type[V], held: dict[str, Any]) -> V:
    """Make the copy that ``copy`` and other processes ask for."""
    return cls(**held)


@dataclass_transform(eq_default=True, kw_only_default=True, frozen_default=True)
def value(cls: C) -> C:
    """Turn an annotated class into a frozen value; fields of value base classes come first."""
    body = dict(cls.__dict__)
    fields: dict[str, Any] = {}
    for base in cls.__mro__[-2:0:-1]:
        fields.update({field[0]: field for field in base.__dict__.get("__value_fields__", ())})
    own = {}
    for name, kind in body.get("__annotations__", {}).items():
        if not str(kind).startswith("ClassVar"):
            own[name] = body.pop(name, MISSING)
    for name in _OF_THE_FIRST_CLASS:
        body.pop(name, None)
    body["__slots__"] = tuple(name for name in own if name not in fields)
    body["__init__"], body["__eq__"], body["__hash__"] = _init, _equal, _hash
    body["__setattr__"] = body["__delattr__"] = _frozen
    body["__reduce__"] = _reduced
    body.setdefault("__repr__", _repr)
    made: Any = type(cls)(cls.__name__, cls.__bases__, body)
    fields.update({name: (name, getattr(made, name).__set__, default) for name, default in own.items()})
    made.__value_fields__ = tuple(fields.values())
    finished: C = made
    return finished


_OF_THE_FIRST_CLASS = ("__dict__", "__weakref__")


def field_names(cls: type) -> tuple[str, ...]:
    """Name the fields of a value class, in order of declaration."""
    return tuple(name for name, _, _ in cls.__dict__["__value_fields__"])


def replace(one: V, **changes: Any) -> V:
    """Copy a value with some fields changed."""
    held = {name: getattr(one, name) for name in field_names(type(one))}
    return type(one)(**(held | changes))
