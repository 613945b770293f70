"""joblib files: a pickle with numpy arrays written raw into the stream, read by joblib's own unpickler.

Source: ``joblib/numpy_pickle.py``. After BUILD of a ``NumpyArrayWrapper`` the loader reads the array from the file: an
alignment byte and padding (joblib ≥ 1.2), then the elements, or a nested pickle when the dtype holds objects.
"""

from __future__ import annotations

from weighbridge.core.facts import ContainerOddity, Oddity
from weighbridge.formats.numpy_host import ElementType, NumpyHost
from weighbridge.formats.pickle.abstract import Box, Made
from weighbridge.formats.pickle.embedded import ConstantSearch
from weighbridge.formats.pickle.machine import Machine
from weighbridge.formats.pickle.probe import holds_pickle
from weighbridge.formats.pickle.stack import Broken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.limits import Limits
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Node
    from weighbridge.formats.pickle.abstract import Value

WRAPPERS = (
    ("joblib.numpy_pickle", "NumpyArrayWrapper"),
    ("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper"),
)
SIDECARS = tuple(
    (module, name)
    for module in (
        "joblib.numpy_pickle",
        "joblib.numpy_pickle_compat",
        "sklearn.externals.joblib.numpy_pickle",
        "sklearn.externals.joblib.numpy_pickle_compat",
    )
    for name in ("NDArrayWrapper", "ZNDArrayWrapper")
)
"""Wrappers from before 0.10: the array is in a file of its own, which is found by name beside the pickle."""

NESTED = 1_000
"""Object arrays of one file that are followed; each is a pickle of its own."""


class JoblibHost(NumpyHost):
    """Follows joblib's loader over the arrays; ``jumps`` are the places where it leaves the bare unpickler."""

    watched = NumpyHost.watched | frozenset((*WRAPPERS, *SIDECARS))

    def __init__(self, source: ByteSource, limits: Limits, node: Node) -> None:
        super().__init__(source, limits, node)
        self.jumps: list[int] = []
        self.nested: list[Machine] = []
        self.escapes: list[ContainerOddity] = []

    def built(self, machine: Machine, made: Made, state: Value, position: int) -> int:
        """Step over the array that follows a wrapper."""
        if made.maker is None or made.maker.module == "numpy":
            return super().built(machine, made, state, position)
        fields = _fields(machine, state)
        if (made.maker.module, made.maker.name) in SIDECARS:
            self._sidecar(machine, fields)
            return position
        dtype = fields.get("dtype")
        element = dtype.note if isinstance(dtype, Made) else None
        shape = fields.get("shape")
        if not isinstance(shape, Box):
            return position
        if not isinstance(element, ElementType):
            # A dtype that no type string describes (numpy's StringDType): its elements are pickled.
            element = ElementType(None, objects=holds_pickle(machine.source, position))
        self.jumps.append(position)
        if element.objects:
            return self._object_array(machine, position)
        dims = [machine.constants.scalar(item) if isinstance(item, int) else None for item in shape.items]
        sizes = [dim for dim in dims if isinstance(dim, int)]
        if element.size is None or len(sizes) != shape.length or min(sizes, default=0) < 0:
            raise Broken("the size of an array cannot be known", position)
        if "numpy_array_alignment_bytes" in fields and self._is_number(machine, fields["numpy_array_alignment_bytes"]):
            padding = machine.source.read_at(position, 1)
            position += 1 + (padding[0] if padding else 0)
        from math import prod

        count = min(prod(sizes), 1 << 63)
        if position + count * element.size > machine.source.size:
            machine.ledger.claim(position, count * element.size, max(0, machine.source.size - position))
            raise Broken("the file ends inside an array", position)
        return position + count * element.size

    def _sidecar(self, machine: Machine, fields: dict[str, Value]) -> None:
        """Check that the file of an array lies beside the pickle (catalogue OTH-03)."""
        from weighbridge.formats.containers.paths import escapes

        named = fields.get("filename")
        name = machine.constants.name(named)[1] if isinstance(named, int) else ""
        reason = escapes(name) or ("it names another folder" if "/" in name or "\\" in name else "")
        if reason and len(self.escapes) < NESTED:
            at = self.node.at(machine.at)
            self.escapes.append(
                ContainerOddity(at=at, container="joblib", kind=Oddity.PATH_ESCAPE, member=name[:200], detail=reason)
            )

    def _is_number(self, machine: Machine, item: Value) -> bool:
        return isinstance(item, int) and machine.constants.kind(item) == "int"

    def _object_array(self, machine: Machine, position: int) -> int:
        if len(self.nested) >= NESTED:
            raise Broken(f"more than {NESTED} arrays of objects", position)
        inner = Machine(machine.source, position, self.node, self.limits, ConstantSearch(self.source, self.limits))
        self.nested.append(inner)
        self.machines.append(inner)
        try:
            return inner.run()
        except Broken as broken:
            raise Broken(f"in an array of objects: {broken.reason}", broken.at) from None


def _fields(machine: Machine, state: Value) -> dict[str, Value]:
    """Read the state dict of a wrapper: its keys are constants."""
    if not isinstance(state, Box) or state.kind != "dict":
        return {}
    pairs = zip(state.items[::2], state.items[1::2], strict=False)
    return {machine.constants.short_text(key): item for key, item in pairs if isinstance(key, int)}
