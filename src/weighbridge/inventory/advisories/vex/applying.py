"""Holds statements against an audit: which exposures they override, and which of them speak of nothing here."""

from __future__ import annotations

from urllib.parse import unquote

from weighbridge.core.values import replace
from weighbridge.inventory.advisories import identity
from weighbridge.inventory.bom.addresses import time_of
from weighbridge.inventory.graph import Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.vex.statement import Product, VexStatement
    from weighbridge.inventory.graph import Component, Graph


def applied(
    exposures: tuple[Exposure, ...], statements: tuple[VexStatement, ...], graph: Graph, serial: str = ""
) -> tuple[Exposure, ...]:
    """Put statements on the exposures that they speak of; of several the latest counts, of those alike the last.

    ``serial`` is the BOM-Link of the document that was audited (``urn:cdx:…/1``): links into others do not count.
    """
    if not statements:
        return exposures
    found = _Products(graph, serial)
    of: dict[str, list[int]] = {}
    for place, each in enumerate(statements):
        for id_ in each.advisories:
            of.setdefault(id_, []).append(place)
    made = []
    for one in exposures:
        places = {place for id_ in _ids(one) for place in of.get(id_, ())}
        fitting = [place for place in places if found.speaks_of(statements[place], one)]
        # What has no time is older than what has one.
        latest = max(fitting, key=lambda place: (time_of(statements[place].says.at), place), default=None)
        made.append(one if latest is None else replace(one, statement=statements[latest].says))
    return tuple(made)


def unused(
    exposures: tuple[Exposure, ...], statements: tuple[VexStatement, ...], graph: Graph, serial: str = ""
) -> tuple[str, ...]:
    """Say of every statement that overrides nothing why: the product is not here, or it is not exposed to this."""
    found = _Products(graph, serial)
    of: dict[str, list[Exposure]] = {}
    for one in exposures:
        for id_ in _ids(one):
            of.setdefault(id_, []).append(one)
    words = []
    for each in statements:
        about = [one for id_ in each.advisories for one in of.get(id_, ())]
        if any(found.speaks_of(each, one) for one in about):
            continue
        strangers = [product.name() for product in each.products if not found.has(product)]
        what = each.advisories[0]
        if len(strangers) == len(each.products):
            more = f" and {len(strangers) - 1} more" if len(strangers) > 1 else ""
            why = f"it speaks of {strangers[0]}{more}, which is not here"
        else:
            why = f"the product is here and is not exposed to {what}" if about else f"nothing here is exposed to {what}"
        words.append(f"{each.says.source}: statement {each.number} on {what} is not used: {why}")
    return tuple(words)


def _ids(exposure: Exposure) -> set[str]:
    return {exposure.advisory.id, *exposure.advisory.aliases}


class _Products:
    """The components of a graph by what products are known by."""

    def __init__(self, graph: Graph, serial: str) -> None:
        self.root = graph.root
        self.serial = serial
        self._ids = {one.id for one in graph.components}
        self._purls: dict[tuple[str, str], set[str]] = {}
        self._digests: dict[str, set[str]] = {}
        for one in graph.components:
            for purl in _purls(one):
                name, version = _parted(purl)
                for key in {(name, version), (name, "")}:
                    self._purls.setdefault(key, set()).add(one.id)
            for claim in one.claims(Field.SHA256):
                self._digests.setdefault(str(claim.content).lower(), set()).add(one.id)

    def has(self, product: Product) -> bool:
        """Tell whether a product, and a part of it that is meant, is here."""
        return bool(self._components(product)) and (not product.within or any(map(self._components, product.within)))

    def speaks_of(self, statement: VexStatement, exposure: Exposure) -> bool:
        """Tell whether a statement is about what an exposure is about: the component, or the whole that it is in."""
        return any(exposure.component in meant or self._file(exposure) in meant for meant in self._meant(statement))

    def _meant(self, statement: VexStatement) -> Iterator[set[str]]:
        for product in statement.products:
            here = self._components(product)
            if here and product.within:
                yield set().union(*map(self._components, product.within))
            elif self.root in here:
                yield self._ids  # the whole is meant, with all that is in it
            else:
                yield here

    def _file(self, exposure: Exposure) -> str:
        """Give the file that an exposure begins with; a model that something was made from is not meant."""
        return exposure.path[0] if exposure.path and exposure.basis == "sha256" else ""

    def _components(self, product: Product) -> set[str]:
        found: set[str] = set()
        for ref in product.refs:
            link, _, inner = ref.partition("#")
            if ref in self._ids:
                found.add(ref)
            elif ref.startswith("urn:cdx:") and link == self.serial:
                found |= {unquote(inner)} & self._ids if inner else {self.root}
        for purl in product.purls:
            found |= self._purls.get(_parted(purl), set())
        for digest in product.sha256:
            found |= self._digests.get(digest, set())
        return found


def _purls(one: Component) -> set[str]:
    return {str(claim.content) for claim in one.claims(Field.PURL)}


def _parted(purl: str) -> tuple[str, str]:
    """Give name and version of a package URL in one spelling; qualifiers do not count."""
    repository, version = identity.of_purl(purl)
    if repository:
        return repository, version
    path = purl.partition("#")[0].partition("?")[0]
    name, at, version = path.rpartition("@") if "@" in path.rpartition("/")[2] else (path, "", "")
    return unquote(name), unquote(version) if at else ""
