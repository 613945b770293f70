"""Reads VEX documents: OpenVEX 0.2.0, and CycloneDX with vulnerabilities, alone or inside a bill of materials.

A statement that cannot be used is a trouble with its number, never silence; a document that is neither is Malformed.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.refs import is_sha256
from weighbridge.core.values import value
from weighbridge.inventory.advisories.exposure import Standing, Statement
from weighbridge.inventory.advisories.vex.codes import CYCLONEDX, FROM_CYCLONEDX, JUSTIFICATIONS, OPENVEX
from weighbridge.inventory.advisories.vex.statement import Product, VexReading, VexStatement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MOST = 50_000
"""Statements of a document that are read."""
_NOBODY = "somebody who is not named"


class _Unusable(Exception):  # noqa: N818  (what is wrong with a statement, on its way to a trouble)
    pass


@value
class _Head:
    """What holds for all statements of a document; ``inside`` are its own components by their references."""

    author: str
    at: str
    source: str
    inside: dict[str, Product]


def read(document: dict[str, Any], source: str) -> VexReading:
    """Read a document; ``source`` is what it is called. Raises Malformed for what is no VEX document."""
    if "openvex" in str(document.get("@context", "")):
        listed, read_one = _list(document.get("statements")), _openvex
        head = _Head(
            author=_text(document.get("author")) or _NOBODY, at=_text(document.get("timestamp")), source=source,
            inside={},
        )  # fmt: skip
    elif document.get("bomFormat") == "CycloneDX":
        if "vulnerabilities" not in document:
            raise Malformed("the CycloneDX document says nothing about vulnerabilities")
        metadata = _table(document.get("metadata"))
        listed, read_one = _list(document.get("vulnerabilities")), _cyclonedx
        head = _Head(
            author=_cyclonedx_author(metadata) or _NOBODY, at=_text(metadata.get("timestamp")), source=source,
            inside=_inside(document),
        )  # fmt: skip
    else:
        raise Malformed("it is neither OpenVEX nor CycloneDX")
    if len(listed) > MOST:
        raise Malformed(f"it has {len(listed)} statements; {MOST} are read")
    statements, troubles = [], []
    for number, one in enumerate(listed, 1):
        try:
            statements.append(read_one(_object(one), head, number))
        except _Unusable as trouble:
            troubles.append(f"{source}: statement {number} is not used: {trouble}")
    if not listed:
        troubles.append(f"{source}: it holds no statement")
    return VexReading(statements=tuple(statements), troubles=tuple(troubles))


def _object(found: Any) -> dict[str, Any]:
    if type(found) is not dict:
        raise _Unusable("it is no object")
    return found


# -- OpenVEX -------------------------------------------------------------------------------------------------------


def _openvex(one: dict[str, Any], head: _Head, number: int) -> VexStatement:
    held = one.get("vulnerability")
    vulnerability = {"name": held} if type(held) is str else _table(held)
    names = [_text(vulnerability.get("name")), _text(vulnerability.get("@id")), *_texts(vulnerability.get("aliases"))]
    status = _text(one.get("status"))
    if status not in OPENVEX:
        raise _Unusable(f"its status is {status[:40]!r}" if status else "it has no status")
    justification, impact = _text(one.get("justification")), _text(one.get("impact_statement"))
    if justification and justification not in JUSTIFICATIONS:
        raise _Unusable(f"its justification {justification[:60]!r} is none of OpenVEX")
    if OPENVEX[status] is Standing.NOT_AFFECTED and not justification and not impact:
        raise _Unusable("it says not_affected and gives no reason")
    notes = (impact, _text(one.get("status_notes")), _text(one.get("action_statement")))
    says = Statement(
        standing=OPENVEX[status], author=head.author, justification=justification,
        note="; ".join(filter(None, notes)), at=_text(one.get("timestamp")) or head.at, source=head.source,
    )  # fmt: skip
    products = [_product(_table(each)) for each in _list(one.get("products")) if type(each) is not str]
    products += [_of_id(each) for each in _list(one.get("products")) if type(each) is str]
    return _statement(names, products, says, number)


def _product(one: dict[str, Any]) -> Product:
    identifiers = _table(one.get("identifiers"))
    named = _of_id(_text(one.get("@id")))
    hashes = {name.lower().replace("-", ""): _text(text).lower() for name, text in _table(one.get("hashes")).items()}
    digest = hashes.get("sha256", "")
    return Product(
        refs=named.refs,
        purls=tuple(dict.fromkeys(filter(None, (*named.purls, _text(identifiers.get("purl")))))),
        sha256=(digest,) if is_sha256(digest) else (),
        within=tuple(_product(_table(each) | {"subcomponents": []}) for each in _list(one.get("subcomponents"))),
    )


def _of_id(text: str) -> Product:
    return Product(purls=(text,)) if text.startswith("pkg:") else Product(refs=(text,) if text else ())


# -- CycloneDX -----------------------------------------------------------------------------------------------------


def _cyclonedx(one: dict[str, Any], head: _Head, number: int) -> VexStatement:
    analysis = _table(one.get("analysis"))
    names = [_text(one.get("id")), *(_text(_table(each).get("id")) for each in _list(one.get("references")))]
    state = _text(analysis.get("state"))
    if state not in CYCLONEDX:
        raise _Unusable(f"its analysis has the state {state[:40]!r}" if state else "it has no analysis with a state")
    written, detail = _text(analysis.get("justification")), _text(analysis.get("detail"))
    if CYCLONEDX[state] is Standing.NOT_AFFECTED and state != "false_positive" and not written and not detail:
        raise _Unusable("it says not_affected and gives no reason")
    if written and written not in FROM_CYCLONEDX:
        raise _Unusable(f"its justification {written[:60]!r} is none of CycloneDX")
    notes = (written.replace("_", " "), "false positive" if state == "false_positive" else "", detail)
    says = Statement(
        standing=CYCLONEDX[state], author=head.author, justification=FROM_CYCLONEDX.get(written, ""),
        note="; ".join(filter(None, notes)),
        at=_text(analysis.get("lastUpdated")) or _text(analysis.get("firstIssued")) or head.at, source=head.source,
    )  # fmt: skip
    refs = [_text(_table(each).get("ref")) for each in _list(one.get("affects"))]
    return _statement(names, [head.inside.get(ref) or _of_id(ref) for ref in refs if ref], says, number)


def _inside(document: dict[str, Any]) -> dict[str, Product]:
    """Give the components of the document itself by their references, with what else they are known by."""
    found: dict[str, Product] = {}
    waiting = [*_list(document.get("components")), _table(document.get("metadata")).get("component")]
    while waiting:
        one = _table(waiting.pop())
        waiting += _list(one.get("components"))
        ref, purl = _text(one.get("bom-ref")), _text(one.get("purl"))
        hashes = [_table(each) for each in _list(one.get("hashes"))]
        digests = [_text(each.get("content")).lower() for each in hashes if each.get("alg") == "SHA-256"]
        if ref:
            found.setdefault(
                ref, Product(refs=(ref,), purls=(purl,) if purl else (), sha256=tuple(filter(is_sha256, digests)))
            )
    return found


def _cyclonedx_author(metadata: dict[str, Any]) -> str:
    people = [_text(_table(one).get("name")) for one in _list(metadata.get("authors"))]
    firms = [_text(_table(metadata.get(name)).get("name")) for name in ("supplier", "manufacturer", "manufacture")]
    return next(iter(filter(None, (*people, *firms))), "")


# -- shapes --------------------------------------------------------------------------------------------------------


def _statement(names: list[str], products: list[Product], says: Statement, number: int) -> VexStatement:
    advisories = tuple(dict.fromkeys(filter(None, names)))
    if not advisories:
        raise _Unusable("it names no vulnerability")
    if not products:
        raise _Unusable("it names no product")
    return VexStatement(advisories=advisories, products=tuple(products), says=says, number=number)


def _table(found: Any) -> dict[str, Any]:
    return found if type(found) is dict else {}


def _list(found: Any) -> list[Any]:
    return found if type(found) is list else []


def _text(found: Any) -> str:
    return found.strip() if type(found) is str else ""


def _texts(found: Any) -> Iterator[str]:
    return (_text(one) for one in _list(found))
