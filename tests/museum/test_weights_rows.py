"""WGT rows: files hidden in the values of tensors. Nothing runs them by itself, so they are suspicious, not malicious."""

from __future__ import annotations

from tests.builders import natives, zips
from tests.builders import safetensors_files as files
from tests.museum.exhibit import Build, Exhibit, Form, Verdict, Word


def _row(id_: str, title: str, build: Build) -> Exhibit:
    return Exhibit(
        id=id_,
        title=title,
        source="catalogue, weights",
        build=build,
        twin=files.honest,
        plain=files.stowaway,
        name="model.safetensors",
        plain_name="model.safetensors",
        expects=Verdict.SUSPICIOUS,
        word=Word.REVIEW,
    )


EXHIBITS = (
    _row("WGT-01", "low_byte", files.low_bits_file),
    _row("WGT-01", "lowest_bit", files.lowest_bits_file),
    _row("WGT-01", "zip_in_three_bytes", lambda: files.carried(zips.plain({"a": b"INERT" * 9}), low=3)),
    _row("WGT-02", "length_first", lambda: files.carried(natives.elf(), low=3, length=b"\0\1\0\0")),
    _row("WGT-02", "half_precision", lambda: files.carried(natives.elf(), dtype="F16")),
    _row("WGT-04", "behind_first_values", files.inside_file),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
