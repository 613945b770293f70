"""SCN-01 … SCN-30: archives, streams, names and budgets, around one hostile pickle.

Plain is the same carrier without the trick around the same payload; the twin is that carrier around honest data, or
the trick itself where an honest program writes it.
"""

from __future__ import annotations

from functools import partial

from tests.builders import joblibs, numpys, polyglots, sevenzips, streams, tars, torches, zip_tricks, zips
from tests.builders.noise import noise
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import SHELL, VETTED, Target, call_target, pickled_call, program
from tests.builders.pickles.writer import data
from tests.museum.exhibit import NO_CODE, Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, containers and dispatch"
_BAD, _GOOD = posix_system(), plain_data()
_SUSPICIOUS, _INCONCLUSIVE = Verdict.SUSPICIOUS, Verdict.INCONCLUSIVE


def _zip(content: bytes, name: str = zip_tricks.NAME) -> bytes:
    return zips.plain({name: content})


def _tar(content: bytes, name: str = "data.pkl") -> bytes:
    return tars.plain({name: content})


_ZIP, _TAR = (partial(_zip, _BAD), partial(_zip, _GOOD)), (partial(_tar, _BAD), partial(_tar, _GOOD))


def _row(
    id_: str,
    title: str,
    build: Build,
    forms: tuple[Build, Build] = _ZIP,
    name: str = "model.zip",
    **more: object,
) -> Exhibit:
    """`forms` are the plain form and the twin."""
    plain, twin = forms
    return Exhibit(
        id=id_, title=title, source=_SOURCE, build=build, plain=plain, twin=twin, name=name, plain_name=name, **more
    )  # type: ignore[arg-type]


def _renamed(id_: str, name: str, around: Build, honest: Build, plain_name: str) -> Exhibit:
    """The name is the trick: the plain form has an ordinary one."""
    return Exhibit(
        id=id_, title=name, source=_SOURCE, build=around, plain=around, twin=honest, name=name, plain_name=plain_name
    )


def _both(id_: str, title: str, around: object, name: str, plain: Build = posix_system) -> Exhibit:
    """The same carrier around the hostile and the honest pickle."""
    assert callable(around)
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=partial(around, _BAD),
        twin=partial(around, _GOOD),
        plain=plain,
        name=name,
    )


def _pair(first: bytes, second: bytes) -> tuple[Build, Build]:
    return partial(zips.plain, {"a.pkl": first}), partial(zips.plain, {"a.pkl": second})


def _zipped_inside(content: bytes) -> bytes:
    return _zip(content, "inner")


def deep(content: bytes, depth: int) -> bytes:
    """Zip, tar and gzip inside one another."""
    for level in range(depth):
        content = (_zipped_inside, _tar, streams.gzipped)[level % 3](content)
    return content


_NAMES = (
    "model.cloudpickle", "model.ptpkg", "model.mlmodel", "model.weights", "model", "MODEL.PT", "model.pkl.bak", ".metadata",
    "data.0", "model.pdparams", "index.faiss",
)  # fmt: skip
_STREAMS = {
    "gzip": streams.gzipped, "bz2": streams.bzipped, "xz": streams.xz, "lzma": streams.legacy_lzma, "zlib": streams.zlibbed,
    "lz4": streams.lz4_frame, "zstd": streams.zstd_frame,
}  # fmt: skip
_INNER = {
    "pickle": (_BAD, _GOOD),
    "joblib": (joblibs.poisoned(), joblibs.honest()),
    "npy": (numpys.poisoned_npy(), numpys.object_npy()),
}
# Names that escape on some system; the others only read differently, which is reported but runs nothing.
_ESCAPING = {
    b"../inert.txt", b"a/../../inert.txt", b"/inert.txt", b"//host/share/inert.txt", b"\\\\host\\share\\inert.txt",
    b"..\\inert.txt", b"C:\\inert.txt", b"C:inert.txt", b"inert.txt\x00.safetensors", "\u2024\u2024/inert.txt".encode(),
}  # fmt: skip
_HARMLESS = {b"./inert.txt", b"a//inert.txt", b"inert\xff.txt"}  # honest tools write these


