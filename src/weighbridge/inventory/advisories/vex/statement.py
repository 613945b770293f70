"""Statements of VEX documents as values, whichever format they came in."""

from __future__ import annotations

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.advisories.exposure import Statement


@value
class Product:
    """What a statement is about, by every name that the document gives it.

    ``refs`` are ids of components and BOM-Links, ``purls`` with or without version, ``sha256`` digests. ``within`` are
    the parts that are meant where the product is a whole; none where the product itself is meant.
    """

    refs: tuple[str, ...] = ()
    purls: tuple[str, ...] = ()
    sha256: tuple[str, ...] = ()
    within: tuple[Product, ...] = ()

    def name(self) -> str:
        """Give the name that people know it by best."""
        return next(iter((*self.purls, *self.refs, *self.sha256)), "a product without a name")


@value
class VexStatement:
    """What one document says of one vulnerability and some products; ``number`` counts in the document from 1."""

    advisories: tuple[str, ...]
    products: tuple[Product, ...]
    says: Statement
    number: int = 1


@value
class VexReading:
    """What a document holds: statements, and sentences about those that cannot be used."""

    statements: tuple[VexStatement, ...]
    troubles: tuple[str, ...] = ()
