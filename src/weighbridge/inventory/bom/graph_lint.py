"""What is wrong with a graph of ``weighbridge.graph/1``, beyond its shape: values that cannot be."""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.inventory.bom.addresses import is_digest
from weighbridge.inventory.bom.purls import trouble as purl_trouble
from weighbridge.inventory.bom.trouble import Check, Trouble
from weighbridge.inventory.document import graph_of
from weighbridge.inventory.graph import Field, License
from weighbridge.inventory.licenses import is_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.inventory.graph import Claim

_ALGORITHMS = {Field.SHA256: "sha256", Field.SHA512: "sha512"}


def lint(document: dict[str, Any]) -> Iterator[Trouble]:
    """Yield what is wrong with a document, in its order; one thing where it cannot be read at all."""
    try:
        graph = graph_of(document)
    except Malformed as broken:
        yield Trouble(check=Check.SCHEMA, at="", words=str(broken))
        return
    for number, one in enumerate(graph.components):
        for stated in one.stated:
            for at, claim in enumerate(stated.claims):
                place = f"/components/{number}/stated/{stated.field}/{at}/value"
                yield from _claim(stated.field, claim, place)


def _claim(field: Field, claim: Claim, at: str) -> Iterator[Trouble]:
    held = claim.content
    shown = repr(str(held)[:120])
    if field is Field.PURL and (words := purl_trouble(str(held))):
        yield Trouble(check=Check.PURL, at=at, words=f"{shown}: {words}")
    if field in _ALGORITHMS and not is_digest(str(held), _ALGORITHMS[field]):
        yield Trouble(check=Check.HASH, at=at, words=f"{shown} is no digest of {_ALGORITHMS[field]}")
    if isinstance(held, License) and held.expression and not is_expression(held.expression):
        yield Trouble(check=Check.LICENSE, at=at, words=f"{held.expression[:120]!r} is no SPDX expression")