def _slip(kind: str, number: int, name: bytes) -> Exhibit:
    escapes = name in _ESCAPING
    build, forms = (zip_tricks.slipping, _ZIP) if kind == "zip" else (tars.slipping, _TAR)
    carrier = "model.zip" if kind == "zip" else "model.tar"
    ended = name.replace(b".txt", b".dat")
    return _row(
        "SCN-17",
        f"{kind}_name_{number:02}",
        partial(build, ended, _GOOD),
        (forms[0], forms[1]),
        carrier,
        expects=Verdict.MALICIOUS if escapes else _SUSPICIOUS,
        departs="" if escapes else NO_CODE,
    )


def _special(title: str, build: Build, name: str, forms: tuple[Build, Build], *, escapes: bool) -> Exhibit:
    return _row(
        "SCN-16" if name.endswith("tar") else "SCN-17",
        title,
        build,
        forms,
        name,
        expects=Verdict.MALICIOUS if escapes else _SUSPICIOUS,
        departs="" if escapes else NO_CODE,
    )


def late_call(size: int, target: Target = SHELL) -> bytes:
    """A call behind `size` bytes of noise in one operand."""
    return program(data(noise(size)) + b"0", call_target(target))


DISPATCH = (
    *(_renamed("SCN-01", name, posix_system, plain_data, "model.pkl") for name in _NAMES),
    _renamed("SCN-01", "model.weights.zip_inside", _ZIP[0], _ZIP[1], "model.zip"),
    _renamed("SCN-02", "pytorch_model.bin", posix_system, plain_data, "model.pkl"),
    _renamed("SCN-02", "model.ckpt", partial(posix_system, 0), partial(plain_data, 0), "model.pkl"),
    _renamed(
        "SCN-02",
        "model.pkl.torch",
        partial(torches.zip_checkpoint, poisoned=call_target(SHELL, protocol=2)),
        torches.zip_checkpoint,
        "model.pt",
    ),
    *(
        _both("SCN-03", f"{title}_protocol_{protocol}", lambda pickle, around=around: around(pickle), name)
        if protocol > 1
        else Exhibit(
            id="SCN-03",
            title=f"{title}_protocol_{protocol}",
            source=_SOURCE,
            build=partial(around, posix_system(protocol)),
            twin=partial(around, plain_data(protocol)),
            plain=partial(around, _BAD),
            name=name,
            plain_name=name,
        )
        for protocol in (0, 1)
        for title, around, name in (
            ("zip", _zip, "model.zip"),
            ("tar", _tar, "model.tar"),
            ("7z", lambda pickle: sevenzips.plain({"weights": pickle}), "model.7z"),
            ("gzip", streams.gzipped, "model.gz"),
        )
    ),
)

