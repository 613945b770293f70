"""A lock file as a graph: its models with their commits and digests, and what they say they were made from."""

from __future__ import annotations

from urllib.parse import quote

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import HUB, is_commit, parse
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Kind, Method, Origin, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.graph import Graph
    from weighbridge.provenance.lock.model import Lock, LockEntry

ROOT = "application:lock"
_RELATIONS = {
    "base": RelationKind.DERIVED, "adapter": RelationKind.ADAPTER_OF, "merge": RelationKind.MERGED,
    "quantized": RelationKind.QUANTIZED, "converted": RelationKind.CONVERTED, "distilled": RelationKind.DISTILLED,
}  # fmt: skip


def lock_graph(lock: Lock, name: str) -> Graph:
    """Give the graph of a lock file called ``name``: parents that are locked themselves are the locked ones."""
    assembly = Assembly()
    origin = Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED, file=name)
    root = assembly.component(ROOT, Kind.APPLICATION)
    assembly.claim(root, Field.NAME, name, origin)
    locked: dict[str, list[tuple[str, str]]] = {}
    for entry in lock.entries:
        made = assembly.component(f"{_kind(entry)}:{entry.name}", _kind(entry))
        locked.setdefault(entry.source, []).append((made, entry.resolved))
        _entry(assembly, made, entry, name)
        assembly.relate(root, RelationKind.DEPENDS_ON, made, origin)
    for entry in lock.entries:
        made = f"{_kind(entry)}:{entry.name}"
        for parent in entry.parents:
            kind = _RELATIONS.get(parent.relation, RelationKind.DERIVED)
            same = locked.get(parent.source, ())
            held = [one for one, state in same if one != made and parent.resolved in {"", state}]
            for base in held or [_stranger(assembly, parent.source, parent.resolved, _at(name, entry))]:
                assembly.relate(made, kind, base, _at(name, entry))
    return assembly.finish(root)


def _kind(entry: LockEntry) -> Kind:
    is_adapter = any(parent.relation == "adapter" for parent in entry.parents)
    is_data = entry.source.startswith(f"{HUB}://datasets/")
    return Kind.DATASET if is_data else Kind.ADAPTER if is_adapter else Kind.MODEL


def _at(name: str, entry: LockEntry) -> Origin:
    pointer = f"/models/{entry.name.replace('~', '~0').replace('/', '~1')}"
    return Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED, file=name, pointer=pointer)


def _entry(assembly: Assembly, made: str, entry: LockEntry, name: str) -> None:
    origin = _at(name, entry)
    assembly.claim(made, Field.NAME, entry.name, origin)
    _identity(assembly, made, entry.source, entry.resolved, origin)
    if entry.resolved:
        assembly.claim(made, Field.VERSION, entry.resolved, origin)
    for file in entry.files:
        held = assembly.component(f"{Kind.FILE}:{entry.name}/{file.path}", Kind.FILE)
        assembly.claim(held, Field.NAME, file.path, origin)
        assembly.claim(held, Field.SHA256, file.sha256, origin)
        assembly.claim(held, Field.SIZE, file.size, origin)
        assembly.claim(held, Field.ROLE, file.role, origin)
        for format_ in file.formats:
            assembly.claim(held, Field.FORMAT, format_, origin)
        assembly.relate(made, RelationKind.CONTAINS, held, origin)


def _stranger(assembly: Assembly, source: str, resolved: str, origin: Origin) -> str:
    made = assembly.component(f"{Kind.MODEL}:{source}" + (f"@{resolved}" if resolved else ""), Kind.MODEL)
    assembly.claim(made, Field.NAME, source.partition("://")[2] or source, origin)
    _identity(assembly, made, source, resolved, origin)
    return made


def _identity(assembly: Assembly, made: str, source: str, resolved: str, origin: Origin) -> None:
    try:
        ref = parse(source)
    except UsageError:
        return
    if not ref.scheme:
        return
    between = f"@{quote(resolved, safe=':')}" if resolved else ""
    assembly.claim(made, Field.REFERENCE, f"{ref.source}{between}", origin)
    if is_commit(resolved):
        assembly.claim(made, Field.COMMIT, resolved, origin)
    owner, slash, _ = ref.name.partition("/")
    if ref.scheme == HUB and slash and owner not in {"datasets", "spaces"}:
        version = f"@{resolved}" if is_commit(resolved) else ""
        assembly.claim(made, Field.PURL, f"pkg:huggingface/{quote(ref.name)}{version}", origin)
