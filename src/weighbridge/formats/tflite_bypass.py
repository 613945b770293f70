"""Branches of a TFLite graph that look at the input itself: a comparison that decides what reaches an output.

Source: ShadowLogic (arXiv:2511.00664). Interpreters take operators in the order in which they are written, so one pass
in that order sees every tensor before it is used. Masks that models need feed operators with weights; a bypass comes
behind all of those.
"""

from __future__ import annotations

from weighbridge.core.programs import SelectionBypass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location
    from weighbridge.formats.node import Yield

LEARNED = frozenset({
    "AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "EMBEDDING_LOOKUP", "FULLY_CONNECTED", "LSTM", "RNN", "SVDF",
    "CONCAT_EMBEDDINGS", "EMBEDDING_LOOKUP_SPARSE", "UNIDIRECTIONAL_SEQUENCE_RNN", "GATHER", "GATHER_ND",
    "UNIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_RNN", "BIDIRECTIONAL_SEQUENCE_LSTM", "TRANSPOSE_CONV",
    "BATCH_MATMUL", "CONV_3D", "CONV_3D_TRANSPOSE", "STABLEHLO_CONVOLUTION", "STABLEHLO_DOT_GENERAL",
    "STABLEHLO_GATHER", "STABLEHLO_COMPOSITE",
})  # fmt: skip
"""Operators that have weights, or look them up."""

_COMPARE = frozenset({"EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "STABLEHLO_COMPARE"})
_CARRY = frozenset({
    "LOGICAL_AND", "LOGICAL_OR", "LOGICAL_NOT", "REDUCE_ANY", "REDUCE_ALL", "REDUCE_PROD", "REDUCE_MIN", "REDUCE_MAX",
    "SUM", "MEAN", "MUL", "CAST", "RESHAPE", "EXPAND_DIMS", "SQUEEZE", "TILE", "BROADCAST_TO", "SLICE",
    "STRIDED_SLICE",
})  # fmt: skip
_SELECT = frozenset({"SELECT", "SELECT_V2", "IF", "STABLEHLO_SELECT"})


class Bypass:
    """Follows the tensors of one subgraph; ``constants`` have content in the file, or are made of such."""

    def __init__(self, inputs: tuple[int, ...], constants: set[int]) -> None:
        self.constants = constants
        self._raw = set(inputs)
        self._decided: dict[int, str] = {}
        self._chosen: dict[int, tuple[str, str]] = {}

    def step(self, name: str, inputs: tuple[int, ...], outputs: tuple[int, ...], number: int) -> None:
        """Take the next operator, the ``number``-th."""
        held = [index for index in inputs if index >= 0]
        moving = [index for index in held if index not in self.constants]
        if not moving:
            self.constants.update(outputs)
        if not moving or name in LEARNED:
            return
        named = f"{name} (operator {number})"
        if name in _SELECT and held[0] in self._decided:
            learned = any(index not in self._raw and index not in self._decided for index in moving[1:])
            if learned or name == "IF":
                for index in outputs:
                    self._chosen[index] = self._decided[held[0]], named
            return
        chosen = next((index for index in moving if index in self._chosen), None)
        if chosen is not None:
            for index in outputs:
                self._chosen[index] = self._chosen[chosen]
        decided = next((index for index in moving if index in self._decided), None)
        if name in _COMPARE and all(index in self._raw for index in moving):
            for index in outputs:
                self._decided[index] = named
        elif decided is not None and name in _CARRY and all(index in self._decided for index in moving):
            for index in outputs:
                self._decided[index] = self._decided[decided]
        elif all(index in self._raw for index in moving):
            self._raw.update(outputs)

    def found(self, outputs: tuple[int, ...], names: list[str], at: Location) -> Iterator[Yield]:
        """Yield every output that a comparison of inputs decides."""
        for index in outputs:
            if index in self._chosen:
                compare, select = self._chosen[index]
                name = names[index] if 0 <= index < len(names) else str(index)
                yield SelectionBypass(at=at, framework="tflite", compare=compare, select=select, output=name)
