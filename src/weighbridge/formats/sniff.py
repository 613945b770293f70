"""What is it? Content decides; every identity of a polyglot is named. A name only ever adds a reader.

Sources: the magic numbers of each format's specification; structure where a magic number is missing or weak.
"""

from __future__ import annotations

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource

HEAD = 4_096
"""Bytes from the beginning that decide; a tar header needs 512, an executable up to a page."""

ZIP_TAIL = 65_557
"""The longest distance of the end-of-central-directory record from the end: 22 bytes and a comment of 65,535."""

NEAR_TAIL = 4_096
"""The same when reading is dear: an archive behind something else rarely has a comment."""

_LEADING: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x93NUMPY", "numpy.npy"),
    (b"ZF0x", "joblib.zfile"),
    (b"GGUF", "gguf"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"Rar!\x1a\x07", "rar"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"RIFF", "riff"),
    (b"version https://git-lfs", "git-lfs pointer"),
)
# -- more magic numbers, by family: torch
_LEADING += ((b"|TZR|", "tensorizer"),)
# -- keras and HDF5
_LEADING += ()
# -- FlatBuffers, Arrow
_LEADING += ((b"PARE", "parquet"), (b"FEA1", "feather"), (b"CBM1", "catboost"), (b"ML\xefR", "mlir"))
# -- TensorFlow
_LEADING += ((b"\x12\x01" + bytes(14), "mxnet.params"),)
# -- GGML
_LEADING += (
    (b"lmgg", "ggml"),
    (b"fmgg", "ggml"),
    (b"tjgg", "ggml"),
    (b"algg", "ggml"),
    (b"MZqFpD='", "ape"),
    (b"jartsr='", "ape"),
    (b"APEDBG='", "ape"),
)
# -- R, word vectors, CNTK
_LEADING += ((b"\xba\x16\x4f\x2f", "fasttext"), (b"B\0C\0N\0\0\0", "cntk"))
# -- trees and classical models
_LEADING += ((b"binf", "xgboost.binary"),)
# -- msgpack, engines, MXNet
_LEADING += (
    (b"ftrt", "tensorrt engine"),
    (b"ptrt", "tensorrt engine"),
    (b"RKNN", "rknn"),
)
# -- media
_LEADING += (
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"ID3", "mp3"),
    *((b"\x00\x01\x00\x00\x00" + bytes((tables,)), "font") for tables in range(1, 64)),
    (b"OTTO", "font"),
    (b"wOFF", "font"),
    (b"wOF2", "font"),
)
_BY_FIRST: dict[bytes, list[tuple[bytes, str]]] = {}
for _magic, _kind in _LEADING:
    _BY_FIRST.setdefault(_magic[:1], []).append((_magic, _kind))
_AT_FOUR: tuple[tuple[bytes, str], ...] = (
    (b"TFL3", "tflite"),
    (b"ET12", "executorch"),
    (b"FT01", "executorch.data"),
    (b"ftyp", "mp4"),
)

