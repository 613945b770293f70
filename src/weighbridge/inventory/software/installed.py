"""Installed distributions: read from their ``*.dist-info`` folders, importing nothing.

Sources: PyPA "Core metadata specifications", "Recording installed projects" (RECORD, REQUESTED) and "Recording the
direct URL origin of installed distributions" (PEP 610).
"""

from __future__ import annotations

import csv
import re
from base64 import urlsafe_b64decode
from email.parser import BytesHeaderParser
from hashlib import sha256

from weighbridge.core.errors import Malformed
from weighbridge.inventory.software import names
from weighbridge.inventory.software.requirement_files import one
from weighbridge.inventory.software.shapes import json_table, table, text_of, word
from weighbridge.inventory.software.values import Ecosystem, Edge, Manifest, Package, Place, Source, Standing

_OWN = re.compile(r"[^/]+\.dist-info/METADATA")
"""The metadata of the distribution itself; those of what it brings along lie deeper."""
_SHORT = 200
"""Characters of a licence that is a name; longer ones are the whole text of one."""


def metadata(content: bytes) -> Manifest:
    """Read METADATA or PKG-INFO; raises Malformed for one without a name or a version."""
    head = BytesHeaderParser().parsebytes(content.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n")
    written, version = str(head["Name"] or "").strip(), names.version(str(head["Version"] or "").strip())
    name = names.normal(Ecosystem.PYPI, written)
    if not name or not version:
        raise Malformed("it states no name or no version")
    edges = []
    for text in head.get_all("Requires-Dist") or ():
        asked = one(str(text), pointer="")
        if asked is not None:
            edges.append(Edge(name=asked.name, marker=asked.marker, extra=_extra(asked.marker), extras=asked.extras))
    license_ = str(head["License-Expression"] or head["License"] or "").strip()
    package = Package(
        ecosystem=Ecosystem.PYPI, name=name, written=written, version=version, standing=Standing.INSTALLED,
        requires=tuple(edges), license=license_ if len(license_) <= _SHORT and "\n" not in license_ else "",
        summary=str(head["Summary"] or "")[:500],
    )  # fmt: skip
    return Manifest(kind="metadata", packages=(package,), sha256=sha256(content).hexdigest())


def _extra(marker: str) -> str:
    """Name the extra that a marker asks for; a question mark where it is not one alone."""
    if "extra" not in marker:
        return ""
    quoted = marker.partition("extra ==")[2].strip()
    return quoted[1:].partition(quoted[0])[0] if quoted[:1] in {'"', "'"} else "?"


def record(content: bytes) -> Manifest:
    """Read what RECORD states of METADATA: its SHA-256, empty where it states none."""
    stated = ""
    try:
        for row in csv.reader(text_of(content).splitlines()):
            if len(row) >= 2 and _OWN.fullmatch(row[0]) and row[1].startswith("sha256="):
                coded = row[1][7:]
                stated = urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).hex()
    except (csv.Error, ValueError) as wrong:
        raise Malformed(f"it is no list of installed files: {wrong}") from None
    return Manifest(kind="record", sha256=stated)


def direct_url(content: bytes) -> Manifest:
    """Read direct_url.json: a package that came from no index; its name stays empty."""
    document = json_table(content)
    url = word(document.get("url"))
    vcs, archive, folder = (table(document.get(f"{key}_info")) for key in ("vcs", "archive", "dir"))
    hashes = {names.digest(f"{kind}:{word(text)}") for kind, text in table(archive.get("hashes")).items()}
    hashes.add(names.digest(word(archive.get("hash"))))
    if vcs:
        source = names.repository(url, word(vcs.get("requested_revision")), word(vcs.get("commit_id")))
    elif url.startswith("file:"):
        source = Source(place=Place.PATH, address=url.removeprefix("file://"), editable=folder.get("editable") is True)
    else:
        source = Source(place=Place.URL, address=names.shown(url))
    package = Package(
        ecosystem=Ecosystem.PYPI, name="", written="", standing=Standing.INSTALLED, source=source,
        hashes=tuple(sorted(hashes - {""})),
    )  # fmt: skip
    return Manifest(kind="direct_url", packages=(package,))
