"""numpy's own files: ``.npy`` with a header before the bytes of an array, ``.npz`` with one such member an array.

Source: the format description of ``numpy.lib.format`` (versions 1.0, 2.0, 3.0). The header is read by a grammar of
literals and never evaluated.
"""

from __future__ import annotations

from weighbridge.conversion.checksums import sums_of
from weighbridge.conversion.inert import Table, Unsupported
from weighbridge.conversion.numpy_dtypes import Dtype, of_header
from weighbridge.conversion.numpy_objects import ArrayLoader, shape_of
from weighbridge.conversion.torch_files import Checkpoint, read_legacy
from weighbridge.conversion.torch_objects import TorchLoader
from weighbridge.conversion.unpickler import Unpickler
from weighbridge.conversion.zip_members import member_of
from weighbridge.core.errors import Malformed
from weighbridge.core.reader import Reader
from weighbridge.core.source import SubSource
from weighbridge.core.values import value
from weighbridge.formats.numpy import MAGIC
from weighbridge.formats.python_literal import Pairs, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.inert import Value, View
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry

_CODECS = {1: "latin-1", 2: "latin-1", 3: "utf-8"}
_HEADER = 1 << 20
_FIELDS = ("descr", "fortran_order", "shape")
_OBJECTS = frozenset({"|O", "O", "<O", ">O"})


def read_npy(source: ByteSource, base: int, unpacked: Unpacked) -> Checkpoint:
    """Read a file of one array, which begins at an address; one of objects is a pickle behind the header."""
    header = _header(source)
    if isinstance(header.descr, str) and header.descr in _OBJECTS:
        rest = SubSource(source, header.end, source.size - header.end)
        held, _ = read_pickle(rest, base + header.end, unpacked, joblib=False)
        return held
    loader = ArrayLoader(source, base)
    return Checkpoint(root=_array(source, loader), source=source, places=loader.places, named={})


def read_npz(source: ByteSource, records: dict[str, Entry], unpacked: Unpacked) -> Checkpoint:
    """Read an archive of arrays; a member that is none is refused, one that is compressed is unpacked."""
    pairs: list[tuple[Value, Value]] = []
    places: dict[str, tuple[int, int]] = {}
    named: dict[str, bool] = {}
    for entry in records.values():
        member, begin = member_of(entry, source, unpacked)
        if not entry.name.endswith(".npy") or member.read_at(0, len(MAGIC)) != MAGIC:
            raise Malformed(f"member {entry.name[:80]!r} is no array", offset=begin)
        held = read_npy(member, begin, unpacked)
        places.update(held.places)
        named.update(held.named)
        pairs.append((entry.name.removesuffix(".npy"), held.root))
    sums = sums_of(records.values())
    return Checkpoint(root=Table(pairs), source=source, places=places, named=named, sums=sums)


def read_pickle(
    source: ByteSource, base: int, unpacked: Unpacked, *, joblib: bool = True
) -> tuple[Checkpoint, bool]:  # fmt: skip
    """Read a pickle with arrays in it, and tell whether they lie between its opcodes, as joblib writes them.

    ``base`` is the address at which it begins; bytes that it holds as text are ``unpacked``.
    """
    loader = TorchLoader(source, base, unpacked=unpacked)
    loader.joblib = joblib
    loader.stored = read_legacy  # tensors of torch bring their storages along
    unpickler = Unpickler(source, 0, loader)
    root = unpickler.load()
    named = loader.inner | unpickler.named
    held = Checkpoint(
        root=root, source=source, places=loader.places, named=named, rest=source.size - unpickler.position
    )
    return held, loader.wrapped


@value
class _Header:
    """What stands before an array: its type as written, its order and lengths, and where the array begins."""

    descr: object
    fortran: bool
    sizes: tuple[int, ...]
    end: int


def _header(source: ByteSource) -> _Header:
    reader = Reader(source, len(MAGIC))
    version, minor = reader.u8(), reader.u8()
    if version not in _CODECS or minor:
        raise Malformed(f"version {version}.{minor} of .npy is not known")
    length = reader.u16() if version == 1 else reader.u32()
    if length > _HEADER:
        raise Malformed(f"the header has {length} bytes")
    try:
        found = parse(reader.exactly(length).decode(_CODECS[version]).strip())
    except UnicodeDecodeError:
        raise Malformed("the header of an array is not text") from None
    fields = dict(found.items) if isinstance(found, Pairs) and _are_fields(found) else {}
    descr, fortran, shape = (fields.get(name) for name in _FIELDS)
    sizes = shape_of(shape) if isinstance(shape, tuple) else None  # type: ignore[arg-type]
    if not isinstance(descr, str | list) or type(fortran) is not bool or sizes is None:
        raise Malformed("the header of an array has no simple type, order or shape")
    return _Header(descr=descr, fortran=fortran, sizes=sizes, end=reader.offset)


def _array(source: ByteSource, loader: ArrayLoader) -> View | Unsupported:
    header = _header(source)
    left = source.size - header.end
    dtype = Dtype(header.descr) if isinstance(header.descr, str) else of_header(header.descr)
    if dtype is None:
        return Unsupported("an array of records that hold more than numbers and text")
    if not loader.fills(dtype, header.sizes, left):
        raise Malformed("there are more or fewer bytes behind the header than the array has")
    return loader.laid(dtype, header.sizes, (header.end, left), fortran=header.fortran)


def _are_fields(found: Pairs) -> bool:
    return sorted(str(key) for key, _ in found.items) == sorted(_FIELDS)
