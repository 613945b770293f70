"""Folds a repository into a graph: one model with its files inside, and what it says it was made from."""

from __future__ import annotations

from weighbridge.core.descriptions import LicenseText
from weighbridge.core.refs import is_commit
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Kind, License, Method, Origin, RelationKind
from weighbridge.inventory.model import card, configuration, weights
from weighbridge.inventory.model.telling import Elsewhere, Telling
from weighbridge.provenance.lock.roles import role

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.graph import Graph
    from weighbridge.inventory.model.subject import Subject, SubjectFile

ASKED = (
    Field.NAME, Field.VERSION, Field.PURL, Field.SUPPLIER, Field.AUTHOR, Field.DESCRIPTION, Field.LICENSE,
    Field.ARCHITECTURE, Field.PARAMETERS, Field.TASK, Field.METRIC, Field.EMISSION, Field.INTENDED_USE,
    Field.LIMITATION, Field.RISK,
)  # fmt: skip
"""What everybody who buys a model asks for; where no file answers, it is unknown."""

_ADAPTER_WEIGHTS = "adapter_model"
_MODEL_ROLES = frozenset({"weights"})


def model_graph(subject: Subject) -> Graph:
    """Give the graph of a repository; its root is the model, or the adapter where there is nothing else."""
    assembly = Assembly()
    elsewhere = Elsewhere(assembly)
    adapters = [file for file in subject.files if file.name == configuration.ADAPTER]
    rest = [file for file in subject.files if not _is_of(file, adapters)]
    is_model = any(file.name == configuration.MODEL or _role(file) in _MODEL_ROLES for file in rest)
    kind = Kind.ADAPTER if adapters and not is_model else Kind.MODEL
    root = assembly.component(f"{kind}:{subject.reference or '.'}", kind)
    _identity(assembly, root, subject)
    owners = {}
    for file in adapters:
        owner = root
        if kind is Kind.MODEL or len(adapters) > 1:
            place = f"{file.folder}/" if file.folder else ""
            owner = assembly.component(f"{Kind.ADAPTER}:{subject.reference or '.'}#{place}", Kind.ADAPTER)
            origin = _seen(file)
            assembly.claim(owner, Field.NAME, file.folder or "adapter", origin)
            assembly.relate(root, RelationKind.CONTAINS, owner, origin)
        owners[file.path] = owner
    tell_of = {}
    for file in subject.files:
        config = next((one for one in adapters if _is_of(file, [one])), None)
        owner = owners[config.path] if config is not None else root
        _file(assembly, owner, file)
        tell_of[file.path] = Telling(assembly, owner, file, Method.HEADER)
        _read(assembly, owner, file, elsewhere)
    for owner in {one.about for one in tell_of.values()}:
        weights.count([file for file in subject.files if tell_of[file.path].about == owner], tell_of)
    assembly.ask(root, *ASKED)
    elsewhere.settle()
    for words in subject.gaps:
        assembly.gap(words)
    return assembly.finish(root)


def _identity(assembly: Assembly, root: str, subject: Subject) -> None:
    store = Origin(method=Method.STORE, confidence=Confidence.DECLARED)
    name = Origin(method=Method.NAME, confidence=Confidence.INFERRED)
    assembly.claim(root, Field.NAME, subject.name, store if subject.reference else name)
    if not subject.reference:
        return
    revision = subject.resolved or subject.revision
    assembly.claim(root, Field.REFERENCE, f"{subject.reference}@{revision}" if revision else subject.reference, store)
    if revision:
        assembly.claim(root, Field.VERSION, revision, store)
    if is_commit(subject.resolved):
        assembly.claim(root, Field.COMMIT, subject.resolved, store)
    if subject.reference.startswith("hf://") and is_commit(subject.resolved):
        assembly.claim(root, Field.PURL, f"pkg:huggingface/{subject.name}@{subject.resolved}", store)


def _file(assembly: Assembly, owner: str, file: SubjectFile) -> None:
    made = assembly.component(f"{Kind.FILE}:{file.path}", Kind.FILE)
    origin = _seen(file)
    assembly.relate(owner, RelationKind.CONTAINS, made, origin)
    assembly.claim(made, Field.NAME, file.path, origin)
    assembly.claim(made, Field.SIZE, file.size, origin)
    digest = Origin(
        method=Method.STORE if file.claimed else Method.HASH,
        confidence=Confidence.DECLARED if file.claimed else Confidence.VERIFIED,
        file=file.path,
        sha256=file.sha256,
    )
    for field, content in ((Field.SHA256, file.sha256), (Field.SHA512, file.sha512)):
        if content:
            assembly.claim(made, field, content, digest)
    header = Origin(method=Method.HEADER, confidence=Confidence.VERIFIED, file=file.path, sha256=file.sha256)
    for format_ in file.formats:
        assembly.claim(made, Field.FORMAT, format_, header)
    if file.verdict:
        assembly.claim(made, Field.VERDICT, file.verdict, header)
    named = Origin(method=Method.NAME, confidence=Confidence.INFERRED, file=file.path)
    assembly.claim(made, Field.ROLE, _role(file), named)


def _read(assembly: Assembly, owner: str, file: SubjectFile, elsewhere: Elsewhere) -> None:
    if file.path.lower() == card.CARD:
        card.read(file, Telling(assembly, owner, file, Method.CARD), elsewhere)
    elif file.path == configuration.MODEL or file.name == configuration.ADAPTER:
        configuration.read(file, Telling(assembly, owner, file, Method.MANIFEST), elsewhere)
    elif "gguf" in file.formats:
        weights.gguf(file, Telling(assembly, owner, file, Method.HEADER), elsewhere)
    for text in file.of(LicenseText):
        held = License(expression=text.expression, name="" if text.expression else text.name)
        origin = Origin(
            method=Method.HEADER, confidence=Confidence.INFERRED, file=file.path, pointer="text", sha256=file.sha256
        )
        assembly.claim(owner, Field.LICENSE, held, origin)


def _seen(file: SubjectFile) -> Origin:
    return Origin(method=Method.HASH, confidence=Confidence.VERIFIED, file=file.path, sha256=file.sha256)


def _role(file: SubjectFile) -> str:
    return role(file.path, file.formats)


def _is_of(file: SubjectFile, adapters: list[SubjectFile]) -> bool:
    """Tell whether a file belongs to an adapter: its configuration, and the weights beside it."""
    return any(
        file.path == one.path or (file.folder == one.folder and file.name.startswith(_ADAPTER_WEIGHTS))
        for one in adapters
    )
