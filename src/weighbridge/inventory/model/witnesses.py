"""What others vouch for: the lock that a model was pinned by, and the signatures that lie beside it.

Each states digests of files, so that a file which is not what was locked or signed is a dispute of two digests. A lock
also states where the model is from; a signature who signed, verified only where it was held against a policy.
"""

from __future__ import annotations

from urllib.parse import quote

from weighbridge.core.refs import HUB, PATH, is_commit, parse
from weighbridge.core.values import value
from weighbridge.inventory.assembly import added
from weighbridge.inventory.graph import Claim, Confidence, Field, Kind, Method, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.assembly import Addition
    from weighbridge.inventory.graph import Graph
    from weighbridge.provenance.lock.model import LockEntry

_NAMED = "the store says so, and nobody has computed it"


@value
class Signature:
    """A signature file: ``path`` within the repository and its ``sha256``; ``digests`` are the SHA-256 that it states.

    ``holds`` is None where nobody has checked it. ``words`` say by what policy it holds, or why not. ``trouble`` is why
    it could not be read at all.
    """

    path: str
    sha256: str = ""
    signer: str = ""
    holds: bool | None = None
    words: str = ""
    digests: tuple[tuple[str, str], ...] = ()
    trouble: str = ""


def locked(graph: Graph, entry: LockEntry, file: str, sha256: str) -> Graph:
    """Add what the entry of a lock states about the model of a graph; ``file`` names the lock, ``sha256`` is its own.

    Raises UsageError for a source that is no reference.
    """
    at = f"/models/{_escaped(entry.name)}"
    origin = Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED, file=file, sha256=sha256)

    def claim(pointer: str, content: str, note: str = "") -> Claim:
        return Claim(content=content, origin=_at(origin, f"{at}{pointer}"), note=note)

    claims: list[Addition] = []
    ref = parse(entry.source)
    if ref.scheme != PATH:
        revision = f"@{quote(entry.resolved, safe=':')}" if entry.resolved else ""
        claims.append((graph.root, Field.REFERENCE, claim("/source", f"{ref.source}{revision}")))
        if entry.resolved:
            claims.append((graph.root, Field.VERSION, claim("/resolved", entry.resolved)))
        if is_commit(entry.resolved):
            claims.append((graph.root, Field.COMMIT, claim("/resolved", entry.resolved)))
            owner, _, name = ref.name.partition("/")
            if ref.scheme == HUB and name and owner not in {"datasets", "spaces"}:
                purl = f"pkg:huggingface/{quote(ref.name)}@{entry.resolved}"
                claims.append((graph.root, Field.PURL, claim("/source", purl)))
    here = {one.id for one in graph.of(Kind.FILE)}
    missing = []
    for one in entry.files:
        id_ = f"{Kind.FILE}:{one.path}"
        if id_ in here:
            pointer = f"/files/{_escaped(one.path)}/sha256"
            claims.append((id_, Field.SHA256, claim(pointer, one.sha256, _NAMED if one.claimed else "")))
        else:
            missing.append(one.path)
    more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
    gaps = (f"{file}: it locks {missing[0]}{more}, not here",) if missing else ()
    return added(graph, claims, gaps)


def signed(graph: Graph, signature: Signature) -> Graph:
    """Add what a signature states: the digests of files, and who says so."""
    if signature.trouble:
        return added(graph, (), (f"a signature: {signature.trouble}",))
    gaps = (f"{signature.path}: {signature.words}",) if signature.holds is False else ()
    return added(graph, _signed(graph, signature), gaps)


def _signed(graph: Graph, signature: Signature) -> Iterator[Addition]:
    folder = signature.path.rpartition("/")[0]
    within = f"{folder}/" if folder else ""
    kind, confidence = Method.MANIFEST, Confidence.DECLARED
    origin = Origin(method=kind, confidence=confidence, file=signature.path, sha256=signature.sha256)
    there = {one.id for one in graph.components}
    about = graph.root
    if folder:
        inner = [id_ for id_ in there if id_.endswith(f"#{within}")]
        about = inner[0] if len(inner) == 1 else f"{Kind.FILE}:{signature.path}"
    who = Origin(
        method=Method.HASH if signature.holds else kind,
        confidence=Confidence.VERIFIED if signature.holds else confidence, file=signature.path, sha256=signature.sha256,
    )  # fmt: skip
    if about in there and signature.signer:
        yield about, Field.SIGNER, Claim(content=signature.signer, origin=who, note=signature.words)
    for path, digest in signature.digests:
        id_ = f"{Kind.FILE}:{within}{path}"
        if id_ in there:
            yield id_, Field.SHA256, Claim(content=digest, origin=_at(origin, f"resource {path}"))


def _at(origin: Origin, pointer: str) -> Origin:
    return Origin(
        method=origin.method, confidence=origin.confidence, file=origin.file, pointer=pointer, sha256=origin.sha256
    )  # fmt: skip


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
