"""Pickles that people really have: plain data, containers, arrays, dates, estimators, classes of their own."""

from __future__ import annotations

import struct
from math import prod

from tests.builders.pickles.described import Global, NewObj, Reduce
from tests.builders.pickles.writer import dumps

PLAIN: dict[str, object] = {
    "epoch": 12,
    "loss": 0.25,
    "name": "inert model",
    "seen": 10**30,
    "best": None,
    "finished": True,
    "vocabulary": ["the", "a", "weigh\u00e9"],
    "shape": (3, 224, 224),
    "labels": {1, 2, 3},
    "raw": b"\x00\x01\x02",
}


def plain_data(protocol: int = 4) -> bytes:
    """A dictionary with every plain type."""
    return dumps(PLAIN, protocol)


def ordered_dict(pairs: tuple[tuple[object, object], ...] = (("a", 1), ("b", 2)), protocol: int = 4) -> bytes:
    """`collections.OrderedDict`."""
    return dumps(Reduce(Global("collections", "OrderedDict"), pairs=pairs), protocol)


def default_dict(factory: str = "list", protocol: int = 4) -> bytes:
    """`collections.defaultdict` with a factory from builtins (the honest twin of PKL-35)."""
    return dumps(Reduce(Global("collections", "defaultdict"), (Global("builtins", factory),)), protocol)


def datetime_value(protocol: int = 4) -> bytes:
    """`datetime.datetime(2024, 1, 2, 3, 4, 5, 6)`."""
    packed = struct.pack(">HBBBBB", 2024, 1, 2, 3, 4, 5) + (6).to_bytes(3, "big")
    return dumps(Reduce(Global("datetime", "datetime"), (packed,)), protocol)


def dtype(descriptor: str = "f4", order: str = "<") -> Reduce:
    """A `numpy.dtype` as NumPy pickles it; object dtypes carry the flags of Python references."""
    objects = descriptor.startswith("O")
    state = (3, "|" if objects else order, None, None, None, -1, -1, 63 if objects else 0)
    return Reduce(Global("numpy", "dtype"), (descriptor, False, True), state)


def array_bytes(shape: tuple[int, ...], descriptor: str = "f4") -> bytes:
    """Contents for an array: its little-endian elements 0, 1, 2 …"""
    kind = {"f4": "f", "f8": "d", "i4": "i", "i8": "q", "u1": "B"}[descriptor]
    count = prod(shape)
    return struct.pack(f"<{count}{kind}", *(number % 256 for number in range(count)))


def array(
    shape: tuple[int, ...] = (4,), descriptor: str = "f4", contents: object = None, *, core: str = "numpy._core"
) -> Reduce:
    """An array through `_reconstruct` and its state; object arrays take a list of items as contents."""
    held = array_bytes(shape, descriptor) if contents is None else contents
    made = Global(f"{core}.multiarray", "_reconstruct"), (Global("numpy", "ndarray"), (0,), b"b")
    return Reduce(*made, state=(1, shape, dtype(descriptor), False, held))


def array_from_buffer(shape: tuple[int, ...] = (4,), descriptor: str = "f4", *, core: str = "numpy._core") -> Reduce:
    """An array as protocol 5 writes it in band: `numpy._core.numeric._frombuffer` on a bytearray."""
    held = bytearray(array_bytes(shape, descriptor))
    return Reduce(Global(f"{core}.numeric", "_frombuffer"), (held, dtype(descriptor), shape, "C"))


def numpy_array(shape: tuple[int, ...] = (4,), descriptor: str = "f4", protocol: int = 4) -> bytes:
    """A pickled array; `_frombuffer` from protocol 5 on, `_reconstruct` before."""
    made = array_from_buffer(shape, descriptor) if protocol >= 5 else array(shape, descriptor)
    return dumps(made, protocol)


def object_array(items: tuple[object, ...] = ("x", None), protocol: int = 4) -> bytes:
    """A pickled array of Python objects."""
    return dumps(array((len(items),), "O8", list(items)), protocol)


def numpy_scalar(value: float = 2.5, protocol: int = 4) -> bytes:
    """`numpy.float64`."""
    packed = struct.pack("<d", value)
    return dumps(Reduce(Global("numpy._core.multiarray", "scalar"), (dtype("f8"), packed)), protocol)


def state_dict(protocol: int = 4) -> bytes:
    """A state dict of arrays, saved without torch."""
    pairs = (("layer.weight", array((2, 3))), ("layer.bias", array((3,))))
    return dumps(Reduce(Global("collections", "OrderedDict"), pairs=pairs), protocol)


def namespace(protocol: int = 4) -> bytes:
    """`argparse.Namespace`, as trainers keep their arguments."""
    return dumps(NewObj(Global("argparse", "Namespace"), state={"lr": 0.1, "epochs": 3}), protocol)


def function_transformer(module: str = "numpy", name: str = "log1p", protocol: int = 4) -> bytes:
    """A scikit-learn FunctionTransformer that holds a function (with another function: PKL-10)."""
    state = {
        "func": Global(module, name),
        "inverse_func": None,
        "validate": False,
        "accept_sparse": False,
        "check_inverse": True,
        "feature_names_out": None,
        "kw_args": None,
        "inv_kw_args": None,
        "_sklearn_version": "1.5.0",
    }
    cls = Global("sklearn.preprocessing._function_transformer", "FunctionTransformer")
    return dumps(NewObj(cls, state=state), protocol)


def custom_class(module: str = "my_pkg", name: str = "Net", protocol: int = 4) -> bytes:
    """An object of a class that only its owner has: honest, and not on anybody's vetted list."""
    return dumps(NewObj(Global(module, name), state={"width": 3}), protocol)
