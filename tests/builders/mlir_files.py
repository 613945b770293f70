"""StableHLO as MLIR bytecode and text, and functions exported by JAX: one custom call, to a target of one's choice."""

from __future__ import annotations

import struct

from tests.builders.flatbuffer_files import Built, L, T, V, build

STABLE, CALLBACK, UNKNOWN = "lapack_spotrf_ffi", "xla_ffi_python_cpu_callback", "inert_absent_kernel"
API_VERSION, STRING = 5, 14


def number(value: int) -> bytes:
    """A number of one or two bytes in MLIR's way: the zeros of the first byte tell how many follow."""
    return bytes((value << 1 | 1,)) if value < 128 else struct.pack("<H", value << 2 | 2)


def section(kind: int, content: bytes) -> bytes:
    """A section."""
    return bytes((kind,)) + number(len(content)) + content


def bytecode(
    target: str = STABLE, *, operator: str = "custom_call_v1", version: int = 6, plain: int = -1, calls: int = 1,
    dialect: str = "vhlo",
) -> bytes:  # fmt: skip
    """A module with calls of one target, named by properties; attribute ``plain`` (2: the target) is kept as text."""
    strings = ["builtin", dialect, "module", operator, target, ""]
    lengths = b"".join(number(len(text.encode()) + 1) for text in reversed(strings))
    names = number(len(strings)) + lengths + b"".join(text.encode() + b"\0" for text in strings)
    dialects = number(2) + number(0) + number(1 << 1)
    module, call = (number(place << 1 | 1 if version >= 5 else place) for place in (2, 3))
    dialects += (number(2) if version >= 4 else b"") + number(0) + number(1) + module + number(1) + number(1) + call
    held = [number(API_VERSION) + number(1), number(STRING) + number(5), number(STRING) + number(4)]
    sizes = b"".join(number(len(one) << 1 | (place != plain)) for place, one in enumerate(held))
    offsets = number(len(held)) + number(0) + number(1) + number(len(held)) + sizes
    # api_version, backend_config, call_target_name and five more that nobody looks at
    entry = b"".join(number(place) for place in (0, 1, 2, 1, 1, 1, 1, 1))
    properties = number(calls) + (number(len(entry)) + entry) * calls
    parts = ((1, dialects), (3, offsets), (2, b"".join(held)), (4, b"\0"), (0, names), (8, properties))
    return b"ML\xefR" + number(version) + b"StableHLO_v1.0.0\0" + b"".join(section(*part) for part in parts)


def honest() -> bytes:
    """A module that factors a matrix by LAPACK."""
    return bytecode()


def calls_python() -> bytes:
    """A module that calls a Python function."""
    return bytecode(CALLBACK)


def calls_something() -> bytes:
    """A module that calls a kernel that nobody knows."""
    return bytecode(UNKNOWN)


def carries_kernel() -> bytes:
    """A module that carries a kernel of Triton."""
    return bytecode("__gpu$xla.gpu.triton")


def hides_target() -> bytes:
    """A module whose target stands in an attribute that is kept as text."""
    return bytecode(UNKNOWN, plain=2)


def other_dialect() -> bytes:
    """An operator of a dialect that StableHLO does not have."""
    return bytecode(operator="call_v1", dialect="inert_absent")


def text(target: str = STABLE) -> bytes:
    """A module as text."""
    call = f"%1 = stablehlo.custom_call @{target}(%arg0) : (tensor<3xf32>) -> tensor<3xf32>"
    return f"module @jit {{\n  func.func public @main(%arg0: tensor<3xf32>) {{\n    {call}\n  }}\n}}\n".encode()


def generic_text(target: str = STABLE) -> bytes:
    """A module as text in the generic form."""
    call = f'%1 = "stablehlo.custom_call"(%0) <{{call_target_name = "{target}"}}> : (tensor<3xf32>) -> tensor<3xf32>'
    return f'"builtin.module"() ({{\n  "func.func"() ({{\n    {call}\n  }})\n}})\n'.encode()


def exported(module: bytes | None = None, *, data: bytes = b"", checks: tuple[str, ...] = ()) -> Built:
    """A function that JAX has exported; ``data`` is what a type of somebody's own keeps beside the arguments."""
    tree = T({0: ("b", 5), 3: "inert_absent.Type", 4: V("B", data)}, "tree") if data else T({0: ("b", 0)}, "tree")
    fields = {
        0: ("H", 11), 1: "main", 2: tree, 4: T({0: ("b", 0)}), 9: L(["cpu"]),
        12: L([T({0: ("b", 1), 1: name}) for name in checks]) if checks else None,
        13: V("B", honest() if module is None else module, "module"), 14: ("H", 10), 18: ("I", 1),
    }  # fmt: skip
    return build(T(fields, "root"))


def honest_jax() -> bytes:
    """An honest export, by the name that gives the extension."""
    return bytes(exported().content)


def exports_callback() -> bytes:
    """An export that calls a Python function by an address."""
    return bytes(exported(calls_python(), checks=(CALLBACK,)).content)


def export_with_data(data: bytes) -> bytes:
    """An export with the data of a type of somebody's own."""
    return bytes(exported(data=data).content)


def tree_beyond() -> bytes:
    """An export whose arguments lie outside of it."""
    return exported().patched("root.2", "I", 0xFFFF_0000)