ZIPS = (
    *(
        _row("SCN-05", f"crc_{where}", partial(zip_tricks.wrong_crc, _BAD, where=where))
        for where in ("both", "local", "central")
    ),
    *(
        _row("SCN-06", f"flags_{flags:#x}", partial(zip_tricks.flag_bits, _BAD, flags))
        for flags in (0x1, 0x20, 0x40, 0x61, 0x2000)
    ),
    _row("SCN-07", "two_names", partial(zip_tricks.two_names, _BAD)),
    _row("SCN-07", "two_sizes", partial(zip_tricks.two_sizes, _BAD)),
    _row("SCN-07", "two_methods", partial(zip_tricks.two_methods, _BAD)),
    _row("SCN-08", "first_hostile", partial(zip_tricks.duplicates, _BAD, _GOOD)),
    _row("SCN-08", "last_hostile", partial(zip_tricks.duplicates, _GOOD, _BAD)),
    _row("SCN-09", "case_twins", partial(zip_tricks.case_twins, _BAD, _GOOD)),
    _row("SCN-09", "capitals", partial(zip_tricks.other_case, _BAD), (_ZIP[0], partial(zip_tricks.other_case, _GOOD))),
    _row("SCN-11", "between_entries", partial(zip_tricks.between_entries, _BAD, _GOOD)),
    _row("SCN-11", "before_directory", partial(zip_tricks.before_directory, _BAD, _GOOD)),
    _row("SCN-11", "unlisted", partial(zip_tricks.unlisted, _BAD, _GOOD)),
    _row("SCN-11", "comment", partial(zip_tricks.commented, _BAD, _GOOD)),
    _row("SCN-11", "tail", partial(zip_tricks.trailing, _BAD, _GOOD)),
    _row("SCN-11", "two_directories", partial(zip_tricks.two_directories, _BAD, _GOOD)),
    _row("SCN-11", "zip64_dispute", partial(zip_tricks.zip64_dispute, _BAD, _GOOD)),
    _row("SCN-11", "zip64_dispute_reversed", partial(zip_tricks.zip64_dispute, _GOOD, _BAD)),
    *(
        _row("SCN-12", f"depth_{depth}", partial(deep, _BAD, depth), (partial(deep, _BAD, 1), partial(deep, _GOOD, depth)))
        for depth in (2, 3, 6, 11)
    ),
    _row(
        "SCN-12", "deeper_than_anybody_follows", partial(deep, _BAD, 20), expects=_INCONCLUSIVE, word=Word.UNKNOWN
    ),
    *(
        _row("SCN-13", title, build, expects=_INCONCLUSIVE, word=Word.UNKNOWN)
        for title, build in (
            ("deflate64", partial(zip_tricks.exotic, _BAD, zips.DEFLATE64)),
            ("encrypted", lambda: zips.archive(zips.encrypted_entry(zip_tricks.NAME, _BAD))),
        )
    ),
    *(
        _row("SCN-13", title, partial(zip_tricks.exotic, _BAD, method), (_ZIP[0], partial(zip_tricks.exotic, _GOOD, method)))
        for title, method in (("zstd", zips.ZSTD), ("xz", zips.XZ))
    ),
    _row("SCN-20", "bad_first_member", partial(zip_tricks.bad_first, _BAD)),
    *(_slip("zip", number, name) for number, name in enumerate(zip_tricks.SLIP_NAMES) if name not in _HARMLESS),
    _special("link_out", zip_tricks.symlink, "model.zip", _ZIP, escapes=True),
    _special("pipe", zip_tricks.special, "model.zip", _ZIP, escapes=False),
    _row("SCN-18", "overlap", partial(zip_tricks.overlapping, _BAD)),
    _row("SCN-18", "quoted", partial(zip_tricks.quoted, _BAD)),
    _row("SCN-18", "claimed_size", zip_tricks.claimed_bomb, expects=_SUSPICIOUS, word=Word.UNKNOWN),
)

