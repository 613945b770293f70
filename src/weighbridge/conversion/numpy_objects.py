"""What numpy's own callables make of their arguments, and joblib's wrapper of arrays that lie raw in its file.

Sources: ``numpy/_core/src/multiarray/methods.c`` (``array_setstate``), ``descriptor.c`` (``arraydescr_setstate``),
``numpy/_core/numeric.py`` (``_frombuffer``), ``joblib/numpy_pickle.py``.
"""

from __future__ import annotations

from math import prod
from struct import error as StructError  # noqa: N812  (it has the name of every error)
from struct import unpack

from weighbridge.conversion.inert import (
    Compound,
    EncodedBytes,
    Marked,
    Name,
    Node,
    Opaque,
    RawBytes,
    Storage,
    Table,
    Unsupported,
    View,
)
from weighbridge.conversion.numpy_dtypes import DATES, DTYPES, TEXTS, Dtype, itemsize
from weighbridge.conversion.unpickler import Unpickler
from weighbridge.core.errors import Malformed, OverLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.inert import Value
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.core.source import ByteSource

_CORES = ("numpy.core", "numpy._core")
_WRAPPERS = frozenset({
    ("joblib.numpy_pickle", "NumpyArrayWrapper"), ("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper"),
})  # fmt: skip
_SIDECARS = frozenset(
    (module, name)
    for module in ("joblib.numpy_pickle", "joblib.numpy_pickle_compat", "sklearn.externals.joblib.numpy_pickle")
    for name in ("NDArrayWrapper", "ZNDArrayWrapper")
)
_ARRAY = ("numpy", "ndarray")
_CALLED = frozenset({
    ("numpy", "dtype"), ("_codecs", "encode"), ("builtins", "bytes"), ("numpy.ma.core", "_mareconstruct"),
    *_WRAPPERS, *_SIDECARS,
    *((f"{core}.multiarray", name) for core in _CORES for name in ("_reconstruct", "scalar")),
    *((f"{core}.numeric", "_frombuffer") for core in _CORES),
})  # fmt: skip
_NAMED = frozenset({
    _ARRAY, ("numpy.ma.core", "MaskedArray"), ("numpy.ma", "MaskedArray"), *(("ml_dtypes", name) for name in DTYPES),
})  # fmt: skip
_NOT_FILLED = "an array that was never filled"

NO_NUMBERS = "an array of text, dates or objects, which are no weights"
"""The trouble of an array without which nothing of the weights is missing."""
_DEPTH = 8
_FLAGS = 3
"""Parts of a state of torch's tensors that has no content: whether there is a gradient, and hooks."""
PLACED = "bytes at "
"""How keys of places begin that no file has given."""


class Wrapper(View):
    """An array of joblib's, whose bytes follow the opcode that gives it its state."""

    __slots__ = ()


