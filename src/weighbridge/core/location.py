"""Where in a file something is: the chain of members that lead to it and a span of bytes inside the last one."""

from __future__ import annotations

from weighbridge.core.values import value


@value
class Location:
    """A span of bytes; ``member`` names the enclosing members from the outside in, ``()`` is the file itself."""

    member: tuple[str, ...] = ()
    offset: int | None = None
    length: int | None = None

    def __str__(self) -> str:
        where = " > ".join(self.member)
        if self.offset is None:
            return where
        return f"{where} @{self.offset}" if where else f"@{self.offset}"