_BY_NAME: tuple[tuple[str, str], ...] = (
    (".onnx", "onnx"),
    (".pb", "tensorflow graph"),
    (".meta", "tensorflow graph"),
    (".pbtxt", "tensorflow.text"),
    (".tflite", "tflite"),
    (".gguf", "gguf"),
    (".safetensors", "safetensors"),
    (".npy", "numpy.npy"),
    (".pkl", "pickle"),
    (".pickle", "pickle"),
    (".dill", "pickle"),
    (".cloudpickle", "pickle"),
)
_OPENED: tuple[tuple[str, str], ...] = (
    # names that a loader opens as what it expects, whatever else the content may be
    ("saved_model.pb", "tensorflow.saved_model"),
    ("saved_model.pbtxt", "tensorflow.text"),
)
_PROMISES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (".safetensors", ("safetensors",)),
    (".gguf", ("gguf",)),
    (".onnx", ("onnx",)),
    (".tflite", ("tflite", "zip")),
    (".h5", ("hdf5",)),
    (".hdf5", ("hdf5",)),
    (".npy", ("numpy.npy",)),
    (".npz", ("zip",)),
    (".keras", ("zip", "hdf5")),
    (".json", ("text",)),
    (".txt", ("text",)),
    (".md", ("text",)),
    (".yaml", ("text",)),
    (".yml", ("text",)),
    (".csv", ("text",)),
    (".png", ("png",)),
    (".jpg", ("jpeg",)),
    (".jpeg", ("jpeg",)),
    (".gif", ("gif",)),
    (".pdf", ("pdf",)),
    (".parquet", ("parquet",)),
)
_SPELT = frozenset({"gif", "riff", "ogg", "flac", "mp3", "font", "mp4", "rknn", "tensorrt engine"})
"""Formats with a magic number that people can type; all of them hold bytes behind it that no text has."""
_TEXT = bytes({7, 8, 9, 10, 12, 13, 27} | set(range(0x20, 0x100)) - {0x7F})


@value
class Sniffed:
    """``formats`` by content, ``named`` by extension only; ``promised`` is what the extension promises, if anything."""

    formats: tuple[str, ...]
    named: tuple[str, ...]
    promised: tuple[str, ...]


def sniff(source: ByteSource, name: str, *, tail: int = ZIP_TAIL) -> Sniffed:
    """Identify a node by its content, then by its name, at whose end Windows ignores dots and blanks.

    ``tail`` bytes at the end are searched for the end of a zip archive.
    """
    name = name.rstrip(". ")
    lower = name.lower()
    found = _by_content(source, name, tail) if source.size else ["empty"]
    base = lower.rpartition("/")[2]
    if source.size and not any(kind.startswith("tensorflow") for kind in found):
        found += [kind for opened, kind in _OPENED if base == opened]
    named = tuple(kind for ending, kind in _BY_NAME if lower.endswith(ending) and kind not in found)
    if ".data-" in lower and _is_shard(lower):
        named += ("tensorflow.checkpoint.data",)
    promised = next((kinds for ending, kinds in _PROMISES if lower.endswith(ending)), ())
    return Sniffed(formats=tuple(found), named=named if source.size else (), promised=promised)


def _by_content(source: ByteSource, name: str, tail: int) -> list[str]:
    head = source.read_at(0, HEAD)
    found = [kind for magic, kind in _BY_FIRST.get(head[:1], ()) if head.startswith(magic)]
    found += [kind for magic, kind in _AT_FOUR if head[4:8] == magic]
    if "hdf5" not in found and _has_user_block(source, head, name):
        found.append("hdf5")
    is_tar = head[257:262] == b"ustar" or _is_old_tar(head)
    if "zip" not in found and _ends_as_zip(source, tail, at_the_end=is_tar or "7z" in found):
        found.append("zip")
    stream = _stream(head)
    if stream:
        found.append(stream)
    if is_tar:
        found.append("tar")
    if head[8:9] in {b"{", b" "} and _is_safetensors(head, source.size):
        found.append("safetensors")
    if head[:1] in _PROGRAM_BEGINS and _is_program(source, head):
        found.append("native")
    # To an unpickler the four bytes are PERSID: a bare one stops there, and torch's takes them for a zip.
    pickled = "" if head.startswith(b"PK\x03\x04") else _pickled(source, head)
    if pickled:
        found.append(pickled)
    is_text = _is_text(head) and found != ["git-lfs pointer"]
    return found if found and not is_text else _by_structure(source, head, name, found, is_text=is_text)


def _by_structure(source: ByteSource, head: bytes, name: str, found: list[str], *, is_text: bool) -> list[str]:
    """Name what has no magic number; most models have one, so that this is imported when it is needed."""
    from weighbridge.formats import recognise

    found = found or recognise.binary(head, source)
    if is_text:
        said = recognise.text(head, source, name)
        # Words can begin like what is no text: a reader of text is asked whenever the beginning is one.
        found += [kind for kind in (("text", *said) if _SPELT.issuperset(found) else said) if kind not in found]
    return found


