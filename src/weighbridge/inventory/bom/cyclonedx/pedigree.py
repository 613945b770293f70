"""What models were made from, as another program has written it: ``pedigree`` (CycloneDX 1.4 to 1.7).

Ancestors become components and relations whose kind nobody states. A descendant counts only if the document has it as
a component anyway: what somebody else made from a model is not used here. Variants have no direction and stay out.
So do commits, which are a trail of changes and no state; and the pedigree of software, whose ancestor is not installed.
"""

from __future__ import annotations

from weighbridge.inventory.graph import LINEAGE, Kind, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from weighbridge.inventory.assembly import Assembly
    from weighbridge.inventory.graph import Origin

MODEL = "machine-learning-model"
LEFT = ("variants", "commits", "patches", "notes")
"""Parts that are not taken."""
_MODELS = frozenset({Kind.MODEL, Kind.ADAPTER})


class Descent:
    """Takes note of models as they are read, and joins them to what they say of their descent when all are."""

    def __init__(
        self, assembly: Assembly, take: Callable[[dict[str, Any], str, int], str], origin: Callable[[str], Origin]
    ) -> None:
        self._assembly = assembly
        self._take = take
        self._origin = origin
        self._models: set[str] = set()
        self._known: dict[str, str] = {}
        self._waiting: list[tuple[str, dict[str, Any], str, int]] = []

    def note(self, id_: str, kind: Kind, one: dict[str, Any], at: str, depth: int) -> None:
        """Take note of a component that was read."""
        if kind not in _MODELS:
            return
        self._models.add(id_)
        for name in _names(one):
            self._known.setdefault(name, id_)
        pedigree = one.get("pedigree")
        if isinstance(pedigree, dict):
            self._waiting.append((id_, pedigree, f"{at}/pedigree", depth))

    def join(self) -> None:
        """State the relations; ancestors may have ancestors, and each is read once. Raises Malformed for too many."""
        for id_, pedigree, at, depth in self._waiting:  # it grows while ancestors are read
            for key in ("ancestors", "descendants"):
                listed = pedigree.get(key)
                for number, other in enumerate(listed if isinstance(listed, list) else ()):
                    if isinstance(other, dict):
                        self._join(id_, other, key == "ancestors", f"{at}/{key}/{number}", depth)

    def _join(self, id_: str, other: dict[str, Any], is_ancestor: bool, at: str, depth: int) -> None:
        found = self._found(other)
        if not found and is_ancestor and _is_model(other):
            found = self._take({**other, "type": MODEL}, at, depth - 1)
        if found == id_:
            self._assembly.gap(f"the pedigree of {id_[:200]!r} leads to itself")
        elif found:
            source, base = (id_, found) if is_ancestor else (found, id_)
            self._assembly.relate(source, _relation(other), base, self._origin(at))

    def _found(self, other: dict[str, Any]) -> str:
        """Find the component of the document that is meant; empty for none."""
        for ref in (other.get("bom-ref"), _property(other, "weighbridge:ref")):
            if isinstance(ref, str) and ref in self._models:
                return ref
        return next((self._known[name] for name in _names(other) if name in self._known), "")


def _names(one: dict[str, Any]) -> Iterator[str]:
    """Yield what a model is known by beyond its document: its package URL and its digests."""
    purl = one.get("purl")
    if isinstance(purl, str) and purl:
        yield purl
    hashes = one.get("hashes")
    for held in hashes if isinstance(hashes, list) else ():
        if isinstance(held, dict) and held.get("alg") == "SHA-256" and isinstance(held.get("content"), str):
            yield held["content"].lower()


def _is_model(one: dict[str, Any]) -> bool:
    purl = one.get("purl")
    return one.get("type") == MODEL or (isinstance(purl, str) and purl.startswith("pkg:huggingface/"))


def _relation(other: dict[str, Any]) -> RelationKind:
    """Give the relation that this program wrote beside an ancestor; others have no word for it."""
    written = _property(other, "weighbridge:relation")
    return next((kind for kind in LINEAGE if kind == written), RelationKind.DERIVED)


def _property(one: dict[str, Any], name: str) -> str:
    listed = one.get("properties")
    for held in listed if isinstance(listed, list) else ():
        if isinstance(held, dict) and held.get("name") == name and isinstance(held.get("value"), str):
            return str(held["value"])
    return ""
