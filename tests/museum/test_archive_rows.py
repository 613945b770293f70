"""SCN-10 … SCN-24 in other carriers: tar, 7z, compressed streams, polyglots, bombs and budgets."""

from __future__ import annotations

from functools import partial

from tests.builders import joblibs, numpys, polyglots, sevenzips, streams, tars, torches
from tests.builders.noise import noise
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import SHELL, VETTED, Target, call_target, pickled_call, program
from tests.builders.pickles.writer import data
from tests.museum.carried import BAD, GOOD, HARMLESS, TAR, ZIP, row, slip, special, zipped
from tests.museum.exhibit import Exhibit, Form, Verdict, Word

_STREAMS = {
    "gzip": streams.gzipped,
    "bz2": streams.bzipped,
    "xz": streams.xz,
    "lzma": streams.legacy_lzma,
    "zlib": streams.zlibbed,
    "lz4": streams.lz4_frame,
    "zstd": streams.zstd_frame,
}
_INNER = {
    "pickle": (BAD, GOOD),
    "joblib": (joblibs.poisoned(), joblibs.honest()),
    "npy": (numpys.poisoned_npy(), numpys.object_npy()),
}


def late_call(size: int, target: Target = SHELL) -> bytes:
    """A call behind `size` bytes of noise in one operand."""
    return program(data(noise(size)) + b"0", call_target(target))