class ArrayLoader:
    """The bare unpickler's side, with numpy's arrays; ``places`` tells where in the file the bytes of each are.

    ``base`` is the address of ``source``, None when neither the file nor what was unpacked holds it. Bytes that have no
    address yet are ``unpacked`` there; without it arrays of them are not carried.
    """

    def __init__(self, source: ByteSource, base: int | None = 0, unpacked: Unpacked | None = None) -> None:
        self.source = source
        self.base = base
        self.unpacked = unpacked
        self.places: dict[str, tuple[int, int]] = {}
        self.joblib = False
        """Whether joblib reads the stream: arrays lie between opcodes to it alone, and more opcodes to others."""
        self.wrapped = False
        self.inner: dict[str, bool] = {}
        """What pickles within the stream named (``Unpickler.named``)."""
        self._depth = 0

    def persistent(self, identity: Value) -> Value:  # noqa: ARG002  (a subclass knows some)
        """Refuse: without a loader of its own a pickle has no persistent ids."""
        raise Malformed("a persistent id, and no loader that would know it")

    def knows(self, name: Name) -> bool:
        """Tell whether nothing is lost when a name is not looked up."""
        return (name.module, name.name) in _CALLED or (name.module, name.name) in _NAMED

    def call(self, called: Name, arguments: tuple[Value, ...]) -> Value:
        """Give what a vetted callable makes of its arguments, an Opaque for any other callable or arguments."""
        made = self._made(called, arguments) if (called.module, called.name) in _CALLED else None
        return made if made is not None else Opaque(called.dotted)

    def build(self, target: Value, state: Value, position: int) -> int | None:
        """Give a state to what was made; tells where the stream goes on, None when the state is lost."""
        if isinstance(target, Dtype) and isinstance(state, tuple) and len(state) >= 7:
            if not target.fill(state):
                raise Malformed("a type of elements is described as numpy does not", offset=position)
            return position
        if isinstance(target, Unsupported):
            return position
        if isinstance(target, Marked):
            return self.build(target.kept, state, position)
        if isinstance(target, Compound) and self._masked(target, state):
            return position
        if isinstance(target, Wrapper):
            if not self.joblib or target.trouble != _NOT_FILLED:
                raise Malformed("an array of joblib's that joblib does not read here", offset=position)
            return self._wrapped(target, state, position)
        if isinstance(target, View) and target.trouble == _NOT_FILLED and isinstance(state, tuple) and len(state) == 5:
            _, shape, dtype, fortran, data = state
            self._fill(target, data, dtype, shape, fortran=isinstance(fortran, int) and fortran != 0)
            return position
        if _is_filled(target) and not (isinstance(state, tuple) and len(state) == _FLAGS):
            raise Malformed("a tensor or an array is given another content", offset=position)
        return None

    def fills(self, dtype: Dtype, shape: tuple[int, ...], size: int) -> bool:
        """Tell whether an array of a known type has ``size`` bytes; of another type nothing is known."""
        width = itemsize(dtype.code)
        return not width or prod(shape) * width == size

    def laid(self, dtype: Dtype, shape: tuple[int, ...], span: tuple[int, int], *, fortran: bool) -> View:
        """Lay an array over a span (offset, length) of the source; raises Malformed when it is too short."""
        view = _empty(View)
        view.trouble = ""
        self._lay(view, dtype, shape, self._address(span), fortran=fortran)
        return view

    def _made(self, called: Name, arguments: tuple[Value, ...]) -> Value:
        match called.name, arguments:
            case "dtype", (str() as code, *_):
                return Dtype(code)
            case "dtype", (Name(module="ml_dtypes", name=code), *_) if code in DTYPES:
                return Dtype(code)
            case "encode", (str() as text, "latin1" | "latin-1" | "latin_1"):
                return _encoded(text)
            case "bytes", ():
                return EncodedBytes(b"")
            case "_reconstruct", (Name(module="numpy", name="ndarray"), _, _):
                return _empty(View)
            case "_reconstruct", (Name() as kind, _, _):
                return Marked(_empty(View), kind.dotted, None)
            case "_mareconstruct", (Name(name="MaskedArray"), Name(module="numpy", name="ndarray"), _, _):
                return Compound("masked", (("data", _empty(View)), ("mask", _empty(View))), {})
            case "_mareconstruct", _:
                return Unsupported("a masked array of a class of its own")
            case "_reconstruct" | "_frombuffer", _ if not _is_buffer(arguments):
                return Unsupported("an array that is made in a way that is not known")
            case "NDArrayWrapper" | "ZNDArrayWrapper", _:
                return Unsupported("an array in a file of its own")
            case "NumpyArrayWrapper", _:
                return _empty(Wrapper)
            case "_frombuffer", (RawBytes() as data, dtype, shape, order, *axes):
                self._fill(view := _empty(View), data, dtype, shape, fortran=order == "F")
                return _turned(view, axes[0]) if order == "K" else view
            case "scalar", (Dtype() as dtype, data):
                return self._scalar(dtype, data)
        return None

    def _masked(self, made: Compound, state: Value) -> bool:
        """Fill a masked array: that of an array, and the bytes of its mask and the value in place of what it hides."""
        if made.encoding != "masked" or made.facts or not isinstance(state, tuple) or len(state) != 7:
            return False
        _, shape, dtype, fortran, data, mask, fill = state
        (_, held), (_, hidden) = made.parts
        if not isinstance(held, View) or not isinstance(hidden, View) or isinstance(fill, Compound | Marked):
            return False
        self._fill(held, data, dtype, shape, fortran=isinstance(fortran, int) and fortran != 0)
        if held.elements is not None:
            held.elements, held.trouble = None, "a masked array of records or objects"
            return True
        self._fill(hidden, mask, Dtype("b1"), shape, fortran=isinstance(fortran, int) and fortran != 0)
        if fill is not None:
            made.parts = (*made.parts, ("fill_value", fill))
        made.facts = {"dtype": held.dtype, "shape": list(held.shape)}
        return True

    def _scalar(self, dtype: Dtype, data: Value) -> Value:
        _, width, code = DTYPES.get(dtype.code, ("", 0, ""))
        dtype.settled = True
        content = _content(data) or b""
        if isinstance(data, RawBytes) and data.length == width:
            content = self.source.read_at(data.offset, width)
        if not code or not dtype.whole:
            return None
        try:
            number: bool | int | float = unpack(dtype.order + code, content)[0]
        except StructError:
            return None
        return number

    def _fill(self, view: View, data: Value, dtype: Value, shape: Value, *, fortran: bool) -> None:
        """Lay an array over bytes of the stream, or say in ``trouble`` why that cannot be."""
        view.trouble = ""
        sizes = shape_of(shape)
        content = _content(data)
        if isinstance(data, RawBytes) and self.base is None:
            content = self.source.read_at(data.offset, data.length)
        if not isinstance(dtype, Dtype) or sizes is None:
            view.trouble = "an array whose type or shape is not known"
        elif dtype.code.startswith((*DATES, *TEXTS)) or (dtype.code.startswith("O") and _is_plain(data)):
            view.trouble = NO_NUMBERS
        elif dtype.code.startswith("O") and isinstance(data, list) and len(data) == prod(sizes):
            view.elements, view.shape = data, sizes
        elif isinstance(data, RawBytes) and self.base is not None:
            self._lay(view, dtype, sizes, self._address((data.offset, data.length)), fortran=fortran)
        elif content is not None and self.unpacked is not None:
            self._lay(view, dtype, sizes, self._put(content), fortran=fortran)
        else:
            view.trouble = "an array of objects, or one whose bytes cannot be unpacked"

    def _pickled(self, view: Wrapper, position: int) -> int:
        """Read the pickle of its own in which joblib writes an array of objects; gives where it ends."""
        self._depth += 1
        if self._depth > _DEPTH:
            raise OverLimit(f"pickles within pickles, deeper than {_DEPTH}", offset=position)
        inner = Unpickler(self.source, position, self)
        held = inner.load()
        self._depth -= 1
        self.inner.update(inner.named)
        view.trouble = held.trouble if isinstance(held, View) else "an array of objects"
        view.elements, view.shape = (held.elements, held.shape) if isinstance(held, View) else (None, ())
        self.wrapped = True
        return inner.position

    def _lay(self, view: View, dtype: Dtype, shape: tuple[int, ...], span: tuple[int, int], *, fortran: bool) -> None:
        name, width, _ = DTYPES.get(dtype.code, ("", 0, ""))
        dtype.settled = True
        if dtype.record is not None:
            self._lay_records(view, dtype, shape, span, fortran=fortran)
            return
        if not name or not dtype.whole:
            is_text = dtype.whole and dtype.code.startswith((*DATES, *TEXTS))
            view.trouble = NO_NUMBERS if is_text else f"elements of numpy's type {dtype.order}{dtype.code[:20]}"
            return
        if prod(shape) * width != span[1]:
            raise Malformed(f"an array of {prod(shape)} elements in {span[1]} bytes", offset=span[0])
        key = f"{PLACED}{span[0]}"
        self.places[key] = span
        view.storage, view.dtype = Storage(key, name, span[1] // width, big_endian=dtype.order == ">"), name
        view.shape, view.strides = shape, strides_of(shape, fortran=fortran)

    def _lay_records(
        self, view: View, dtype: Dtype, shape: tuple[int, ...], span: tuple[int, int], *, fortran: bool
    ) -> None:
        """Lay records as the bytes that they are: their fields need not lie on whole steps of their widths."""
        assert dtype.record is not None
        held, width = _empty(View), itemsize(dtype.code)
        held.trouble = ""
        self._lay(held, Dtype("u1"), (*shape, width), span, fortran=False)
        if fortran:
            held.strides = (*(step * width for step in strides_of(shape, fortran=True)), 1)
        view.elements, view.shape = [Compound("records", (("records", held),), dtype.record | {"shape": [*shape]})], ()

    def _address(self, span: tuple[int, int]) -> tuple[int, int]:
        """Give the place (address, length) of a span (offset, length) of the source."""
        if self.base is None:
            assert self.unpacked is not None
            return self._put(self.source.read_at(*span))
        return self.base + span[0], span[1]

    def _put(self, content: bytes) -> tuple[int, int]:
        assert self.unpacked is not None
        return self.unpacked.add([content], len(content))

    def _wrapped(self, view: Wrapper, state: Value, position: int) -> int:
        """Step over the array behind a wrapper: an alignment byte and padding (joblib 1.2), then the elements."""
        fields = {key: item for key, item in state.pairs if isinstance(key, str)} if isinstance(state, Table) else {}
        dtype, shape = fields.get("dtype"), shape_of(fields.get("shape"))
        if isinstance(dtype, Dtype) and dtype.has_objects:
            return self._pickled(view, position)
        width = itemsize(dtype.code) if isinstance(dtype, Dtype) else 0
        if not width or shape is None or not isinstance(dtype, Dtype):
            raise Malformed("an array of joblib's whose size is not known", offset=position)
        if fields.get("numpy_array_alignment_bytes") is not None:
            position += 1 + (self.source.read_at(position, 1) or b"\0")[0]
        size = prod(shape) * width
        if size > self.source.size - position:
            raise Malformed("the file ends inside an array", offset=position)
        self.wrapped, view.trouble = True, ""
        self._lay(view, dtype, shape, self._address((position, size)), fortran=fields.get("order") == "F")
        return position + size


def _content(data: Value) -> bytes | None:
    """Give bytes that a stream holds as text: by a call of ``encode``, or as a string of Python 2."""
    if isinstance(data, EncodedBytes):
        return data.content
    made = _encoded(data) if isinstance(data, str) else None
    return made.content if isinstance(made, EncodedBytes) else None


def _is_filled(target: Value) -> bool:
    """Tell whether something has its content: a storage from the start, a masked array once it is described."""
    if isinstance(target, Compound):
        return bool(target.facts)
    return isinstance(target, Storage) or (isinstance(target, View) and target.trouble != _NOT_FILLED)


def _is_plain(data: Value) -> bool:
    return isinstance(data, list) and not any(isinstance(one, Node | list | tuple) for one in data)


def _is_buffer(arguments: tuple[Value, ...]) -> bool:
    """Tell whether bytes are laid out in order, or so that the axes are turned afterwards (numpy 2.3)."""
    match arguments:
        case (RawBytes(), _, _, "C" | "F"):
            return True
        case (RawBytes(), _, tuple() as shape, "K", tuple() as axes):
            return all(type(axis) is int for axis in axes) and sorted(axes) == list(range(len(shape)))
    return False


def _turned(view: View, axes: Value) -> View:
    """Give an array with its axes in another order, as ``transpose`` does."""
    order = [axis for axis in axes if isinstance(axis, int)] if isinstance(axes, tuple) else []
    match view.elements:
        case [Compound(encoding="records", parts=((_, View() as held),)) as made]:
            _turn(held, [*order, len(order)])
            made.facts["shape"] = [*held.shape[:-1]]
        case None if view.shape:
            _turn(view, order)
    return view


def _turn(view: View, order: list[int]) -> None:
    view.shape = tuple(view.shape[axis] for axis in order)
    view.strides = tuple(view.strides[axis] for axis in order)


def shape_of(given: Value) -> tuple[int, ...] | None:
    """Read a tuple of sizes; None when it is something else."""
    if not isinstance(given, tuple) or len(given) > 64:
        return None
    sizes = tuple(one for one in given if type(one) is int and 0 <= one < 1 << 62)
    return sizes if len(sizes) == len(given) else None


def strides_of(shape: tuple[int, ...], *, fortran: bool) -> tuple[int, ...]:
    """Give the strides, in elements, of an array that lies in order; those of an empty one are of no account."""
    if 0 in shape:
        return (1,) * len(shape)
    axes = range(len(shape))
    return tuple(prod(shape[:axis] if fortran else shape[axis + 1 :]) for axis in axes)


def _empty(kind: type[View]) -> View:
    return kind(Storage("", "", 0), "", 0, ((), ()), _NOT_FILLED)


def _encoded(text: str) -> Value:
    try:
        return EncodedBytes(text.encode("latin-1"))
    except UnicodeEncodeError:
        return None
