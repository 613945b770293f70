"""ExecuTorch programs and tensor data: one linear layer, and one lie in each hostile file (CVE-2025-54949 … 54952)."""

from __future__ import annotations

import struct

from tests.builders.flatbuffer_files import Built, L, T, V, build

WEIGHTS = struct.pack("<6f", *range(6))
FLOAT = 6
ALIGNED = 64


def tensor(
    sizes: list[int], *, constant: int = 0, room: tuple[int, int, int] | None = None, order: list[int] | None = None
) -> T:
    """A tensor value: a constant, or planned into ``room`` (buffer, low and high half of the offset)."""
    allocation = None if room is None else T({0: ("I", room[0]), 1: ("I", room[1]), 2: ("I", room[2])}, "allocation")
    fields = {
        0: ("b", FLOAT),
        2: V("i", sizes, "sizes"),
        3: V("B", bytes(range(len(sizes)) if order is None else order), "order"),
        5: ("I", constant),
        6: allocation,
    }
    return T({0: ("B", 5), 1: T(fields, "tensor")}, "value")


def call(kind: int, first: int, arguments: list[int]) -> T:
    """An instruction: 1 calls a kernel, 2 a delegate."""
    return T({0: ("B", kind), 1: T({0: ("i", first), 1: V("i", arguments, "arguments")}, "call")}, "instruction")


def program(
    *,
    values: list[T] | None = None,
    kernel: tuple[str, str] = ("aten::addmm", "out"),
    instructions: list[T] | None = None,
    delegate: str = "",
    inline: bool = True,
    segment: bool = False,
    memory: list[int] | None = None,
) -> Built:
    """A program; with ``segment`` the weights lie behind the FlatBuffer, placed by ``finished``."""
    held = values or [
        tensor([1, 3], room=(1, 0, 0)),
        tensor([2, 3], constant=1),
        tensor([1, 2], room=(1, 64, 0)),
    ]
    data = T({0: ("b", 0 if inline else 1), 1: ("I", 0)}, "reference")
    plan = T(
        {
            0: "forward",
            2: L(held, "values"),
            3: V("i", [0], "inputs"),
            4: V("i", [2], "outputs"),
            5: L([T({2: L([call(1, 0, [0, 1, 2])] if instructions is None else instructions, "instructions")})]),
            6: L([T({0: kernel[0], 1: kernel[1]})]),
            7: L([T({0: delegate, 1: data})]) if delegate else None,
            8: V("q", memory or [0, 1024], "memory"),
        },
        "plan",
    )
    stored = [T({}), T({0: V("B", WEIGHTS, "weights", 16)}, "constant")]
    root = T(
        {
            0: ("I", 0),
            1: L([plan], "plans"),
            2: L(stored) if not segment else L([]),
            3: L([T({0: V("B", b"inert blob", "blob", 16)})]) if delegate and inline else None,
            4: L([T({0: ("Q", 0), 1: ("Q", len(WEIGHTS))}, "segment")]) if segment else None,
            5: T({0: ("I", 0), 1: V("Q", [0, 0], "offsets")}, "constants") if segment else None,
        },
        "root",
    )
    head = struct.pack("<4sIQQQ", b"eh00", 32, 0, 0, 0) if segment else b""
    return build(root, b"ET12", head=head)


