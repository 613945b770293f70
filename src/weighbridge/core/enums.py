"""Enumerations of words: ``StrEnum`` has the contract of ``enum.StrEnum`` without the price of importing ``enum``.

``enum`` and what it imports cost 3 ms in each of the two processes that weigh a file, a tenth of what a small file may
cost in all. Members are strings, one object for each word, in the order in which they are written. Type checkers see
``enum.StrEnum`` itself, so they know that a ``match`` over the members is complete. See ``docs/adr/0006-values.md``.
"""

from __future__ import annotations

__all__ = ["StrEnum"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import StrEnum
    from typing import Any
else:

    class _Words(type):
        """The class of enumerations: iterates over the members and finds one by its word."""

        __members__: dict[str, Any]

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            words = {key: word for key, word in body.items() if type(word) is str and not key.startswith("__")}
            rest = {key: one for key, one in body.items() if key not in words}
            made = super().__new__(cls, name, bases, rest | {"__slots__": ()})
            members = {key: str.__new__(made, word) for key, word in words.items()}
            type.__setattr__(made, "__members__", members)
            type.__setattr__(made, "_by_word", {str(member): member for member in members.values()})
            for key, member in members.items():
                type.__setattr__(made, key, member)
            return made

        def __call__(cls, word: object) -> Any:
            """Find the member for a word; raises ValueError."""
            found = cls._by_word.get(word) if isinstance(word, str) else None
            if found is None:
                raise ValueError(f"{word!r} is not a valid {cls.__name__}")
            return found

        def __iter__(cls) -> Iterator[Any]:
            return iter(cls.__members__.values())

        def __reversed__(cls) -> Iterator[Any]:
            return reversed(cls.__members__.values())

        def __len__(cls) -> int:
            return len(cls.__members__)

        def __contains__(cls, word: object) -> bool:
            return isinstance(word, str) and word in cls._by_word

        def __setattr__(cls, name: str, _content: object = None) -> None:
            raise AttributeError(f"{cls.__name__} is frozen: {name!r} cannot change")

        __delattr__ = __setattr__

    class StrEnum(str, metaclass=_Words):
        """An enumeration whose members are their words."""

        __slots__ = ()

        @property
        def value(self) -> str:
            """The word itself."""
            return str(self)

        @property
        def name(self) -> str:
            """The name in the class body."""
            return next(name for name, member in type(self).__members__.items() if member is self)

        def __repr__(self) -> str:
            return f"<{type(self).__name__}.{self.name}: {str(self)!r}>"

        def __reduce__(self) -> tuple[type, tuple[str]]:
            return type(self), (str(self),)
