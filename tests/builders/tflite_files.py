"""TFLite models: a dense layer, custom operators, metadata with a zip behind it, and one lie in each hostile file."""

from __future__ import annotations

import io
import struct
import zipfile

from tests.builders.flatbuffer_files import Built, L, T, V, build, flexbuffer

FULLY_CONNECTED, CUSTOM, WHILE, STABLEHLO_CUSTOM_CALL = 9, 32, 119, 173
WEIGHTS = struct.pack("<6f", *range(6))


def tensor(name: str, shape: list[int], buffer: int = 0, kind: int = 0, **more: object) -> T:
    """A tensor; ``more`` are further fields as ``f4`` …"""
    fields = {0: V("i", shape, f"{name}.shape"), 1: ("b", kind), 2: ("I", buffer), 3: name}
    return T(fields | {int(key[1:]): item for key, item in more.items()}, name)


def operator(code: int, inputs: list[int], outputs: list[int], **more: object) -> T:
    """An operator; ``more`` are further fields as ``f5`` …"""
    fields = {0: ("I", code), 1: V("i", inputs, "inputs"), 2: V("i", outputs, "outputs")}
    return T(fields | {int(key[1:]): item for key, item in more.items()}, "operator")


def code(number: int, custom: str | None = None) -> T:
    """An operator code, as new converters write it: the old field ends at 127."""
    return T({0: ("b", min(number, 127)), 1: custom, 2: ("i", 1), 3: ("i", number)}, "code")


def model(
    *,
    codes: list[T] | None = None,
    operators: list[T] | None = None,
    tensors: list[T] | None = None,
    buffers: list[T] | None = None,
    metadata: list[tuple[str, bytes]] | None = None,
    graphs: int = 1,
    version: int = 3,
) -> Built:
    """A model with one dense layer unless something else is given; ``metadata`` goes into buffers of its own."""
    held = buffers or [T({}), T({0: V("B", WEIGHTS, "weights", 16)}, "buffer")]
    entries = []
    for name, content in metadata or []:
        entries.append(T({0: name, 1: ("I", len(held))}, "metadata"))
        held = [*held, T({0: V("B", content, name, 16)})]
    graph = T(
        {
            0: L(
                tensors or [tensor("in", [1, 3]), tensor("kernel", [2, 3], 1), tensor("out", [1, 2])],
                "tensors",
            ),
            1: V("i", [0], "graph.inputs"),
            2: V("i", [2], "graph.outputs"),
            3: L([operator(0, [0, 1, -1], [2])] if operators is None else operators, "operators"),
            4: "main",
        },
        "graph",
    )
    signature = T({0: L([T({0: "x", 1: ("I", 0)}, "signature.in")]), 1: L([]), 2: "serve", 4: ("I", 0)}, "signature")
    root = T(
        {
            0: ("I", version),
            1: L(codes or [code(FULLY_CONNECTED)], "codes"),
            2: L([graph] * graphs, "graphs"),
            3: "made by hand",
            4: L(held, "buffers"),
            6: L(entries) if entries else None,
            7: L([signature]),
        },
        "root",
    )
    return build(root, b"TFL3")


def honest() -> bytes:
    """One dense layer."""
    return bytes(model().content)


def honest_tflite() -> bytes:
    """An honest model, by the name that gives the extension."""
    return honest()


# -- offsets and sizes -----------------------------------------------------------------------------------------------
def root_far_away() -> bytes:
    """Eight bytes of header whose root lies four gigabytes away."""
    return struct.pack("<I4s", 0xFFFF_FFF0, b"TFL3") + bytes(8)


def vtable_before_file() -> bytes:
    """A table whose vtable lies before the beginning."""
    return model().patched("graph", "i", 1 << 24)


def vtable_odd() -> bytes:
    """A root whose vtable claims three bytes."""
    made = model()
    vtable = made.places["root"] - struct.unpack_from("<i", made.content, made.places["root"])[0]
    made.places["vtable"] = vtable
    return made.patched("vtable", "H", 3)