def finished(made: Built, *, size: int | None = None, base: int | None = None, data: int = len(WEIGHTS)) -> bytes:
    """Fill in the extended header and put the segment behind the program."""
    content = bytearray(made.content)
    end = len(content)
    begin = -(-end // ALIGNED) * ALIGNED
    struct.pack_into("<QQQ", content, 16, end if size is None else size, begin if base is None else base, data)
    return bytes(content).ljust(begin, b"\0") + WEIGHTS


def honest() -> bytes:
    """A program with everything inside."""
    return bytes(program().content)


def with_segment() -> bytes:
    """A program that keeps its weights in a segment, as the exporter writes it."""
    return finished(program(segment=True))


def root_far_away() -> bytes:
    """Sixteen bytes whose root lies four gigabytes away."""
    return struct.pack("<I4s", 0xFFFF_FFF0, b"ET12") + bytes(8)


def size_overflow() -> bytes:
    """Sizes whose product overflows 64 bits (CVE-2025-54952)."""
    return bytes(program(values=[tensor([1 << 30] * 3, room=(1, 0, 0)), *([tensor([1, 2], constant=1)] * 2)]).content)


def negative_size() -> bytes:
    """A tensor of minus three elements."""
    return program().patched("sizes", "i", -3, shift=8)


def larger_than_constant() -> bytes:
    """A tensor that needs more bytes than its constant holds (CVE-2025-54949)."""
    return bytes(program(values=[tensor([1, 3]), tensor([2, 4096], constant=1), tensor([1, 2])]).content)


def larger_than_plan() -> bytes:
    """A tensor that the memory plan does not hold (CVE-2025-54951)."""
    return bytes(program(memory=[0, 32]).content)


def planned_nowhere() -> bytes:
    """A tensor in a planned buffer that is not there."""
    return program().patched("allocation.0", "I", 9)


def offset_of_64_bits() -> bytes:
    """A planned offset whose upper half is set."""
    return program().patched("allocation.2", "I", 1 << 31)


def false_order() -> bytes:
    """An order of dimensions that leads outside of the sizes (CVE-2025-54950)."""
    values = [tensor([1, 3], room=(1, 0, 0), order=[0, 200]), tensor([2, 3], constant=1), tensor([1, 2])]
    return bytes(program(values=values).content)


def constant_beyond() -> bytes:
    """A constant that is not there."""
    values = [tensor([1, 3]), tensor([2, 3], constant=600), tensor([1, 2])]
    return bytes(program(values=values).content)


def argument_beyond() -> bytes:
    """A kernel that is given value 70,000."""
    return program().patched("arguments", "i", 70_000, shift=4)


def kernel_beyond() -> bytes:
    """An instruction that calls a kernel that is not there."""
    return program().patched("call.0", "i", 5)


def jump_beyond() -> bytes:
    """A jump behind the last instruction."""
    jump = T({0: ("B", 4), 1: T({0: ("i", 0), 1: ("i", 900)})})
    return bytes(program(instructions=[call(1, 0, [0, 1, 2]), jump]).content)


def vector_too_long() -> bytes:
    """Values that claim a billion."""
    return program().patched("values", "I", 1 << 30)


def program_size_beyond() -> bytes:
    """An extended header with a program larger than the file."""
    return finished(program(segment=True), size=1 << 40)


def segments_far_away() -> bytes:
    """An extended header whose segments begin near the end of 64 bits."""
    return finished(program(segment=True), base=(1 << 64) - 32, data=64)


def segment_overflow() -> bytes:
    """A segment whose offset and size overflow 64 bits together."""
    made = program(segment=True)
    made.content = bytearray(made.patched("segment.0", "Q", (1 << 64) - 16))
    return finished(made)


def segment_offset_beyond() -> bytes:
    """A constant behind the end of its segment."""
    made = program(segment=True)
    made.content = bytearray(made.patched("offsets", "Q", 1 << 20, shift=12))
    return finished(made)


def delegated(name: str = "XnnpackBackend", *, inline: bool = True) -> bytes:
    """A program that hands part of itself to a backend."""
    made = program(delegate=name, inline=inline, segment=not inline)
    return bytes(made.content) if inline else finished(made)


def delegate_beyond() -> bytes:
    """A delegate whose data is not there."""
    return program(delegate="XnnpackBackend").patched("reference.1", "I", 44)


def unknown_kernel() -> bytes:
    """A kernel of somebody's own."""
    return bytes(program(kernel=("inert_absent", "op.out")).content)


def reads_file() -> bytes:
    """A kernel that maps a file."""
    return bytes(program(kernel=("aten::from_file", "out")).content)


def honest_pte() -> bytes:
    """An honest program, by the name that gives the extension."""
    return honest()


# -- tensor data -----------------------------------------------------------------------------------------------------
def tensor_data(
    *, sizes: list[int] | None = None, segment: int = 0, size: int = len(WEIGHTS), offset: int = 0, data: int = 0
) -> bytes:
    """A ``.ptd`` file with one tensor."""
    layout = T({0: ("b", FLOAT), 1: V("i", sizes or [2, 3]), 2: V("B", bytes(range(len(sizes or [2, 3]))))})
    root = T(
        {
            0: ("I", 0),
            1: L([T({0: ("Q", offset), 1: ("Q", size)})]),
            2: L([T({0: "weight", 1: ("I", segment), 2: layout})]),
        }
    )
    content = build(root, b"FT01", head=struct.pack("<4sIQQQQ", b"FH01", 40, 0, 0, 0, 0)).content
    end = len(content)
    begin = -(-end // ALIGNED) * ALIGNED
    struct.pack_into("<QQQQ", content, 16, 48, end - 48, begin, data or len(WEIGHTS))
    return bytes(content).ljust(begin, b"\0") + WEIGHTS


def tensor_data_too_small() -> bytes:
    """A tensor that needs more than its segment holds."""
    return tensor_data(sizes=[2000, 3000])


def tensor_data_segment_beyond() -> bytes:
    """A tensor in a segment that is not there."""
    return tensor_data(segment=7)
