"""What a loader adds to the bare unpickler: persistent ids, arrays inside the stream, interest in certain calls."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.pickle.abstract import Box, Global, Made, Value
    from weighbridge.formats.pickle.machine import Machine


class Host:
    """The bare unpickler. Formats that wrap pickles override what their loader overrides."""

    watched: frozenset[tuple[str, str]] = frozenset()
    """Names whose calls and builds the host wants to see, one by one."""

    def constant(self, opcode: int, offset: int, length: int, piece: bytes) -> None:
        """Take note of a long string or byte operand; ``piece`` is its beginning."""

    def persistent(self, machine: Machine, identity: Value, at: int) -> Value | None:  # noqa: ARG002
        """Give what the loader makes of a persistent id, None where the enclosing format does not define it."""
        return None

    def called(self, machine: Machine, callee: Global, arguments: Box, made: Made, at: int) -> None:
        """Take note of a call of a watched name."""

    def built(self, machine: Machine, made: Made, state: Value, position: int) -> int:  # noqa: ARG002
        """Take note of BUILD on what a watched name made; returns where the stream goes on."""
        return position