OTHERS = (
    *(
        _row("SCN-14", title, build, (partial(sevenzips.plain, {"a.pkl": _BAD}), twin), "model.7z")
        for title, build, twin in (
            ("lzma", partial(sevenzips.archive, {"a.bin": _BAD}, method=sevenzips.LZMA), partial(sevenzips.archive, {"a.bin": _GOOD}, method=sevenzips.LZMA)),
            ("packed_header", partial(sevenzips.archive, {"a": _BAD}, packed_header=True), partial(sevenzips.archive, {"a": _GOOD}, packed_header=True)),
            ("false_header_crc", partial(sevenzips.false_header_crc, {"a.pkl": _BAD}), partial(sevenzips.plain, {"a.pkl": _GOOD})),
        )
    ),
    _row("SCN-13", "sealed_7z", partial(sevenzips.sealed, {"a.pkl": noise(64)}), (partial(sevenzips.plain, {"a.pkl": _BAD}), partial(sevenzips.plain, {"a.pkl": _GOOD})),
         "model.7z", expects=_INCONCLUSIVE, word=Word.UNKNOWN),
    *(
        _row("SCN-15", f"{codec}_{inner}", partial(packed, bad), (partial(streams.gzipped, bad), partial(packed, good)), "model.packed",
             also=("card zamaanahmed streams", "card xiaoyaoes ZF"))
        for codec, packed in _STREAMS.items()
        for inner, (bad, good) in _INNER.items()
    ),
    _row("SCN-15", "joblib_zfile", partial(joblibs.zfile, _BAD), (posix_system, partial(joblibs.zfile, _GOOD)), "model.pkl"),
    _row("SCN-15", "two_gzip_members", partial(streams.gzip_members, _GOOD, _BAD), (partial(streams.gzipped, _BAD), partial(streams.gzip_members, _GOOD, _GOOD)), "model.gz"),
    _row("SCN-11", "gzip_tail", partial(streams.gzip_with_tail, _GOOD, _BAD), (partial(streams.gzipped, _BAD), partial(streams.gzipped, _GOOD)), "model.gz"),
    _row("SCN-11", "skippable_frame", lambda: streams.skippable_frame(_BAD) + streams.zstd_frame(_GOOD), (partial(streams.zstd_frame, _BAD), partial(streams.zstd_frame, _GOOD)), "model.zst"),
    _row("SCN-05", "gzip_crc", partial(streams.gzip_with_wrong_crc, _BAD), (partial(streams.gzipped, _BAD), partial(streams.gzipped, _GOOD)), "model.gz"),
    *(
        _row("SCN-16", title, build, _TAR, "model.tar")
        for title, build in (
            ("pax_name", partial(tars.pax_override, _BAD)),
            ("pax_size", partial(tars.pax_size_override, _BAD, 3)),
            ("duplicates", partial(tars.duplicates, _BAD, _GOOD)),
            ("false_checksum", partial(tars.false_checksum, _BAD)),
            ("tail", partial(tars.trailing, _BAD, _GOOD)),
            ("second_archive", partial(tars.two_archives, _GOOD, _BAD)),
            ("link_then_file", partial(tars.link_then_file, _GOOD)),
        )
    ),
    _both("SCN-16", "gnu_long_name", tars.gnu_long_name, "model.tar"),
    *(_slip("tar", number, name) for number, name in enumerate(tars.SLIP_NAMES) if name not in _HARMLESS),
    *(_special(f"link_out_{kind.decode()}", partial(tars.link, kind=kind), "model.tar", _TAR, escapes=True) for kind in (tars.SYMLINK, tars.HARD_LINK)),
    *(_special(f"link_inside_{kind.decode()}", partial(tars.link, "other", kind=kind), "model.tar", _TAR, escapes=False) for kind in (tars.SYMLINK, tars.HARD_LINK)),
    *(_special(f"special_{kind.decode()}", partial(tars.special, kind), "model.tar", _TAR, escapes=False) for kind in (tars.FIFO, tars.CHARACTER_DEVICE, tars.BLOCK_DEVICE)),
    _row("SCN-18", "zstd_bomb", partial(streams.zstd_bomb, 1 << 28), (partial(streams.zstd_frame, _BAD), partial(streams.zstd_frame, _GOOD)), "model.zst",
         expects=_INCONCLUSIVE, word=Word.UNKNOWN),
    _row("SCN-18", "sparse_tar", partial(tars.gnu_sparse, _GOOD), _TAR, "model.tar", expects=_SUSPICIOUS, word=Word.UNKNOWN),
    _row("SCN-18", "npy_shape", numpys.shape_bomb, (numpys.poisoned_npy, numpys.npy), "array.npy"),
    *(
        _row("SCN-10", title, build, (posix_system, twin), name, also=("card dxoth1nh",))
        for title, build, twin, name in (
            ("pickle_then_zip", polyglots.pickle_then_zip, plain_data, "model.pt"),
            ("stub_then_zip", polyglots.stub_then_zip, _ZIP[1], "model.zip"),
            ("script_then_zip", polyglots.script_then_zip, _ZIP[1], "model.zip"),
            ("torch_then_pickle", polyglots.torch_then_pickle, torches.zip_checkpoint, "model.pt"),
            ("two_zips", polyglots.two_zips, _ZIP[1], "model.zip"),
            ("npy_then_zip", polyglots.npy_then_zip, numpys.npy, "array.npy"),
            ("gzip_then_zip", polyglots.gzip_then_zip, partial(streams.gzipped, _GOOD), "model.gz"),
            ("tar_then_zip", polyglots.tar_then_zip, _TAR[1], "model.tar"),
            ("tar_named_pickle", polyglots.tar_named_pickle, _TAR[1], "model.tar"),
            ("pickle_then_text", polyglots.pickle_then_text, partial(plain_data, 0), "model.pkl"),
        )
    ),
    _row("SCN-19", "behind_24_megabytes", partial(late_call, 24 << 20), (posix_system, partial(late_call, 24 << 20, VETTED)), "model.pkl"),
    _row("SCN-19", "behind_24_megabytes_in_zip", lambda: _zip(late_call(24 << 20)), (_ZIP[0], lambda: _zip(late_call(24 << 20, VETTED)))),
    _row("SCN-24", "lfs_pointer", lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n",
         (posix_system, plain_data), "model.pkl", expects=_INCONCLUSIVE, word=Word.UNKNOWN),
)  # fmt: skip

EXHIBITS = (*DISPATCH, *ZIPS, *OTHERS)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)


def test_the_call_behind_noise_is_that_of_the_plain_form() -> None:
    assert pickled_call(SHELL)[2:] in late_call(1024)
