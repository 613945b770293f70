"""Tensors of torch that are made of other tensors: quantised, sparse, nested, and views that change what they read.

Source: ``torch/_utils.py`` (``_rebuild_qtensor``, ``_rebuild_sparse_tensor``, ``_rebuild_nested_tensor``),
``torch/nested/_internal/nested_tensor.py`` (``_rebuild_njt``). Each function gives None for arguments that torch would
not write, and raises Malformed for parts that contradict each other, which torch trusts.
"""

from __future__ import annotations

from math import isfinite, prod

from weighbridge.conversion.inert import Compound, Marked, Name, Storage, Table, Unsupported, View
from weighbridge.conversion.torch_dtypes import QUANTIZED, numbers
from weighbridge.core.errors import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from weighbridge.conversion.inert import Fact, Value

    Sizes: TypeAlias = tuple[int, ...]

LAYOUTS = {
    "sparse_csr": ("crow_indices", "col_indices"), "sparse_csc": ("ccol_indices", "row_indices"),
    "sparse_bsr": ("crow_indices", "col_indices"), "sparse_bsc": ("ccol_indices", "row_indices"),
}  # fmt: skip
"""Compressed sparse layouts: the names of their compressed and of their plain indices."""

_PER_CHANNEL = frozenset({"per_channel_affine", "per_channel_affine_float_qparams"})
_SCHEMES = _PER_CHANNEL | {"per_tensor_affine", "per_tensor_symmetric", "per_channel_symmetric"}
_PACKED = {"quint4x2": 2, "quint2x4": 4}
_INDICES = frozenset({"int64", "int32"})

CONSTANTS = frozenset({*_SCHEMES, *LAYOUTS, "sparse_coo", "strided", "jagged", "_mkldnn"})
"""Constants of torch that say how a tensor is made."""


def lazy(view: View, metadata: Value) -> Value:
    """Read ``{'conj': True}`` or ``{'neg': True}``: what lies in the storage is not yet conjugated or negated."""
    flags: dict[str, Fact] = {}
    for key, flag in metadata.pairs if isinstance(metadata, Table) else ():
        if key not in ("conj", "neg") or type(flag) is not bool:
            return Unsupported("a tensor with metadata that are not known")
        assert isinstance(key, str)
        flags[key] = flag
    if not any(flags.values()):
        return view
    if flags.get("conj") and not view.dtype.startswith("complex"):
        raise Malformed("a tensor that is not complex is said to be conjugated")
    conj, neg = (flags.get(key, False) for key in ("conj", "neg"))
    facts: dict[str, Fact] = {"dtype": view.dtype, "shape": list(view.shape), "conj": conj, "neg": neg}
    return Compound("lazy", (("base", view),), facts)


def quantized(arguments: tuple[Value, ...]) -> Value:
    """Read ``(storage, offset, sizes, strides, (scheme, …), …)``."""
    if len(arguments) < 5:
        return None
    storage, offset, sizes, strides, given = arguments[:5]
    shape, steps = _sizes(sizes), numbers(strides)
    if not isinstance(storage, Storage) or storage.dtype not in QUANTIZED or type(offset) is not int:
        return None
    if shape is None or steps is None or not isinstance(given, tuple) or not given or not isinstance(given[0], Name):
        return None
    parameters = _of_tensor(given) if len(given) == 3 else _of_channels(given, shape) if len(given) == 4 else None
    if parameters is None:
        return None
    facts: dict[str, Fact] = {"dtype": storage.dtype, "shape": list(shape), "qscheme": given[0].name, **parameters[1]}
    if storage.dtype in _PACKED:
        raw = ("storage", _packed(storage, offset, shape, steps))
    else:
        raw = ("int_repr", View(storage, QUANTIZED[storage.dtype], offset, (shape, steps)))
    return Compound("quantized", (raw, *parameters[0]), facts)


def _of_tensor(given: tuple[Value, ...]) -> tuple[tuple[()], dict[str, Fact]] | None:
    scheme, scale, zero = given
    if not isinstance(scheme, Name) or scheme.dotted != "torch.per_tensor_affine":
        return None
    if type(scale) is not float or not isfinite(scale) or type(zero) is not int or abs(zero) >= 1 << 63:
        return None
    return (), {"scale": scale, "zero_point": zero}


