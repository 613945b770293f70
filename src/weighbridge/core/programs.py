"""Facts about programs: code that a file carries, names that it has imported and called, operators that it runs.

Part of the vocabulary of facts, like ``core/facts.py``; apart from it, because a scan of a pickle needs none of these.
"""

from __future__ import annotations

from weighbridge.core.facts import Argument, Fact
from weighbridge.core.values import value
from weighbridge.core.when import When


@value
class CodeUnit(Fact):
    """The file carries, or is, a program in ``language`` (python, marshal, torchscript, lua, shell, native, opaque …).

    ``carrier`` says in the words of the format what holds it ("Lambda layer", "custom_generate", "handler"), ``name``
    is its own name if it has one, ``digest`` a SHA-256 of its text where it is at hand.
    """

    language: str
    carrier: str
    name: str
    when: When
    digest: str = ""


@value
class SourceCall(Fact):
    """Source code calls ``module.name`` (as far as imports and plain assignments tell) or reaches for it.

    ``phase`` is ``import`` for what happens as soon as the source is executed, ``call`` for what stands in a function.
    ``arguments`` are shortened literals or source excerpts. ``carrier`` says what file or cell it stands in.
    ``literal`` tells that the first argument is known data, ``made_by`` which functions and steps the first argument
    went through (``base64.b64decode``, ``reversal``), and those of the name itself as ``name by …``.
    """

    language: str
    module: str
    name: str
    phase: str
    carrier: str
    when: When
    arguments: tuple[str, ...] = ()
    count: int = 1
    literal: bool = False
    made_by: tuple[str, ...] = ()


@value
class SourceImport(Fact):
    """Source code imports a module; ``level`` counts the dots of a relative import, ``names`` are what it takes."""

    language: str
    module: str
    level: int
    names: tuple[str, ...]
    phase: str


@value
class Operator(Fact):
    """A model graph uses an operator: ``framework`` (onnx, tensorflow, tflite, torchscript, openvino, coreml …).

    ``scope`` is the path of the (sub)graph or function that holds it, ``constants`` are those of its inputs and
    attributes that are text (paths, URLs, names of functions), shortened. Equal uses are counted, not repeated.
    """

    framework: str
    domain: str
    name: str
    scope: str = ""
    constants: tuple[str, ...] = ()
    count: int = 1


@value
class ConfiguredCall(Fact):
    """A configuration names something that a loader imports and calls, ``scheme`` tells which loader's convention.

    Schemes: keras, hydra, class_path, langchain, auto_map, sentence-transformers, diffusers, skops, mlflow, spacy …
    ``key`` is the path of keys that leads to it. ``module`` is empty where the convention has none.
    """

    scheme: str
    key: str
    module: str
    name: str
    when: When
    arguments: tuple[Argument, ...] = ()
    count: int = 1


@value
class Permission(Fact):
    """A configuration throws a switch that guards against code: ``name`` is the switch, ``text`` its position.

    Switches: trust_remote_code, allow_pickle, weights_only … ``key`` is the path of keys that leads to it.
    """

    name: str
    key: str
    text: str
    when: When


@value
class TemplateConstruct(Fact):
    """A template uses a construct worth a look: ``kind`` is e.g. attribute, filter, call, import, condition, literal.

    ``dialect`` is jinja, go …; ``role`` names the template ("chat_template", "tokenizer.chat_template.tool_use").
    """

    dialect: str
    role: str
    kind: str
    text: str


@value
class Command(Fact):
    """A file names a command line that some tool runs: an agent's server, a hook, an editor's task, a build step.

    ``runner`` is who runs it, ``key`` where it stands; ``pinned`` is whether what it fetches has a fixed version or
    digest, None where it fetches nothing.
    """

    runner: str
    line: str
    key: str
    when: When
    pinned: bool | None = None


@value
class SelectionBypass(Fact):
    """Graph inputs are compared before any learned operator, and the outcome selects what reaches an output.

    ``compare`` and ``select`` name the two nodes with their operators, ``output`` the output they decide (ShadowLogic,
    arXiv:2511.00664).
    """

    framework: str
    compare: str
    select: str
    output: str
    constant: str = ""


@value
class AuditMismatch(Fact):
    """A node is shown for review as ``audited``, and its loader makes or calls ``loaded``; ``scheme`` as above."""

    scheme: str
    key: str
    audited: str
    loaded: str
    when: When
