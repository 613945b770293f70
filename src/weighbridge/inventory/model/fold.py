"""Folds a repository into a graph: one model with its files inside, and what it says it was made from."""

from __future__ import annotations

from urllib.parse import quote

from weighbridge.core.descriptions import LicenseText
from weighbridge.core.facts import MetadataEntry
from weighbridge.core.refs import HUB, is_commit
from weighbridge.core.values import replace
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Kind, License, Method, Origin, RelationKind
from weighbridge.inventory.model import adapters, card, configuration, croissant, shards, weights
from weighbridge.inventory.model.owners import Owners, role_of
from weighbridge.inventory.model.software import Software
from weighbridge.inventory.model.telling import Elsewhere, Named, Telling

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
_TEMPLATE = "chat_template.sha256"


def model_graph(subject: Subject) -> Graph:
    """Give the graph of a repository; its root is the model, or the adapter where there is nothing else.

    Adapters beside a model, and models in folders with a configuration of their own, such as the parts of a pipeline,
    are components inside it: what is said of one is not said of the others.
    """
    subject = replace(subject, files=tuple(sorted(subject.files, key=lambda file: file.path)))
    assembly = Assembly()
    owners = Owners(subject)
    root = assembly.component(owners.root, owners.kind)
    _identity(assembly, root, subject)
    elsewhere = Elsewhere(assembly, subject.name if subject.reference.startswith(f"{HUB}://") else "")
    software = Software(assembly)
    named = Named(elsewhere=elsewhere, software=software)
    for inner in owners.inner:
        made = assembly.component(inner.id, inner.kind)
        origin = _named(inner.file)
        assembly.claim(made, Field.NAME, inner.name, origin)
        assembly.relate(root, RelationKind.CONTAINS, made, origin)
    tell_of = {}
    by_path = {file.path: file for file in subject.files}
    for file in subject.files:
        owner = owners.of(file)
        _file(assembly, owner, file)

        def tell(method: Method, file: SubjectFile = file, owner: str = owner) -> Telling:
            return Telling(owner, file, method, named)

        tell_of[file.path] = tell(Method.HEADER)
        if file.name in configuration.MANIFESTS and owners.is_main(file):
            configuration.MANIFESTS[file.name](file, tell(Method.MANIFEST))
        elif file.path.lower() == card.CARD:
            card.read(file, tell(Method.CARD))
        elif file.folder == card.EVALUATIONS:
            card.evaluations(file, tell(Method.MANIFEST))
        elif shards.is_index(file):
            shards.read(file, by_path, tell(Method.MANIFEST))
        elif "gguf" in file.formats:
            weights.gguf(file, tell(Method.HEADER))
        _license(assembly, owner, file)
    for owner in {one.about for one in tell_of.values()}:
        weights.count([file for file in subject.files if tell_of[file.path].about == owner], tell_of)
    for file in filter(croissant.is_croissant, subject.files):
        croissant.read(file, assembly, root)
    adapters.check(assembly, subject, owners)
    assembly.ask(root, *ASKED)
    elsewhere.settle()
    software.settle()
    for words in subject.gaps:
        assembly.gap(words)
    return assembly.finish(root)


def _identity(assembly: Assembly, root: str, subject: Subject) -> None:
    store = Origin(method=Method.STORE, confidence=Confidence.DECLARED)
    name = Origin(method=Method.NAME, confidence=Confidence.INFERRED)
    assembly.claim(root, Field.NAME, subject.name, store if subject.reference else name)
    if size := weights.named(subject.name):
        assembly.claim(root, Field.PARAMETERS, size, name, weights.ROUNDED)
    if not subject.reference:
        return
    revision = subject.resolved or subject.revision
    reference = f"{subject.reference}@{quote(revision, safe=':')}" if revision else subject.reference
    assembly.claim(root, Field.REFERENCE, reference, store)
    if revision:
        assembly.claim(root, Field.VERSION, revision, store)
    if is_commit(subject.resolved):
        assembly.claim(root, Field.COMMIT, subject.resolved, store)
    owner, slash, _ = subject.name.partition("/")
    if subject.reference.startswith(f"{HUB}://") and slash and owner not in {"datasets", "spaces"}:
        version = f"@{subject.resolved}" if is_commit(subject.resolved) else ""
        assembly.claim(root, Field.PURL, f"pkg:huggingface/{quote(subject.name)}{version}", store)
        account = Origin(method=Method.STORE, confidence=Confidence.INFERRED)
        assembly.claim(root, Field.SUPPLIER, owner, account, "the account that it lies in")


def _file(assembly: Assembly, owner: str, file: SubjectFile) -> None:
    made = assembly.component(f"{Kind.FILE}:{file.path}", Kind.FILE)
    origin = _seen(file)
    assembly.relate(owner, RelationKind.CONTAINS, made, origin)
    assembly.claim(made, Field.NAME, file.path, origin)
    assembly.claim(made, Field.SIZE, file.size, origin)
    for field, content in ((Field.SHA256, file.sha256), (Field.SHA512, file.sha512)):
        if content:
            assembly.claim(made, field, content, origin)
    header = Origin(method=Method.HEADER, confidence=Confidence.VERIFIED, file=file.path, sha256=file.sha256)
    for format_ in file.formats:
        assembly.claim(made, Field.FORMAT, format_, header)
    if file.verdict:
        assembly.claim(made, Field.VERDICT, file.verdict, header)
    if kind := weights.quantization(file) if "gguf" in file.formats else "":
        assembly.claim(made, Field.QUANTIZATION, kind, header)
    role = role_of(file)
    assembly.claim(made, Field.ROLE, role, _named(file))
    if role != "template":
        _templates(assembly, made, file)


def _templates(assembly: Assembly, holder: str, file: SubjectFile) -> None:
    """A chat template inside another file is a thing of its own: a program, with a digest of its own."""
    found = sorted({one.text for one in file.of(MetadataEntry) if one.key == _TEMPLATE})
    for number, sha256 in enumerate(found):
        place = f"{file.path}#chat_template" + (f"-{number + 1}" if number else "")
        origin = Origin(
            method=Method.HASH, confidence=Confidence.VERIFIED, file=file.path, pointer="chat_template",
            sha256=file.sha256,
        )  # fmt: skip
        made = assembly.component(f"{Kind.FILE}:{place}", Kind.FILE)
        assembly.relate(holder, RelationKind.CONTAINS, made, origin)
        assembly.claim(made, Field.NAME, place, origin)
        assembly.claim(made, Field.SHA256, sha256, origin, "of the text of the template")
        assembly.claim(made, Field.ROLE, "template", origin)


def _license(assembly: Assembly, owner: str, file: SubjectFile) -> None:
    for text in file.of(LicenseText):
        held = License(expression=text.expression, name="" if text.expression else text.name)
        origin = Origin(
            method=Method.HEADER, confidence=Confidence.INFERRED, file=file.path, pointer="text", sha256=file.sha256
        )
        assembly.claim(owner, Field.LICENSE, held, origin)


def _seen(file: SubjectFile) -> Origin:
    """Say whether we have seen the whole file, or its store alone tells of it."""
    if file.claimed or not file.sha256:
        return Origin(method=Method.STORE, confidence=Confidence.DECLARED, file=file.path, sha256=file.sha256)
    return Origin(method=Method.HASH, confidence=Confidence.VERIFIED, file=file.path, sha256=file.sha256)


def _named(file: SubjectFile) -> Origin:
    return Origin(method=Method.NAME, confidence=Confidence.INFERRED, file=file.path)
