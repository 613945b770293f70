"""A graph as a program: steps in order, names for values, small constants known. Operators have ONNX's names.

Readers of other formats that translate their operators can ask the same questions about a graph.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Constant:
    """A constant tensor: how many elements it has, and which, if they are few numbers."""

    __slots__ = ("count", "numbers", "shape", "text")

    def __init__(
        self, count: int, numbers: tuple[float, ...] | None = None, shape: tuple[int, ...] = (), text: str = ""
    ) -> None:
        self.count = count
        self.numbers = numbers
        self.shape = shape
        self.text = text


class Step:
    """One node: ``bodies`` are its subgraphs, ``numbers`` its attributes that are numbers or short lists of them."""

    __slots__ = ("bodies", "domain", "inputs", "name", "numbers", "op", "outputs")

    def __init__(
        self,
        op: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        *,
        domain: str = "",
        name: str = "",
        numbers: Mapping[str, tuple[float, ...]] | None = None,
        bodies: Mapping[str, Program] | None = None,
    ) -> None:
        self.op = op
        self.domain = domain
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.numbers: Mapping[str, tuple[float, ...]] = numbers or _NONE
        self.bodies: Mapping[str, Program] = bodies or _NO_BODIES

    def named(self) -> str:
        """The step in words: its operator and its name."""
        return f"{self.op} `{self.name or (self.outputs[0] if self.outputs else '')}`"


class Program:
    """A graph or the body of a function: ``inputs`` with their shapes (None where no rank is told)."""

    __slots__ = ("constants", "inputs", "name", "outputs", "steps")

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.inputs: dict[str, tuple[int, ...] | None] = {}
        self.outputs: list[str] = []
        self.steps: list[Step] = []
        self.constants: dict[str, Constant] = {}


_NONE: Mapping[str, tuple[float, ...]] = {}
_NO_BODIES: Mapping[str, Program] = {}


def ordered(program: Program) -> list[Step]:
    """The steps so that each comes behind those it depends on; those of a circle, which nothing runs, come last."""
    makes: dict[str, int] = {}
    for place, step in enumerate(program.steps):
        for name in step.outputs:
            makes.setdefault(name, place)
    waits = [{makes[name] for name in step.inputs if name in makes} for step in program.steps]
    if all(max(needs, default=-1) < place for place, needs in enumerate(waits)):
        return program.steps
    followers: dict[int, list[int]] = {}
    for place, needs in enumerate(waits):
        for need in needs:
            followers.setdefault(need, []).append(place)
    left = [len(needs) for needs in waits]
    ready = [place for place, count in enumerate(left) if not count]
    for place in ready:
        for follower in followers.get(place, ()):
            left[follower] -= 1
            if not left[follower]:
                ready.append(follower)
    done = set(ready)
    return [program.steps[place] for place in (*ready, *(at for at in range(len(left)) if at not in done))]