def _of_channels(
    given: tuple[Value, ...], shape: Sizes
) -> tuple[tuple[tuple[str, Value], ...], dict[str, Fact]] | None:
    scheme, scales, zeros, axis = given
    if not isinstance(scheme, Name) or scheme.module != "torch" or scheme.name not in _PER_CHANNEL:
        return None
    if type(axis) is not int:
        return None
    if not 0 <= axis < len(shape):
        raise Malformed(f"a quantised tensor of {len(shape)} dimensions has its channels along {axis}")
    parts: list[tuple[str, Value]] = []
    facts: dict[str, Fact] = {"axis": axis}
    for name, held in (("scales", scales), ("zero_points", zeros)):
        if isinstance(held, list):
            listed = [one for one in held if type(one) in {int, float} and isfinite(one)]  # type: ignore[arg-type]
            if len(listed) != len(held):
                return None
            facts[name] = listed  # type: ignore[assignment]
            sizes: Sizes | None = (len(listed),)
        else:
            parts.append((name, held))
            sizes = _shape(held)
            if sizes is None:
                return None
        if sizes != (shape[axis],):
            raise Malformed(f"a quantised tensor of {shape[axis]} channels has {name} of another number")
    return tuple(parts), facts


def _packed(storage: Storage, offset: int, shape: Sizes, strides: Sizes) -> View:
    """Give the storage itself: of elements smaller than a byte, rows begin at a byte each.

    Source: ``get_sub_byte_tensor_size`` of ``aten/src/ATen/quantized/Quantizer.cpp``.
    """
    held = View(storage, "uint8", 0, ((storage.count,), (1,)))
    in_order = tuple(prod(shape[at + 1 :]) for at in range(len(shape)))
    if offset or (strides != in_order and 0 not in shape):
        held.trouble = "a quantised tensor of elements smaller than a byte that does not lie in order"
    rows, last = prod(shape[:-1]), shape[-1] if shape else 1
    if rows * -(-last // _PACKED[storage.dtype]) > storage.count:
        raise Malformed(f"a quantised tensor reaches out of its storage, which has {storage.count} bytes")
    return held


def sparse(arguments: tuple[Value, ...]) -> Value:
    """Read ``(layout, (indices, values, size, …))`` of each sparse layout."""
    if len(arguments) != 2 or not isinstance(arguments[0], Name) or not isinstance(arguments[1], tuple):
        return None
    layout, data = arguments[0], arguments[1]
    if layout.module != "torch":
        return None
    if layout.name == "sparse_coo" and len(data) in {3, 4}:
        return _coordinates(data)
    return _compressed(layout.name, data) if layout.name in LAYOUTS and len(data) == 4 else None


def _coordinates(data: tuple[Value, ...]) -> Value:
    indices, values, size = data[:3]
    coalesced = data[3] if len(data) == 4 else None
    at, of, shape = _index_shape(indices), _shape(values), _sizes(size)
    if at is None or of is None or shape is None or (coalesced is not None and type(coalesced) is not bool):
        return None
    if len(at) != 2 or not of or at[1] != of[0] or shape[at[0] :] != of[1:] or at[0] > len(shape):
        raise Malformed(f"a sparse tensor of shape {list(shape)[:8]} has indices and values of shapes that do not fit")
    parts = ("indices", indices), ("values", values)
    return Compound("sparse_coo", parts, {"dtype": _dtype(values), "shape": list(shape), "is_coalesced": coalesced})


def _compressed(layout: str, data: tuple[Value, ...]) -> Value:
    compressed, plain, values, size = data
    starts, others, of, shape = _index_shape(compressed), _index_shape(plain), _shape(values), _sizes(size)
    if starts is None or others is None or of is None or shape is None:
        return None
    batch, blocks = len(starts) - 1, 2 if layout in {"sparse_bsr", "sparse_bsc"} else 0
    fits = batch >= 0 and len(shape) >= batch + 2 and len(of) == len(shape) - 1 + blocks and len(others) == batch + 1
    if fits:
        block = of[batch + 1 : batch + 1 + blocks] or (1, 1)
        by_rows = layout in {"sparse_csr", "sparse_bsr"}
        counts = tuple(size // max(1, by) for size, by in zip(shape[batch : batch + 2], block, strict=True))
        fits = (
            starts == (*shape[:batch], counts[0 if by_rows else 1] + 1)
            and of[: batch + 1] == others
            and others[:batch] == shape[:batch]
            and all(one * by == size for one, by, size in zip(counts, block, shape[batch : batch + 2], strict=True))
            and of[batch + 1 + blocks :] == shape[batch + 2 :]
        )
    if not fits:
        raise Malformed(f"a sparse tensor of shape {list(shape)[:8]} has indices and values of shapes that do not fit")
    names = LAYOUTS[layout]
    parts = (names[0], compressed), (names[1], plain), ("values", values)
    facts: dict[str, Fact] = {"dtype": _dtype(values), "shape": list(shape)}
    if blocks:
        facts["block"] = list(block)
    return Compound(layout, parts, facts)


def nested(arguments: tuple[Value, ...]) -> Value:
    """Read ``(buffer, sizes, strides, offsets)``: tensors of several shapes in one buffer."""
    if len(arguments) != 4:
        return None
    buffer, sizes, strides, offsets = arguments
    shapes = [_shape(one) for one in arguments]
    if None in shapes or any(_index_shape(one) is None for one in (sizes, strides, offsets)):
        return None
    held, of_sizes, of_strides, of_offsets = shapes
    assert of_sizes is not None
    if of_sizes != of_strides or of_offsets != of_sizes[:1] or held is None or len(held) != 1:
        raise Malformed("a nested tensor has sizes, strides and offsets that do not fit")
    parts = ("buffer", buffer), ("nested_sizes", sizes), ("nested_strides", strides), ("storage_offsets", offsets)
    return Compound("nested", parts, {"dtype": _dtype(buffer)})


def jagged(arguments: tuple[Value, ...]) -> Value:
    """Read the keywords of a nested tensor whose rows are of several lengths."""
    if len(arguments) != 1 or not isinstance(arguments[0], Table):
        return None
    given = {key: item for key, item in arguments[0].pairs if isinstance(key, str)}
    values, offsets, lengths, ragged = (given.get(key) for key in ("values", "offsets", "lengths", "_ragged_idx"))
    of, at, long = _shape(values), _index_shape(offsets), _index_shape(lengths)
    if of is None or at is None or type(ragged) is not int or (lengths is not None and long is None):
        return None
    if len(at) != 1 or not at[0] or not 1 <= ragged <= len(of) or (long is not None and long != (at[0] - 1,)):
        raise Malformed("a jagged tensor has values, offsets and lengths that do not fit")
    parts = [("values", values), ("offsets", offsets)]
    if lengths is not None:
        parts.append(("lengths", lengths))
    facts: dict[str, Fact] = {"dtype": _dtype(values), "ragged_idx": ragged}
    cache = given.get("_metadata_cache")
    for key, held in cache.pairs if isinstance(cache, Table) else ():
        shape = _shape(held)
        if key in ("min_seqlen", "max_seqlen") and shape:
            assert isinstance(key, str)
            facts[key] = shape[0]  # torch keeps this number as the size of an empty tensor
    return Compound("jagged", tuple(parts), facts)


def bare(value: Value) -> Value:
    """Give a tensor without the attributes that it is marked with."""
    while isinstance(value, Marked):
        value = value.kept
    return value


def _sizes(given: Value) -> Sizes | None:
    shape = numbers(given)
    if shape is not None and min((*shape, 0)) < 0:
        raise Malformed("a tensor has a size below zero")
    return shape


def _shape(value: Value) -> Sizes | None:
    held = bare(value)
    if isinstance(held, View):
        return held.shape
    shape = held.facts.get("shape") if isinstance(held, Compound) and held.encoding == "lazy" else None
    return tuple(int(one) for one in shape) if isinstance(shape, list) else None


def _index_shape(value: Value) -> Sizes | None:
    held = bare(value)
    return held.shape if isinstance(held, View) and held.dtype in _INDICES else None


def _dtype(value: Value) -> str:
    held = bare(value)
    return held.dtype if isinstance(held, View) else str(held.facts["dtype"]) if isinstance(held, Compound) else ""