_PROGRAM_BEGINS = frozenset({b"\x7f", b"M", b"\xfe", b"\xce", b"\xcf", b"\xca", b"\x00", b"#"})
"""First bytes of everything that ``native.identify`` knows."""


def _is_program(source: ByteSource, head: bytes) -> bool:
    from weighbridge.formats import native

    if head[:2] not in native.PREFIXES:
        return False
    kind = native.identify(source.read_at(0, native.reach(head)), source.size)
    # A script is text and read as such, unless it only begins like one.
    return bool(kind) and not (kind == "script" and _is_text(head))


def _is_shard(name: str) -> bool:
    """Tell a shard of a TensorFlow checkpoint, which is numbers from its first byte on: ``….data-00000-of-00001``."""
    first, _, last = name.rpartition(".data-")[2].partition("-of-")
    return len(first) == len(last) == 5 and (first + last).isdigit()


def _has_user_block(source: ByteSource, head: bytes, name: str) -> bool:
    """Tell whether an HDF5 file begins behind a user block; a name that promises one has it searched for to the end."""
    promised = name.lower().endswith((".h5", ".hdf5", ".keras"))
    if not promised and b"\x89HDF\r\n\x1a\n" not in head:
        return False
    from weighbridge.formats.hdf5.superblock import sniff as begins_hdf5

    return begins_hdf5(source, near=not promised)


def _pickled(source: ByteSource, head: bytes) -> str:
    from weighbridge.formats.pickle.probe import begins_torch_legacy, holds_pickle

    if begins_torch_legacy(head):
        return "torch.legacy"
    return "pickle" if holds_pickle(source) else ""


def _ends_as_zip(source: ByteSource, tail: int, *, at_the_end: bool) -> bool:
    """Find an end-of-central-directory record from which some reader gets to a directory (APPNOTE 4.3.16).

    ``at_the_end`` asks for one that ends the file: in a tar or 7z archive the last member may be a zip itself, with the
    archive's own end behind it, and each member is looked at on its own.
    """
    length = min(source.size, tail)
    if b"PK\x05\x06" not in source.read_at(source.size - length, length):
        return False
    from weighbridge.formats.containers.zip_ends import claims, end_records

    return any(
        claim.entries
        for end in end_records(source)
        if not at_the_end or end.offset + end.length + end.comment >= source.size
        for claim in claims(source, end)
    )


def _stream(head: bytes) -> str:
    """Name the compressed stream that begins here; its own module knows which magic numbers prove something."""
    if head[:1] not in _STREAM_BEGINS and head[5:13] != b"\xff" * 8 and head[10:13] != b"\0\0\0":
        return ""
    from weighbridge.formats.containers.stream_magic import recognise

    return recognise(head)


_STREAM_CODES = (0x1F, 0x42, 0xFD, 0x04, 0x02, 0x28, *range(0x50, 0x60), *range(0x08, 0x80, 0x10))
_STREAM_BEGINS = frozenset(bytes((code,)) for code in _STREAM_CODES)
"""First bytes of gzip, bzip2, xz, lz4, zstd, skippable frames and zlib; LZMA has none, its size field is looked at."""


def _is_old_tar(head: bytes) -> bool:
    if len(head) < 512 or not head[0]:
        return False
    from weighbridge.formats.containers.tar import looks_like

    return bool(head[148:154].strip(b" 0123456789\0") == b"" and looks_like(head))


def _is_safetensors(head: bytes, size: int) -> bool:
    from weighbridge.formats.safetensors import sniff as is_safetensors

    return is_safetensors(head, size)


def _is_text(head: bytes) -> bool:
    """Tell whether the beginning holds no byte that text has no use for, or is UTF-16 with its mark."""
    return head[:2] in {b"\xff\xfe", b"\xfe\xff"} or not head.translate(None, _TEXT)
