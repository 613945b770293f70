"""SCN-05 … SCN-20 in zip archives: what two readers read differently, what hides, escapes or is sealed."""

from __future__ import annotations

from functools import partial

from tests.builders import streams, zip_tricks, zips
from tests.museum.carried import BAD, GOOD, HARMLESS, ZIP, row, slip, special, tarred, zipped
from tests.museum.exhibit import Exhibit, Form, Verdict, Word


def _zipped_inside(content: bytes) -> bytes:
    return zipped(content, "inner")


def deep(content: bytes, depth: int) -> bytes:
    """Zip, tar and gzip inside one another."""
    for level in range(depth):
        content = (_zipped_inside, tarred, streams.gzipped)[level % 3](content)
    return content


EXHIBITS = (
    *(
        row("SCN-05", f"crc_{where}", partial(zip_tricks.wrong_crc, BAD, where=where))
        for where in ("both", "local", "central")
    ),
    *(
        row("SCN-06", f"flags_{flags:#x}", partial(zip_tricks.flag_bits, BAD, flags))
        for flags in (0x1, 0x20, 0x40, 0x61, 0x2000)
    ),
    row("SCN-07", "two_names", partial(zip_tricks.two_names, BAD)),
    row("SCN-07", "two_sizes", partial(zip_tricks.two_sizes, BAD)),
    row("SCN-07", "two_methods", partial(zip_tricks.two_methods, BAD)),
    row("SCN-08", "first_hostile", partial(zip_tricks.duplicates, BAD, GOOD)),
    row("SCN-08", "last_hostile", partial(zip_tricks.duplicates, GOOD, BAD)),
    row("SCN-09", "case_twins", partial(zip_tricks.case_twins, BAD, GOOD)),
    row("SCN-09", "capitals", partial(zip_tricks.other_case, BAD), (ZIP[0], partial(zip_tricks.other_case, GOOD))),
    row("SCN-11", "between_entries", partial(zip_tricks.between_entries, BAD, GOOD)),
    row("SCN-11", "before_directory", partial(zip_tricks.before_directory, BAD, GOOD)),
    row("SCN-11", "unlisted", partial(zip_tricks.unlisted, BAD, GOOD)),
    row("SCN-11", "comment", partial(zip_tricks.commented, BAD, GOOD)),
    row("SCN-11", "tail", partial(zip_tricks.trailing, BAD, GOOD)),
    row("SCN-11", "two_directories", partial(zip_tricks.two_directories, BAD, GOOD)),
    row("SCN-11", "zip64_dispute", partial(zip_tricks.zip64_dispute, BAD, GOOD)),
    row("SCN-11", "zip64_dispute_reversed", partial(zip_tricks.zip64_dispute, GOOD, BAD)),
    *(
        row(
            "SCN-12",
            f"depth_{depth}",
            partial(deep, BAD, depth),
            (partial(deep, BAD, 1), partial(deep, GOOD, depth)),
        )
        for depth in (2, 3, 6, 11)
    ),
    row(
        "SCN-12", "deeper_than_anybody_follows", partial(deep, BAD, 20), expects=Verdict.INCONCLUSIVE, word=Word.UNKNOWN
    ),
    *(
        row("SCN-13", title, build, expects=Verdict.INCONCLUSIVE, word=Word.UNKNOWN)
        for title, build in (
            ("deflate64", partial(zip_tricks.exotic, BAD, zips.DEFLATE64)),
            ("encrypted", lambda: zips.archive(zips.encrypted_entry(zip_tricks.NAME, BAD))),
        )
    ),
    *(
        row(
            "SCN-13",
            title,
            partial(zip_tricks.exotic, BAD, method),
            (ZIP[0], partial(zip_tricks.exotic, GOOD, method)),
        )
        for title, method in (("zstd", zips.ZSTD), ("xz", zips.XZ))
    ),
    row("SCN-20", "bad_first_member", partial(zip_tricks.bad_first, BAD)),
    *(slip("zip", number, name) for number, name in enumerate(zip_tricks.SLIP_NAMES) if name not in HARMLESS),
    special("SCN-17", "link_out", zip_tricks.symlink, "model.zip", ZIP, escapes=True),
    special("SCN-17", "pipe", zip_tricks.special, "model.zip", ZIP, escapes=False),
    row("SCN-18", "overlap", partial(zip_tricks.overlapping, BAD)),
    row("SCN-18", "quoted", partial(zip_tricks.quoted, BAD)),
    row("SCN-18", "claimed_size", zip_tricks.claimed_bomb, expects=Verdict.SUSPICIOUS, word=Word.UNKNOWN),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