def field_outside_table() -> bytes:
    """A vtable that places a field behind its table."""
    made = model()
    made.places["vtable"] = made.places["root"] - struct.unpack_from("<i", made.content, made.places["root"])[0]
    return made.patched("vtable", "H", 60_000, shift=6)


def vector_too_long() -> bytes:
    """A vector of tensors with a billion elements."""
    return model().patched("tensors", "I", 1 << 30)


def string_without_end() -> bytes:
    """A name whose length leaves out its last byte, so that no zero follows."""
    made = model()
    at = made.content.index(b"kernel\0") - 4
    made.places["name"] = at
    return made.patched("name", "I", 3)


def truncated() -> bytes:
    """A download that broke off in the weights, which are written last."""
    return honest()[:-20]


def buffer_beyond_file() -> bytes:
    """A buffer outside of the FlatBuffer whose offset and size overflow 64 bits together."""
    return bytes(
        model(buffers=[T({}), T({1: ("Q", (1 << 64) - 64), 2: ("Q", 128)}, "buffer")]).content,
    )


def external(offset: int | None = None, size: int = len(WEIGHTS)) -> bytes:
    """A model that keeps its weights behind the FlatBuffer, as those above two gigabytes do."""
    made = model(buffers=[T({}), T({1: ("Q", 1), 2: ("Q", size)}, "buffer")])
    at = len(made.content)
    return made.patched("buffer.1", "Q", at if offset is None else offset) + WEIGHTS


# -- shapes and indices ----------------------------------------------------------------------------------------------
def shape_beyond_buffer() -> bytes:
    """Weights whose shape asks for a million times what the buffer holds."""
    return model().patched("kernel.shape", "i", 2_000_000, shift=4)


def shape_overflow() -> bytes:
    """A shape whose product overflows 64 bits."""
    tensors = [tensor("in", [1 << 30] * 4), tensor("kernel", [2, 3], 1), tensor("out", [1, 2])]
    return bytes(model(tensors=tensors).content)


def negative_shape() -> bytes:
    """A dimension of minus two million."""
    return model().patched("in.shape", "i", -2_000_000, shift=4)


def operator_code_beyond() -> bytes:
    """An operator of a code that is not there."""
    return model().patched("operator.0", "I", 7_000)


def input_beyond() -> bytes:
    """An operator that reads tensor 40,000."""
    return model().patched("inputs", "i", 40_000, shift=4)


def output_negative() -> bytes:
    """An operator that writes tensor minus five."""
    return model().patched("outputs", "i", -5, shift=4)


def graph_output_beyond() -> bytes:
    """A subgraph whose output does not exist."""
    return model().patched("graph.outputs", "i", 77, shift=4)


def buffer_index_beyond() -> bytes:
    """A tensor in a buffer that is not there."""
    return model().patched("kernel.2", "I", 99)


def signature_beyond() -> bytes:
    """A signature for a tensor that is not there."""
    return model().patched("signature.in.1", "I", 1_000)


def metadata_beyond() -> bytes:
    """A metadata entry in a buffer that is not there."""
    return model(metadata=[("min_runtime_version", b"1.5.0\0")]).patched("metadata.1", "I", 5_000)


def quantized(scales: int = 2, axis: int = 0) -> bytes:
    """Weights of two channels with so many scales."""
    details = T({2: V("f", [0.5] * scales), 3: V("q", [0] * scales), 6: ("i", axis)})
    kernel = tensor("kernel", [2, 3], 1, 9, f4=details)
    buffers = [T({}), T({0: V("B", bytes(6), "weights", 16)})]
    return bytes(model(tensors=[tensor("in", [1, 3]), kernel, tensor("out", [1, 2])], buffers=buffers).content)


