"""What an application refers to: the values that the inventory, the lock and the bill of materials are folded from."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import value
from weighbridge.inventory.application.terms import Span


class Kind(StrEnum):
    """What is referred to."""

    MODEL = "model"
    ADAPTER = "adapter"
    TOKENIZER = "tokenizer"
    """A tokenizer or preprocessor of a repository, which may hold a model as well."""
    DATASET = "dataset"
    SPACE = "space"
    """A Space of the Hub: a program, run there or loaded from there."""
    SERVICE = "service"
    """A model that somebody else runs and that is called over a network."""
    FILE = "file"
    """A model file or folder of this machine."""
    SERVER = "server"
    """The image of a container that holds a server of models."""


class Pin(StrEnum):
    """How firmly a reference holds on to one state of what it names."""

    COMMIT = "commit"
    DIGEST = "digest"
    TAG = "tag"
    BRANCH = "branch"
    NONE = "none"
    """Nothing is written: whatever is the newest is taken."""
    UNKNOWN = "unknown"
    """A revision is written that may be a branch, a tag or a short commit, or only a run decides it."""


class Confidence(StrEnum):
    """How sure it is that the application uses this."""

    DECLARED = "declared"
    """The name stands in the source, on the way to a loader that takes it."""
    INFERRED = "inferred"
    """The name came through a default that the environment or a command line can replace, through a configuration
    file, or it was recognised by the name of its key."""


class Method(StrEnum):
    """How the name was found; the weakest step on the way counts."""

    LITERAL = "literal"
    CONSTANT = "constant"
    """A literal elsewhere, by names, parameters and operators that only text goes through."""
    ALTERNATIVE = "alternative"
    """One of several, by a condition that only a run decides."""
    ENVIRONMENT = "environment"
    """The default of an environment variable, or a value that a file of the project sets for it."""
    OPTION = "option"
    """The default of an option on a command line."""
    CONFIGURATION = "configuration"
    """A value of a configuration file that the program opens."""
    NAME = "name"
    """Recognised by the name of its key or variable alone."""
    CONTENT = "content"
    """A model file in the tree, recognised by its bytes."""


@value
class Place:
    """A stretch of a file of the project; ``path`` is relative to it, with slashes. ``cell`` is that of a notebook."""

    path: str
    span: Span
    cell: int = 0

    @property
    def line(self) -> int:
        """The line in the file, from 1."""
        return self.span.line

    def __str__(self) -> str:
        return f"{self.path}:{self.span.line}:{self.span.column}"


@value
class ModelReference:
    """One place where the application names a model, a data set or a hosted service.

    ``written`` is the text as it stands there, after constants were put together; ``name`` is what it means on its
    hub, with the prefix that the library adds and without scheme, revision and path. ``hub`` says where the name
    counts: hf, ollama, oci, github, timm, mlflow, openai, bedrock, file, url and so on, as the vocabulary has it.
    ``library`` and ``call`` tell by which loader, ``at`` where that stands; ``text`` is where the name itself is
    written, ``literal`` whether just this text is written there, so that it can be rewritten; ``revision_text`` where
    the revision is written as a literal. ``remote_code`` is None where the loader takes no such flag or only a run
    decides it. ``variable`` names the environment variable that decides, ``endpoint`` the address of a service.
    """

    kind: Kind
    hub: str
    name: str
    written: str
    revision: str
    path: str
    pin: Pin
    remote_code: bool | None
    library: str
    call: str
    at: Place
    text: Place
    literal: bool
    revision_text: Place | None
    method: Method
    confidence: Confidence
    variable: str = ""
    endpoint: str = ""
    usage: str = "run"
    """``run`` for the application itself, ``test``, ``example`` or ``build`` by the folder that the file lies in."""
    mocked: bool = False
    """Whether it stands in a test that replaces a loader, so that it may never be loaded."""


@value
class Unresolved:
    """A loader whose argument no source tells; ``why`` says what it depends on."""

    call: str
    at: Place
    why: str
    kind: Kind
    variable: str = ""


@value
class Unread:
    """A file, or a part of one, that was not read, and why."""

    path: str
    why: str


@value
class ApplicationReferences:
    """All that a project names, in the order of files and lines, what stayed open, and what was not read."""

    references: tuple[ModelReference, ...]
    unresolved: tuple[Unresolved, ...]
    unread: tuple[Unread, ...]
    files: int
    """How many files were looked at."""
    servers: tuple[ModelReference, ...] = ()
    """Images of servers of models; the server is named, and no model by that."""
