"""What the schema of CycloneDX does not see: references that lead nowhere, and values that cannot be.

Works on plain data of anybody, of any shape; what has another shape than the schema says is the schema's to tell.
"""

from __future__ import annotations

import re
from datetime import datetime

from weighbridge.inventory.bom.purls import trouble as purl_trouble
from weighbridge.inventory.bom.trouble import Check, quoted, told
from weighbridge.inventory.licenses import is_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.inventory.bom.trouble import Trouble

_LENGTHS = {
    "MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-384": 96, "SHA-512": 128, "SHA3-256": 64, "SHA3-384": 96,
    "SHA3-512": 128, "BLAKE2b-256": 64, "BLAKE2b-384": 96, "BLAKE2b-512": 128, "BLAKE3": 64, "Streebog-256": 64,
    "Streebog-512": 128,
}  # fmt: skip
"""Hexadecimal digits of each algorithm."""
_HEX = re.compile(r"[0-9a-fA-F]+")
_INDEX = re.compile(r"[0-9]{1,9}")
_REFERRING = frozenset(
    {"ref", "dependsOn", "provides", "assemblies", "dependencies", "vulnerabilities", "attributedTo"}
)
_MOST = 5_000_000
"""Values of one document that are looked at."""
_BOM_LINK = "urn:cdx:"


def lint(document: dict[str, Any]) -> Iterator[Trouble]:
    """Yield what is wrong with a document, in its order."""
    refs: dict[str, str] = {}
    named: list[tuple[str, str]] = []
    for at, key, found in _values(document):
        if isinstance(found, dict):
            ref = found.get("bom-ref")
            if isinstance(ref, str):
                if ref in refs:
                    yield told(Check.REFERENCE, f"{at}/bom-ref", f"{quoted(ref)} is given at {refs[ref]} too")
                refs.setdefault(ref, f"{at}/bom-ref")
            yield from _component(found, at)
        elif isinstance(found, str):
            if _refers(at, key):
                named.append((at, found))
            if key in {"timestamp", "created", "updated", "published"} and not _is_time(found):
                yield told(Check.TIME, at, f"{quoted(found)} is no time")
    for at, ref in named:
        if ref not in refs and not ref.startswith(_BOM_LINK):
            yield told(Check.REFERENCE, at, f"{quoted(ref)} leads to nothing")
    yield from _dependencies(document)
    yield from _pointers(document)


def _values(document: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Walk all values in their order, each with its pointer and the last key of an object on the way."""
    stack: list[tuple[str, str, Any]] = [("", "", document)]
    left = _MOST
    while stack and left:
        at, key, found = stack.pop()
        left -= 1
        yield at, key, found
        if isinstance(found, dict):
            stack += [(f"{at}/{_escaped(name)}", name, item) for name, item in reversed(found.items())]
        elif isinstance(found, list):
            stack += [(f"{at}/{number}", key, found[number]) for number in reversed(range(len(found)))]


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _refers(at: str, key: str) -> bool:
    """Tell whether a text is a reference to another part of the document."""
    if key not in _REFERRING or at.startswith("/definitions"):
        return False
    if key == "ref":
        return "/dependencies/" in at or "/datasets/" in at or "/resourceReferences/" in at or "/affects/" in at
    return key != "dependencies" or "/compositions/" in at


def _component(found: dict[str, Any], at: str) -> Iterator[Trouble]:
    purl = found.get("purl")
    if isinstance(purl, str) and (words := purl_trouble(purl)):
        yield told(Check.PURL, f"{at}/purl", f"{quoted(purl)}: {words}")
    algorithm, content = found.get("alg"), found.get("content")
    if isinstance(algorithm, str) and isinstance(content, str):
        wanted = _LENGTHS.get(algorithm)
        if wanted is not None and (len(content) != wanted or not _HEX.fullmatch(content)):
            yield told(Check.HASH, f"{at}/content", f"{quoted(content)} is no digest of {algorithm}")
    expression = found.get("expression")
    if isinstance(expression, str) and "/licenses/" in f"{at}/" and not is_expression(expression):
        yield told(Check.LICENSE, f"{at}/expression", f"{quoted(expression)} is no SPDX expression")


def _dependencies(document: dict[str, Any]) -> Iterator[Trouble]:
    seen: set[str] = set()
    listed = document.get("dependencies")
    for at, one in enumerate(listed if isinstance(listed, list) else ()):
        ref = one.get("ref") if isinstance(one, dict) else None
        if isinstance(ref, str):
            if ref in seen:
                yield told(Check.REFERENCE, f"/dependencies/{at}/ref", f"{quoted(ref)} has two lines")
            seen.add(ref)


def _pointers(document: dict[str, Any]) -> Iterator[Trouble]:
    """Hold the pointers of citations against the document."""
    listed = document.get("citations")
    for at, one in enumerate(listed if isinstance(listed, list) else ()):
        pointers = one.get("pointers") if isinstance(one, dict) else None
        for number, pointer in enumerate(pointers if isinstance(pointers, list) else ()):
            if isinstance(pointer, str) and not _resolves(document, pointer):
                yield told(Check.REFERENCE, f"/citations/{at}/pointers/{number}", f"{quoted(pointer)} is not there")


def _resolves(document: Any, pointer: str) -> bool:
    if pointer and not pointer.startswith("/"):
        return False
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, list) and _INDEX.fullmatch(key) and int(key) < len(document):
            document = document[int(key)]
        else:
            return False
    return True


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