EXHIBITS = (
    *(
        row("SCN-14", title, build, (partial(sevenzips.plain, {"a.pkl": BAD}), twin), "model.7z")
        for title, build, twin in (
            (
                "lzma",
                partial(sevenzips.archive, {"a.bin": BAD}, method=sevenzips.LZMA),
                partial(sevenzips.archive, {"a.bin": GOOD}, method=sevenzips.LZMA),
            ),
            (
                "packed_header",
                partial(sevenzips.archive, {"a": BAD}, packed_header=True),
                partial(sevenzips.archive, {"a": GOOD}, packed_header=True),
            ),
            (
                "false_header_crc",
                partial(sevenzips.false_header_crc, {"a.pkl": BAD}),
                partial(sevenzips.plain, {"a.pkl": GOOD}),
            ),
        )
    ),
    row(
        "SCN-13",
        "sealed_7z",
        partial(sevenzips.sealed, {"a.pkl": noise(64)}),
        (partial(sevenzips.plain, {"a.pkl": BAD}), partial(sevenzips.plain, {"a.pkl": GOOD})),
        "model.7z",
        expects=Verdict.INCONCLUSIVE,
        word=Word.UNKNOWN,
    ),
    *(
        row(
            "SCN-15",
            f"{codec}_{inner}",
            partial(packed, bad),
            (partial(streams.gzipped, bad), partial(packed, good)),
            "model.packed",
            also=("card zamaanahmed streams", "card xiaoyaoes ZF"),
        )
        for codec, packed in _STREAMS.items()
        for inner, (bad, good) in _INNER.items()
    ),
    row(
        "SCN-15",
        "joblib_zfile",
        partial(joblibs.zfile, BAD),
        (posix_system, partial(joblibs.zfile, GOOD)),
        "model.pkl",
    ),
    row(
        "SCN-15",
        "two_gzip_members",
        partial(streams.gzip_members, GOOD, BAD),
        (partial(streams.gzipped, BAD), partial(streams.gzip_members, GOOD, GOOD)),
        "model.gz",
    ),
    row(
        "SCN-11",
        "gzip_tail",
        partial(streams.gzip_with_tail, GOOD, BAD),
        (partial(streams.gzipped, BAD), partial(streams.gzipped, GOOD)),
        "model.gz",
    ),
    row(
        "SCN-11",
        "skippable_frame",
        lambda: streams.skippable_frame(BAD) + streams.zstd_frame(GOOD),
        (partial(streams.zstd_frame, BAD), partial(streams.zstd_frame, GOOD)),
        "model.zst",
    ),
    row(
        "SCN-05",
        "gzip_crc",
        partial(streams.gzip_with_wrong_crc, BAD),
        (partial(streams.gzipped, BAD), partial(streams.gzipped, GOOD)),
        "model.gz",
    ),
    *(
        row("SCN-16", title, build, TAR, "model.tar")
        for title, build in (
            ("pax_name", partial(tars.pax_override, BAD)),
            ("pax_size", partial(tars.pax_size_override, BAD, 3)),
            ("duplicates", partial(tars.duplicates, BAD, GOOD)),
            ("false_checksum", partial(tars.false_checksum, BAD)),
            ("tail", partial(tars.trailing, BAD, GOOD)),
            ("second_archive", partial(tars.two_archives, GOOD, BAD)),
            ("link_then_file", partial(tars.link_then_file, GOOD)),
        )
    ),
    row(
        "SCN-16",
        "gnu_long_name",
        partial(tars.gnu_long_name, BAD),
        (TAR[0], partial(tars.gnu_long_name, GOOD)),
        "model.tar",
    ),
    *(slip("tar", number, name) for number, name in enumerate(tars.SLIP_NAMES) if name not in HARMLESS),
    *(
        special("SCN-16", f"link_out_{kind.decode()}", partial(tars.link, kind=kind), "model.tar", TAR, escapes=True)
        for kind in (tars.SYMLINK, tars.HARD_LINK)
    ),
    *(
        special(
            "SCN-16",
            f"link_inside_{kind.decode()}",
            partial(tars.link, "other", kind=kind),
            "model.tar",
            TAR,
            escapes=False,
        )
        for kind in (tars.SYMLINK, tars.HARD_LINK)
    ),
    *(
        special("SCN-16", f"special_{kind.decode()}", partial(tars.special, kind), "model.tar", TAR, escapes=False)
        for kind in (tars.FIFO, tars.CHARACTER_DEVICE, tars.BLOCK_DEVICE)
    ),
    row(
        "SCN-18",
        "zstd_bomb",
        partial(streams.zstd_bomb, 1 << 28),
        (partial(streams.zstd_frame, BAD), partial(streams.zstd_frame, GOOD)),
        "model.zst",
        expects=Verdict.INCONCLUSIVE,
        word=Word.UNKNOWN,
    ),
    row(
        "SCN-18",
        "sparse_tar",
        partial(tars.gnu_sparse, GOOD),
        TAR,
        "model.tar",
        expects=Verdict.SUSPICIOUS,
        word=Word.UNKNOWN,
    ),
    row("SCN-18", "npy_shape", numpys.shape_bomb, (numpys.poisoned_npy, numpys.npy), "array.npy"),
    *(
        row("SCN-10", title, build, (posix_system, twin), name, also=("card dxoth1nh",))
        for title, build, twin, name in (
            ("pickle_then_zip", polyglots.pickle_then_zip, plain_data, "model.pt"),
            ("stub_then_zip", polyglots.stub_then_zip, ZIP[1], "model.zip"),
            ("script_then_zip", polyglots.script_then_zip, ZIP[1], "model.zip"),
            ("torch_then_pickle", polyglots.torch_then_pickle, torches.zip_checkpoint, "model.pt"),
            ("two_zips", polyglots.two_zips, ZIP[1], "model.zip"),
            ("npy_then_zip", polyglots.npy_then_zip, numpys.npy, "array.npy"),
            ("gzip_then_zip", polyglots.gzip_then_zip, partial(streams.gzipped, GOOD), "model.gz"),
            ("tar_then_zip", polyglots.tar_then_zip, TAR[1], "model.tar"),
            ("tar_named_pickle", polyglots.tar_named_pickle, TAR[1], "model.tar"),
            ("pickle_then_text", polyglots.pickle_then_text, partial(plain_data, 0), "model.pkl"),
        )
    ),
    row(
        "SCN-19",
        "behind_24_megabytes",
        partial(late_call, 24 << 20),
        (posix_system, partial(late_call, 24 << 20, VETTED)),
        "model.pkl",
    ),
    row(
        "SCN-19",
        "behind_24_megabytes_in_zip",
        lambda: zipped(late_call(24 << 20)),
        (ZIP[0], lambda: zipped(late_call(24 << 20, VETTED))),
    ),
    row(
        "SCN-24",
        "lfs_pointer",
        lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n",
        (posix_system, plain_data),
        "model.pkl",
        expects=Verdict.INCONCLUSIVE,
        word=Word.UNKNOWN,
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)


def test_the_call_behind_noise_is_that_of_the_plain_form() -> None:
    assert pickled_call(SHELL)[2:] in late_call(1024)
