"""SAF rows and WGT-04: headers that lie, bytes that nothing reads, executables and pickles where weights should be.

A safetensors file runs nothing by itself, so only what corrupts memory or carries a hostile pickle is malicious here.
"""

from __future__ import annotations

import base64
from functools import partial

from tests.builders import natives, polyglots, torches
from tests.builders import safetensors_files as files
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.museum.exhibit import NO_CODE, Build, Exhibit, Form, Verdict, Word

_SOURCE = "catalogue, safetensors and weights"
_SUSPICIOUS, _INCONCLUSIVE = Verdict.SUSPICIOUS, Verdict.INCONCLUSIVE


def _row(
    id_: str,
    title: str,
    build: Build,
    expects: Verdict = _SUSPICIOUS,
    word: Word = Word.FINDING,
    *,
    twin: Build = files.honest,
    plain: Build = files.wrong_product,
    name: str = "model.safetensors",
    departs: str = "",
    also: tuple[str, ...] = (),
) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source=_SOURCE,
        build=build,
        twin=twin,
        plain=plain,
        name=name,
        plain_name="model.safetensors",
        expects=expects,
        word=word,
        departs=departs,
        also=also,
    )


def _malicious(id_: str, title: str, build: Build, twin: Build = files.honest, also: tuple[str, ...] = ()) -> Exhibit:
    return _row(id_, title, build, Verdict.MALICIOUS, Word.DENY, twin=twin, also=also)


def in_metadata(pickle: bytes, *, encoded: bool = True) -> bytes:
    """A pickle as a metadata string, in base64 or as it is."""
    text = base64.b64encode(pickle).decode() if encoded else pickle.decode("latin-1")
    return files.honest({"format": "pt", "note": text})


def tail_of(content: bytes) -> bytes:
    return files.trailing(content)


_NATIVE: tuple[tuple[str, Build], ...] = (
    ("elf", natives.elf),
    ("pe", natives.pe),
    ("macho", natives.macho),
    ("macho_fat", natives.macho_fat),
)

EXHIBITS = (
    _row("SAF-01", "header_beyond_file", files.header_beyond_file),
    _row("SAF-01", "giant_header", files.giant_header),
    _row("SAF-01", "deep_header", files.deep_header, _INCONCLUSIVE, Word.UNKNOWN),
    _row("SAF-02", "same_extent", files.duplicate_keys, word=Word.DENY, departs=NO_CODE, also=("SCN-26",)),
    _row("SAF-02", "two_extents", files.duplicate_extents, word=Word.DENY, departs=NO_CODE, also=("SCN-26",)),
    _malicious("SAF-02", "two_types", files.duplicate_fields, also=("SCN-26",)),
    _row("SAF-03", "overlap", files.overlapping),
    _row("SAF-03", "hole", files.hole),
    _row("SAF-03", "late_start", files.late_start),
    _row("SAF-03", "tail", files.trailing),
    _row("SAF-03", "truncated", files.truncated),
    _row("SAF-03", "negative_offsets", files.odd_offsets),
    *(
        _malicious("SAF-03", f"pickle_in_{title}", partial(build, posix_system()), files.honest)
        for title, build in (("tail", tail_of), ("hole", files.hole), ("late_start", files.late_start))
    ),
    _malicious("SAF-03", "zip_behind", polyglots.safetensors_then_zip),
    _malicious("SAF-03", "zip_inside", polyglots.safetensors_holding_zip),
    _row("SAF-04", "empty_tensors_inside_another", files.zero_size_reused, word=Word.NOTE, twin=files.zero_size),
    _malicious("SAF-05", "product", files.wrong_product),
    _malicious("SAF-05", "product_modulo_2_64", files.overflowing_product),
    *(
        _row("SAF-05", f"shape_{number}", partial(files.odd_shape, shape))
        for number, shape in enumerate(([-1, 3], [2.5], "2,3", [[2], 3]))
    ),
    _row("SAF-05", "unknown_dtype", files.unknown_dtype, _INCONCLUSIVE, Word.UNKNOWN),
    _row("SAF-07", "padding", files.odd_padding),
    _row("SAF-07", "leading_blanks", files.leading_spaces),
    _malicious("SAF-07", "pickle_behind_the_header", lambda: files.odd_padding(b" " * 8 + posix_system())),
    _row("SAF-08", "values_are_no_strings", files.odd_metadata, also=("SCN-28",)),
    _malicious("SAF-08", "pickle_in_base64", partial(in_metadata, posix_system()), partial(in_metadata, plain_data())),
    _malicious(
        "SAF-08",
        "pickle_of_protocol_0",
        polyglots.pickle_in_metadata,
        partial(polyglots.pickle_in_metadata, plain_data(0)),
    ),
    *(
        Exhibit(
            id="SAF-10",
            title=title,
            source=_SOURCE,
            build=build,
            twin=files.honest,
            name="model.safetensors",
            also=("survey renamed.safetensors",),
        )
        for title, build in (
            ("pickle", files.pickle_named_safetensors),
            ("pickle_of_protocol_0", partial(posix_system, 0)),
            ("torch_zip", partial(torches.zip_checkpoint, poisoned=posix_system(2)[2:-1])),
        )
    ),
    *(
        _row("SCN-26", title, build)
        for title, build in (
            ("not_a_number", files.constants_in_header),
            ("not_utf8", files.invalid_utf8),
            ("infinity", partial(files.constants_in_header, b"1e999")),
        )
    ),
    _row("SCN-26", "byte_order_mark", partial(files.other_first_byte, b"\xef\xbb\xbf"), _INCONCLUSIVE, Word.UNKNOWN),
    *(
        _row(
            "WGT-04",
            f"{title}_{place}",
            partial(files.stowaway, make(), place=place),
            twin=partial(files.stowaway, natives.noise_beginning(make()[:4]), place="tensor"),
        )
        for title, make in _NATIVE
        for place in ("tensor", "tail")
    ),
    *(
        _malicious("WGT-04", f"{title}_as_tensor", partial(files.stowaway, content), partial(files.stowaway, honest))
        for title, content, honest in (
            ("pickle", posix_system(), natives.noise_beginning(b"\x80\x04")),
            ("zip", torches.zip_checkpoint(poisoned=posix_system(2)[2:-1]), natives.noise_beginning(b"PK")),
        )
    ),
    *(
        _row(
            "WGT-04",
            f"torch_{title}",
            partial(torches.zip_checkpoint, (torches.Tensor(name="x", shape=(len(make()),), dtype="u8", data=make()),)),
            twin=torches.zip_checkpoint,
            name="model.pt",
        )
        for title, make in _NATIVE
    ),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
