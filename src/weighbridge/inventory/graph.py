"""The component graph: what there is, how it hangs together, and for every value where it comes from.

Neutral: neither of the formats of bills of materials, and richer than both. A component states values of fields; each
value is a claim with its origin. Where two origins disagree both claims stay. A field that was looked for and that no
file answers is stated without claims: unknown is a value too.
"""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Content: TypeAlias = "str | int | float | bool | Metric | License | Emission"


class Kind(StrEnum):
    """What a component is."""

    APPLICATION = "application"
    MODEL = "model"
    ADAPTER = "adapter"
    DATASET = "dataset"
    FILE = "file"
    LIBRARY = "library"
    FRAMEWORK = "framework"
    SERVICE = "service"
    """A model behind somebody's interface: it is not here, and its weights are not known."""
    HARDWARE = "hardware"


class RelationKind(StrEnum):
    """How the source of a relation hangs on its target."""

    CONTAINS = "contains"
    DEPENDS_ON = "depends_on"
    DERIVED = "derived_from"
    """A base model whose relation is not stated."""
    FINETUNED = "finetuned_from"
    ADAPTER_OF = "adapter_of"
    MERGED = "merged_from"
    QUANTIZED = "quantized_from"
    DISTILLED = "distilled_from"
    CONVERTED = "converted_from"
    TRAINED_ON = "trained_on"
    EVALUATED_ON = "evaluated_on"
    USES = "uses"
    """At run time, over an interface."""


LINEAGE = (
    RelationKind.DERIVED, RelationKind.FINETUNED, RelationKind.ADAPTER_OF, RelationKind.MERGED, RelationKind.QUANTIZED,
    RelationKind.DISTILLED, RelationKind.CONVERTED,
)  # fmt: skip
"""Relations whose target is what the source was made from."""


class Confidence(StrEnum):
    """How far a claim can be trusted, the best first."""

    VERIFIED = "verified"
    """Computed from the bytes that it speaks of, or signed and checked."""
    DECLARED = "declared"
    """Somebody has written it down."""
    INFERRED = "inferred"
    """Concluded from something else: a name, a default, a convention."""


class Method(StrEnum):
    """How a value was found."""

    HASH = "hash"
    """Computed over the bytes."""
    HEADER = "header"
    """Read in the structure of a binary file."""
    MANIFEST = "manifest"
    """Read in a configuration, lock file or list of requirements."""
    CARD = "card"
    """Read in what people wrote about it: front matter, sections of a README."""
    SOURCE = "source"
    """Read in source code."""
    NAME = "name"
    """Taken from the name of a file or directory."""
    STORE = "store"
    """Said by the store that it came from."""
    STATEMENT = "statement"
    """Said by a person in a supplement."""


@value
class Origin:
    """Where a claim comes from.

    ``file`` is a path relative to the target, with slashes; ``pointer`` the place in it: a JSON Pointer (RFC 6901), a
    ``line:N``, an ``offset:N`` or a section; ``sha256`` the digest of the file, empty where it is not known.
    ``author`` is who says it, for statements of people and of other documents.
    """

    method: Method
    confidence: Confidence
    file: str = ""
    pointer: str = ""
    sha256: str = ""
    author: str = ""


class Field(StrEnum):
    """What can be stated of a component. ``MANY`` may hold several values at once; of the others they contradict."""

    # identity
    NAME = "name"
    VERSION = "version"
    """A release, tag or branch as written; of a model on a hub the commit where it is known."""
    COMMIT = "commit"
    PURL = "purl"
    REFERENCE = "reference"
    """The canonical reference (core/refs.py): hf://org/name@commit."""
    SHA256 = "sha256"
    SHA512 = "sha512"
    SIZE = "size"
    """Bytes."""
    FORMAT = "format"
    ROLE = "role"
    """Of a file: weights, config, tokenizer, template, code, data, document, signature, other."""
    URL = "url"
    # people
    SUPPLIER = "supplier"
    AUTHOR = "author"
    DESCRIPTION = "description"
    RELEASED = "released"
    """A date, ISO 8601."""
    LICENSE = "license"
    # models
    ARCHITECTURE = "architecture"
    FAMILY = "family"
    PARAMETERS = "parameters"
    DTYPE = "dtype"
    QUANTIZATION = "quantization"
    CONTEXT_LENGTH = "context_length"
    """Tokens."""
    VOCABULARY_SIZE = "vocabulary_size"
    TASK = "task"
    LANGUAGE = "language"
    INPUT = "input"
    OUTPUT = "output"
    TAG = "tag"
    LIBRARY = "library"
    HYPERPARAMETER = "hyperparameter"
    METRIC = "metric"
    EMISSION = "emission"
    INTENDED_USE = "intended_use"
    USER = "user"
    LIMITATION = "limitation"
    TRADEOFF = "tradeoff"
    RISK = "risk"
    SENSITIVE_DATA = "sensitive_data"
    TRAINING = "training"
    REMOTE_CODE = "remote_code"
    """Whether loading runs code of the repository."""
    VERDICT = "verdict"
    """What the scan says."""
    SIGNER = "signer"
    # data sets
    DATASET_TYPE = "dataset_type"
    DATASET_SIZE = "dataset_size"
    COLLECTION = "collection"
    # use
    PIN = "pin"
    """How a reference is fixed: commit, digest, tag, branch, none, unknown."""
    OCCURRENCE = "occurrence"
    """A place that names the component; its origin says where, its value by which call or key."""
    PROVIDER = "provider"
    ENDPOINT = "endpoint"
    SPECIFIER = "specifier"
    """Of a library: the versions that are asked for, as written."""