def reshape(dimensions: int = 2, *, as_input: bool = False) -> bytes:
    """A reshape to so many dimensions, of which its output has two (tensorflow#124982)."""
    shape = struct.pack(f"<{dimensions}i", *([1] * (dimensions - 1)), 3)
    buffers = [T({}), T({0: V("B", shape, "shape", 16)})]
    tensors = [tensor("in", [3]), tensor("shape", [dimensions], 1, 2), tensor("out", [1, 3])]
    options = None if as_input else T({0: V("i", [1] * (dimensions - 1) + [3])})
    inputs = [0, 1] if as_input else [0]
    held = operator(0, inputs, [2], f3=None if as_input else ("B", 17), f4=options)
    return bytes(model(codes=[code(22)], operators=[held], tensors=tensors, buffers=buffers).content)


def loop(body: int = 0) -> bytes:
    """A while loop whose body is subgraph ``body``."""
    options = T({0: ("i", 0), 1: ("i", body)})
    return bytes(model(codes=[code(WHILE)], operators=[operator(0, [0], [2], f3=("B", 93), f4=options)]).content)


# -- operators of others ---------------------------------------------------------------------------------------------


def custom(name: str = "InertAbsentOp", options: bytes = b"") -> bytes:
    """One custom operator."""
    held = V("B", options, "options") if options else None
    return bytes(model(codes=[code(CUSTOM, name)], operators=[operator(0, [0], [2], f5=held)]).content)


def flex(name: str = "WriteFile") -> bytes:
    """An operator of TensorFlow inside a TFLite model."""
    return custom(f"Flex{name}", flexbuffer([name.encode(), b"\n\x05inert"]))


def write_file_tflite() -> bytes:
    """A model that writes a file by the Flex delegate."""
    return flex()


def detection(options: bytes = b"") -> bytes:
    """The detection operator that every interpreter has, with honest options unless others are given."""
    return custom("TFLite_Detection_PostProcess", options or flexbuffer([b"max_detections"]))


def false_flexbuffer() -> bytes:
    """Options whose string claims 250 bytes."""
    options = bytearray(flexbuffer([b"max_detections"]))
    options[0] = 250
    return detection(bytes(options))


def custom_call(target: str = "inert_absent_kernel") -> bytes:
    """A StableHLO custom call."""
    options = T({0: target})
    held = operator(0, [0], [2], f11=("B", 5), f12=options)
    return bytes(model(codes=[code(STABLEHLO_CUSTOM_CALL)], operators=[held]).content)


# -- files behind the model ------------------------------------------------------------------------------------------
def described(*, files: tuple[str, ...] = ("labels.txt",)) -> bytes:
    """Metadata of TFLite Support that names files."""
    listed = L([T({0: name, 2: ("b", 2)}) for name in files]) if files else None
    output = T({0: "scores", 1: "class scores", 6: listed})
    return bytes(build(T({0: "classifier", 3: L([T({3: L([output])})])}), b"M001").content)


def with_files(
    members: dict[str, bytes] | None = None, *, files: tuple[str, ...] = ("labels.txt",), metadata: bool = True
) -> bytes:
    """A model with a zip behind it, as TFLite Support appends it: offsets count from the beginning of the file."""
    entries = [("TFLITE_METADATA", described(files=files))] if metadata else None
    packed = io.BytesIO(bytes(model(metadata=entries).content))
    with zipfile.ZipFile(packed, "a") as archive:
        for name, content in (members or {"labels.txt": b"cat\ndog\n"}).items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


def stowaway(content: bytes) -> bytes:
    """A model with something between its parts that no offset leads to."""
    made = model(buffers=[T({}), T({0: V("B", WEIGHTS, "weights", 16), 40: V("B", content, "stowaway", 16)}, "buffer")])
    at = made.places["buffer.40"]
    made.content[at : at + 4] = bytes(4)
    vtable = made.places["buffer"] - struct.unpack_from("<i", made.content, made.places["buffer"])[0]
    made.content[vtable + 4 + 80 : vtable + 4 + 82] = bytes(2)
    return bytes(made.content)


def trailing(tail: bytes) -> bytes:
    """Something behind the model."""
    return honest() + tail
