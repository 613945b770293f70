"""Croissant: what a data set says of itself in JSON-LD, beside a model or beside its data.

Source: the format's specification 1.0 and 1.1 (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html):
schema.org's Dataset with ``distribution``, a list of FileObject (with ``contentUrl`` and ``sha256``) and FileSet.
"""

from __future__ import annotations

import re
from posixpath import normpath

from weighbridge.core.descriptions import DocumentValue
from weighbridge.core.refs import is_outside, is_sha256
from weighbridge.inventory.graph import Confidence, Field, Kind, License, Method, Origin, RelationKind
from weighbridge.inventory.licenses import license_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.assembly import Assembly
    from weighbridge.inventory.graph import Content
    from weighbridge.inventory.model.subject import SubjectFile

DOCUMENT = "croissant"
MOST = 500
"""Files of one data set that are listed."""
_FIELDS = {
    "/name": Field.NAME, "/description": Field.DESCRIPTION, "/url": Field.URL, "/version": Field.VERSION,
    "/datePublished": Field.RELEASED, "/creator/name": Field.AUTHOR, "/publisher/name": Field.SUPPLIER,
}  # fmt: skip
_AUTHORS = re.compile(r"/creator/\d+/name")
_LICENSE = re.compile(r"/license(/\d+)?(/(?:name|url|@id))?")
_PART = re.compile(r"/distribution(?:/(\d+))?/(@type|@id|name|contentUrl|sha256|encodingFormat)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_HUB = "https://huggingface.co/datasets/"
_LISTED = re.compile(r"https?://(?:www\.)?(?:spdx\.org|choosealicense\.com)/licenses/([\w.+-]+?)(?:\.html|\.json)?/?")
_COMMONS = re.compile(r"https?://creativecommons\.org/(licenses/by[a-z-]*|publicdomain/zero)/(\d\.\d)/?.*")


def is_croissant(file: SubjectFile) -> bool:
    """Tell whether a file is the description of a data set."""
    return any(one.document == DOCUMENT and not one.at.member for one in file.of(DocumentValue))


def read(file: SubjectFile, assembly: Assembly, owner: str) -> None:
    """Make the data set that a file describes, with its files: those that are here, and those that it names.

    Every file of the repository must be in the assembly.
    """
    values = {one.pointer: one.text for one in file.of(DocumentValue) if one.document == DOCUMENT}
    hub = values.get("/url", "").removeprefix(_HUB).rstrip("/")
    known = f"hf://datasets/{hub}" if values.get("/url", "").startswith(_HUB) and hub.count("/") == 1 else ""
    made = assembly.component(f"{Kind.DATASET}:{known or file.path}", Kind.DATASET)

    def origin(pointer: str) -> Origin:
        return Origin(
            method=Method.MANIFEST, confidence=Confidence.DECLARED, file=file.path, pointer=pointer, sha256=file.sha256
        )  # fmt: skip

    def claim(id_: str, field: Field, content: Content, pointer: str) -> None:
        if content:
            assembly.claim(id_, field, content, origin(pointer))

    for pointer, text in values.items():
        field = Field.AUTHOR if _AUTHORS.fullmatch(pointer) else _FIELDS.get(pointer)
        if field is Field.RELEASED:
            dated = _DATE.match(text)
            claim(made, field, dated[0] if dated else "", pointer)
        elif field is not None:
            claim(made, field, text, pointer)
        elif _LICENSE.fullmatch(pointer) and (held := _license(text)) is not None:
            claim(made, Field.LICENSE, held, pointer)
    if not values.get("/name"):
        claim(made, Field.NAME, known or file.path, "")
    assembly.ask(made, Field.VERSION, Field.LICENSE, Field.SUPPLIER)
    is_here = False
    for number, part in _parts(values).items():
        at = f"/distribution/{number}" if number else "/distribution"
        digest = part.get("sha256", "").lower()
        there = _place(file, part.get("contentUrl", ""))
        id_ = f"{Kind.FILE}:{there}"
        if there and id_ in assembly:
            is_here = True
        else:
            name = part.get("@id") or part.get("name") or part.get("contentUrl", "")
            id_ = assembly.component(f"{Kind.FILE}:{file.path}#{number or 0}", Kind.FILE)
            claim(id_, Field.NAME, f"{file.path}#{name}", f"{at}/@id")
            claim(id_, Field.URL, part.get("contentUrl", ""), f"{at}/contentUrl")
            claim(id_, Field.FORMAT, part.get("encodingFormat", ""), f"{at}/encodingFormat")
            assembly.relate(made, RelationKind.CONTAINS, id_, origin(at))
        if is_sha256(digest):
            claim(id_, Field.SHA256, digest, f"{at}/sha256")
    beside = Origin(method=Method.NAME, confidence=Confidence.INFERRED, file=file.path)
    relation = RelationKind.CONTAINS if is_here else RelationKind.DEPENDS_ON
    assembly.relate(owner, relation, made, beside)


def _parts(values: dict[str, str]) -> dict[str, dict[str, str]]:
    """Give the files of a distribution by their numbers; sets of files have patterns, and no content of their own."""
    found: dict[str, dict[str, str]] = {}
    for pointer, text in values.items():
        part = _PART.fullmatch(pointer)
        if part is not None:
            found.setdefault(part[1] or "", {})[part[2]] = text
    kept = [(number, one) for number, one in found.items() if not one.get("@type", "").endswith("FileSet")]
    return dict(kept[:MOST])


def _place(file: SubjectFile, url: str) -> str:
    """Give the path in the repository that an address means; empty for one elsewhere."""
    if not url or "://" in url or url.startswith("/"):
        return ""
    path = normpath(f"{file.folder}/{url}" if file.folder else url)
    return "" if is_outside(path) else path


def _license(text: str) -> License | None:
    """Read a licence that is given by its address; of those that nobody knows the address is the name."""
    if found := _LISTED.fullmatch(text):
        return license_of(found[1])
    if found := _COMMONS.fullmatch(text):
        word = "CC0" if found[1].startswith("public") else f"CC-{found[1].removeprefix('licenses/').upper()}"
        return license_of(f"{word}-{found[2]}")
    return License(name=text, url=text) if "://" in text else license_of(text)