MANY = frozenset({
    Field.AUTHOR, Field.TASK, Field.LANGUAGE, Field.INPUT, Field.OUTPUT, Field.TAG, Field.HYPERPARAMETER, Field.METRIC,
    Field.EMISSION, Field.INTENDED_USE, Field.USER, Field.LIMITATION, Field.TRADEOFF, Field.RISK, Field.SENSITIVE_DATA,
    Field.TRAINING, Field.OCCURRENCE, Field.ENDPOINT, Field.SPECIFIER, Field.FORMAT, Field.DTYPE, Field.URL,
    Field.DATASET_SIZE, Field.PIN, Field.LIBRARY, Field.SIGNER, Field.COLLECTION, Field.QUANTIZATION,
})  # fmt: skip


@value
class Metric:
    """A result of an evaluation, as it is written down: nobody here has measured it.

    ``dataset`` is an id on a hub, ``slice_`` configuration and split. ``verified`` when it carries a token of its store
    that it was checked there; the token itself is not checked here.
    """

    type: str
    value: str
    name: str = ""
    task: str = ""
    dataset: str = ""
    slice_: str = ""
    verified: bool = False


@value
class License:
    """A licence: an SPDX expression where it is one, else the name that somebody gave it, and its text's address."""

    expression: str = ""
    name: str = ""
    url: str = ""


@value
class Emission:
    """What training took, as cards tell: ``grams`` of CO2 equivalent (Hugging Face front matter), and how measured."""

    grams: float
    source: str = ""
    phase: str = ""
    location: str = ""
    hardware: str = ""


@value
class Claim:
    """A value and where it comes from; ``note`` adds a word for people."""

    content: Content
    origin: Origin
    note: str = ""


@value
class Stated:
    """A field and what is claimed for it, the most trusted first; nothing for what was looked for and is unknown."""

    field: Field
    claims: tuple[Claim, ...] = ()


@value
class Component:
    """One thing; ``id`` names it within its graph, ``stated`` is in the order of ``Field``."""

    id: str
    kind: Kind
    stated: tuple[Stated, ...] = ()

    def claims(self, field: Field) -> tuple[Claim, ...]:
        """Give all claims for a field, the most trusted first; none for an unknown or an unasked one."""
        return next((one.claims for one in self.stated if one.field is field), ())

    def best(self, field: Field) -> Claim | None:
        """Give the most trusted claim for a field."""
        return next(iter(self.claims(field)), None)

    def text(self, field: Field) -> str:
        """Give the most trusted value of a field as text; empty where there is none."""
        claim = self.best(field)
        return str(claim.content) if claim is not None else ""

    def unknown(self) -> tuple[Field, ...]:
        """Name the fields that were looked for and that nothing answers."""
        return tuple(one.field for one in self.stated if not one.claims)

    def disagreements(self) -> Iterator[Stated]:
        """Yield the fields of one value for which different values are claimed."""
        for one in self.stated:
            if one.field not in MANY and len({claim.content for claim in one.claims}) > 1:
                yield one


@value
class Relation:
    """``source`` hangs on ``target``; both are ids of components."""

    source: str
    kind: RelationKind
    target: str
    origins: tuple[Origin, ...] = ()


@value
class Graph:
    """Components by id and relations, both sorted, so that equal knowledge is an equal graph; ``root`` is its subject.

    ``gaps`` are sentences about what could not be read.
    """

    root: str
    components: tuple[Component, ...]
    relations: tuple[Relation, ...] = ()
    gaps: tuple[str, ...] = ()

    def component(self, id_: str) -> Component:
        """Find a component; raises KeyError."""
        for one in self.components:
            if one.id == id_:
                return one
        raise KeyError(id_)

    def of(self, *kinds: Kind) -> Iterator[Component]:
        """Yield the components of some kinds."""
        return (one for one in self.components if one.kind in kinds)

    def leaving(self, id_: str, *kinds: RelationKind) -> Iterator[Relation]:
        """Yield the relations whose source is ``id_``, of some kinds or of all."""
        return (one for one in self.relations if one.source == id_ and (not kinds or one.kind in kinds))
