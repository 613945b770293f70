"""What a person adds: ``weighbridge.card.toml`` beside a model says what no file of it says.

    author = "Jo Doe <jo@example.org>"

    [model]
    supplier = "Example Ltd"
    version = "2.1"
    license = "Apache-2.0"
    intended_use = ["sorting letters"]

    [components."file:model.safetensors"]
    description = "weights of the second run"

Everything is marked as declared, by this author. What the files say stays beside it.
"""

from __future__ import annotations

import tomllib

from weighbridge.core.errors import UsageError
from weighbridge.core.values import replace
from weighbridge.inventory.assembly import added
from weighbridge.inventory.graph import (
    MANY,
    Claim,
    Component,
    Confidence,
    Field,
    Graph,
    License,
    Method,
    Origin,
)
from weighbridge.inventory.licenses import license_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.inventory.assembly import Addition

FILE_NAME = "weighbridge.card.toml"
LARGEST = 1 << 20
_FIXED = frozenset({
    Field.SHA256, Field.SHA512, Field.SIZE, Field.FORMAT, Field.VERDICT, Field.OCCURRENCE, Field.PIN, Field.METRIC,
    Field.EMISSION, Field.SIGNER, Field.ROLE,
})  # fmt: skip
"""Fields that are computed or have parts; nobody states them."""
_NUMBERS = frozenset({Field.PARAMETERS, Field.CONTEXT_LENGTH, Field.VOCABULARY_SIZE})


def supplemented(graph: Graph, text: str, sha256: str, name: str = FILE_NAME) -> Graph:
    """Add the claims of a supplement to a graph; raises UsageError for one that cannot be read or says the unsayable.

    ``sha256`` is the digest of the supplement, ``name`` how errors call it.
    """
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{name} is no TOML: {error}") from None
    author = found.get("author")
    if not isinstance(author, str) or not author.strip():
        raise UsageError(f"{name} does not say whose words these are", hint='write: author = "name <address>"')
    unknown = found.keys() - {"author", "model", "components"}
    if unknown:
        raise UsageError(f"{name}: {sorted(unknown)[0]!r} is no part of a supplement", hint="author, model, components")
    origin = Origin(
        method=Method.STATEMENT, confidence=Confidence.DECLARED, file=name, sha256=sha256, author=author.strip()
    )
    tables: dict[str, Any] = {graph.root: found.get("model", {})}
    components = found.get("components", {})
    if not isinstance(components, dict):
        raise UsageError(f"{name}: 'components' is no table")
    tables |= components
    ids = {one.id for one in graph.components}
    for id_, table in tables.items():
        if id_ not in ids:
            raise UsageError(f"{name}: there is no component {id_!r}", hint="--format graph lists their ids")
        if not isinstance(table, dict):
            raise UsageError(f"{name}: {id_!r} is no table")
    return added(
        graph,
        (
            addition
            for one in graph.components if one.id in tables
            for addition in _additions(one, tables[one.id], replace(origin, pointer=_pointer(one, graph)), name)
        ),
    )  # fmt: skip


def _pointer(one: Component, graph: Graph) -> str:
    return "/model" if one.id == graph.root else f"/components/{one.id.replace('~', '~0').replace('/', '~1')}"


def _additions(one: Component, table: dict[str, Any], origin: Origin, name: str) -> Iterator[Addition]:
    for key, content in table.items():
        try:
            field = Field(key)
        except ValueError:
            raise UsageError(f"{name}: {key!r} is no field", hint=f"for example {Field.SUPPLIER}") from None
        if field in _FIXED:
            raise UsageError(f"{name}: {key!r} is computed, not stated")
        at = replace(origin, pointer=f"{origin.pointer}/{key}")
        claims = [_claim(field, part, at, name) for part in (content if isinstance(content, list) else [content])]
        if len(claims) > 1 and field not in MANY:
            raise UsageError(f"{name}: {key!r} has one value, not several")
        yield from ((one.id, field, claim) for claim in claims)


def _claim(field: Field, content: object, origin: Origin, name: str) -> Claim:
    if field is Field.LICENSE and isinstance(content, str):
        held: License | None = license_of(content)
        if held is not None:
            return Claim(content=held, origin=origin)
    if field in _NUMBERS and type(content) is int:
        return Claim(content=content, origin=origin)
    if isinstance(content, str) and content.strip() and field not in _NUMBERS | {Field.LICENSE}:
        return Claim(content=content, origin=origin)
    raise UsageError(f"{name}: {str(field)!r} cannot be {content!r}")
