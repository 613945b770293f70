"""Folds the places where an application names models, data sets and hosted services into its graph.

What is named with a revision and what is named without one are two components: the second is whatever is the newest
on the day it is fetched.
"""

from __future__ import annotations

from posixpath import normpath

from weighbridge.core.refs import is_commit
from weighbridge.core.values import replace
from weighbridge.inventory.application import references as refs
from weighbridge.inventory.graph import Confidence, Field, Kind, Method, Origin, RelationKind
from weighbridge.inventory.software.servers import Image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from weighbridge.inventory.application.references import ApplicationReferences, ModelReference, Place
    from weighbridge.inventory.assembly import Assembly

_KINDS = {
    refs.Kind.MODEL: Kind.MODEL, refs.Kind.ADAPTER: Kind.ADAPTER, refs.Kind.TOKENIZER: Kind.MODEL,
    refs.Kind.DATASET: Kind.DATASET, refs.Kind.SPACE: Kind.APPLICATION, refs.Kind.SERVICE: Kind.SERVICE,
    refs.Kind.FILE: Kind.MODEL,
}  # fmt: skip
"""A tokenizer is fetched from the repository of a model; a Space is a program of somebody else's."""

_PREFIXES = {Kind.DATASET: "datasets/", Kind.APPLICATION: "spaces/"}
_METHODS = {refs.Method.CONFIGURATION: Method.MANIFEST, refs.Method.CONTENT: Method.HEADER}
_CONFIDENCES = {
    refs.Confidence.DECLARED: Confidence.DECLARED, refs.Confidence.INFERRED: Confidence.INFERRED,
}  # fmt: skip


def add_references(assembly: Assembly, root: str, found: ApplicationReferences) -> None:
    """Tell an assembly what the component ``root`` names; what stayed open or unread becomes a gap."""
    held = {one.name: one for one in found.references if one.method is refs.Method.CONTENT}
    for one in found.references:
        _add(assembly, root, _as_held(one, held))
    for one in found.servers:
        _add_server(assembly, root, one)
    for open_ in found.unresolved:
        assembly.gap(f"{_where(open_.at)}: what {open_.call} takes is not known: {open_.why}")
    for unread in found.unread:
        assembly.gap(f"{unread.path}: {unread.why}")


def _as_held(one: ModelReference, held: Mapping[str, ModelReference]) -> ModelReference:
    """Name a file of the tree as it lies there, however a program writes its path: both are one component.

    A path counts from the root of the project, or from the folder of the file that names it.
    """
    if one.hub != "file" or one.method is refs.Method.CONTENT:
        return one
    for base in ("", one.at.path.rpartition("/")[0]):
        there = held.get(normpath(f"{base}/{one.name}" if base else one.name))
        if there is not None:
            return replace(one, name=there.name, revision=there.revision, pin=there.pin)
    return one


def _add(assembly: Assembly, root: str, one: ModelReference) -> None:
    kind = _KINDS[one.kind]
    bare = f"{one.hub}://{_PREFIXES.get(kind, '') if one.hub == 'hf' else ''}{one.name}"
    reference = f"{bare}@{one.revision}" if one.revision else bare
    made = assembly.component(f"{kind}:{reference}", kind)
    origin = Origin(
        method=_METHODS.get(one.method, Method.SOURCE), confidence=_CONFIDENCES[one.confidence], file=one.at.path,
        pointer=f"line:{one.at.line}",
    )  # fmt: skip
    assembly.claim(made, Field.NAME, one.name, origin)
    if one.hub == "hf" and "/" in one.name:
        assembly.claim(made, Field.REFERENCE, reference, origin)
    if one.revision.startswith("sha256:"):
        assembly.claim(made, Field.SHA256, one.revision[7:], origin)
    elif one.revision:
        assembly.claim(made, Field.COMMIT if is_commit(one.revision) else Field.VERSION, one.revision, origin)
    if url := _purl(kind, one):
        assembly.claim(made, Field.PURL, url, origin)
    if one.remote_code is not None:
        assembly.claim(made, Field.REMOTE_CODE, one.remote_code, origin)
    if kind is Kind.SERVICE:
        assembly.claim(made, Field.PROVIDER, one.hub, origin)
    if one.endpoint:
        assembly.claim(made, Field.ENDPOINT, one.endpoint, origin)
    assembly.claim(made, Field.PIN, str(one.pin), origin)
    by = one.call or one.library or "a model file in the tree"
    assembly.claim(made, Field.OCCURRENCE, by, origin, _note(one))
    assembly.ask(made, Field.VERSION, Field.LICENSE, Field.SUPPLIER)
    is_held = one.method is refs.Method.CONTENT
    relation = (
        RelationKind.CONTAINS if is_held else RelationKind.USES if kind is Kind.SERVICE else RelationKind.DEPENDS_ON
    )
    assembly.relate(root, relation, made, origin)


def _add_server(assembly: Assembly, root: str, one: ModelReference) -> None:
    """Tell of a server that runs from an image; what it is a server of, its command line or environment says."""
    image = Image(name=one.name, tag=one.revision, digest=one.path)
    fixed = "".join(filter(None, (one.revision and f":{one.revision}", one.path and f"@{one.path}")))
    made = assembly.component(f"{Kind.FRAMEWORK}:image://{one.name}{fixed}", Kind.FRAMEWORK)
    origin = Origin(
        method=Method.MANIFEST, confidence=_CONFIDENCES[one.confidence], file=one.at.path, pointer=f"line:{one.at.line}"
    )
    claims = ((Field.NAME, one.name), (Field.VERSION, one.revision), (Field.PURL, image.purl), (Field.PIN, one.pin))
    for field, content in claims:
        if content:
            assembly.claim(made, field, str(content), origin)
    assembly.claim(made, Field.OCCURRENCE, one.call, origin, _note(one))
    assembly.ask(made, Field.VERSION, Field.LICENSE, Field.SUPPLIER)
    assembly.relate(root, RelationKind.DEPENDS_ON, made, origin)


def _purl(kind: Kind, one: ModelReference) -> str:
    """Give the package URL of a model on the Hub, or of a repository on GitHub; versions are commits only."""
    owner, _, name = one.name.partition("/")
    if not name or "/" in name:
        return ""
    fixed = f"@{one.revision.lower()}" if is_commit(one.revision) else ""
    if one.hub == "hf" and kind in {Kind.MODEL, Kind.ADAPTER}:
        return f"pkg:huggingface/{owner}/{name}{fixed}"
    return f"pkg:github/{owner.lower()}/{name.lower()}{fixed}" if one.hub == "github" else ""


def _note(one: ModelReference) -> str:
    """Say what narrows an occurrence: the cell of a notebook, a folder that is not for runs, a variable."""
    in_tests = "in tests, where a loader is replaced" if one.mocked else "in tests"
    usage = {"test": in_tests, "example": "in examples", "build": "in the build"}.get(one.usage, "")
    cell = f"cell {one.at.cell}" if one.at.cell else ""
    return ", ".join(filter(None, [cell, usage, one.variable and f"unless {one.variable} says otherwise"]))


def _where(place: Place) -> str:
    return f"{place.path}:{place.line}"
