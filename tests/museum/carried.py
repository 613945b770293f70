"""Exhibits of containers: one hostile and one honest pickle, and a row that carries them with a trick around."""

from __future__ import annotations

from functools import partial

from tests.builders import tars, zip_tricks, zips
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from tests.museum.exhibit import NO_CODE, Build, Exhibit, Verdict, Word

SOURCE = "catalogue, containers and dispatch"
BAD, GOOD = posix_system(), plain_data()


def zipped(content: bytes, name: str = zip_tricks.NAME) -> bytes:
    """A zip of one member."""
    return zips.plain({name: content})


def tarred(content: bytes, name: str = "data.pkl") -> bytes:
    """A tar of one member."""
    return tars.plain({name: content})


ZIP: tuple[Build, Build] = (partial(zipped, BAD), partial(zipped, GOOD))
TAR: tuple[Build, Build] = (partial(tarred, BAD), partial(tarred, GOOD))
"""Plain form and twin: the carrier without a trick around the hostile and the honest pickle."""


def row(
    id_: str,
    title: str,
    build: Build,
    forms: tuple[Build, Build] = ZIP,
    name: str = "model.zip",
    *,
    expects: Verdict = Verdict.MALICIOUS,
    word: Word = Word.DENY,
    departs: str = "",
    also: tuple[str, ...] = (),
) -> Exhibit:
    """An exhibit whose plain form and twin are `forms`, all three under one name."""
    plain, twin = forms
    return Exhibit(
        id=id_,
        title=title,
        source=SOURCE,
        build=build,
        plain=plain,
        twin=twin,
        name=name,
        plain_name=name,
        expects=expects,
        word=word,
        departs=departs,
        also=also,
    )


# Names that escape on some system; the others only read differently, which is reported but runs nothing.
_ESCAPING = {
    b"../inert.txt",
    b"a/../../inert.txt",
    b"/inert.txt",
    b"//host/share/inert.txt",
    b"\\\\host\\share\\inert.txt",
    b"..\\inert.txt",
    b"C:\\inert.txt",
    b"C:inert.txt",
    b"inert.txt\x00.safetensors",
    "\u2024\u2024/inert.txt".encode(),
}
HARMLESS = {b"./inert.txt", b"a//inert.txt", b"inert\xff.txt"}  # honest tools write these


def slip(kind: str, number: int, name: bytes) -> Exhibit:
    """A member whose name leaves the folder or reads differently elsewhere, around the honest pickle."""
    build, forms, carrier = (
        (zip_tricks.slipping, ZIP, "model.zip") if kind == "zip" else (tars.slipping, TAR, "model.tar")
    )
    made = partial(build, name.replace(b".txt", b".dat"), GOOD)
    return special("SCN-17", f"{kind}_name_{number:02}", made, carrier, forms, escapes=name in _ESCAPING)


def special(id_: str, title: str, build: Build, name: str, forms: tuple[Build, Build], *, escapes: bool) -> Exhibit:
    """A name, link or device: malicious when it leads out of the folder."""
    if escapes:
        return row(id_, title, build, forms, name)
    return row(id_, title, build, forms, name, expects=Verdict.SUSPICIOUS, departs=NO_CODE)
