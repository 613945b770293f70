"""Names in configurations that a loader imports and calls."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.rules.vocabulary.tables import DEEPEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import ConfiguredCall
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE132",
    slug="configured-call",
    title="A configuration names code to be called",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A field of a configuration is imported and called by its loader: a Keras module and class, a Hydra "
        "`_target_`, a class path, a LangChain constructor. It names something dangerous, or something that "
        "nobody reviewed."
    ),
    why=(
        "Such a field is a call in other clothes: whoever writes the file chooses any function of any "
        "installed package, with arguments."
    ),
    fix="Look at the name and its arguments; refuse what is not a class of the library that the file is made for.",
    cwe=(470, 913),
    atlas=("AML.T0018.002", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://unit42.paloaltonetworks.com/rce-vulnerabilities-in-ai-python-libraries/",),
    since="0.1",
    positive="configs:hydra_system_named_yaml",
    negative="configs:hydra_named_yaml",
)


def match(fact: ConfiguredCall, words: Vocabulary) -> Iterator[Match]:
    """Find targets that are not on the scheme's list; default deny."""
    full = f"{fact.module}.{fact.name}" if fact.module else fact.name
    listed = words.lists.covering(fact.scheme, full)
    if listed == full:
        return
    # A listed package may hold what nobody meant to list: what is known against a name counts more than a prefix.
    # Where a module is all that is named, importing it is the call.
    danger = words.tables.danger(fact.module or full, fact.name if fact.module else "__init__")
    if listed and danger is words.tables.danger(*listed.rpartition(".")[::2]):
        danger = None  # whoever listed the prefix knew what is said of all that surrounds it
    reason = danger.reason if danger is not None else _walked(full, words, listed.count(".") + bool(listed))
    if listed and not reason:
        return
    message = f"`{fact.key}` names `{full}`"
    given = tuple(argument.text for argument in fact.arguments if argument.text)
    if reason:
        yield Match(message=f"{message}: {reason}", fact=fact, evidence=given, when=fact.when)
    else:
        yield Match(
            message=f"{message}, which is not on the list of reviewed {fact.scheme} targets",
            fact=fact,
            evidence=given,
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            when=fact.when,
        )


def _walked(full: str, words: Vocabulary, listed: int) -> str:
    """Say what a path through another package ends at; empty when it ends at its own.

    Loaders walk attributes, and most packages hold the modules that they import: ``package.module.os.system``. The
    first ``listed`` parts of the path were reviewed.
    """
    parts = full.split(".", DEEPEST)[:DEEPEST]
    if any(part.startswith("__") and part.endswith("__") for part in parts[listed:]):
        return "it walks through a special attribute"
    for start in range(max(1, listed), len(parts) - 1):
        if parts[start] in REACHED or (parts[start] in ALSO_FOLDERS and parts[-1][:1].islower()):
            danger = words.tables.danger(".".join(parts[start:-1]), parts[-1])
            if danger is not None:
                return danger.reason
    return ""


REACHED = frozenset({
    "os", "posix", "nt", "subprocess", "sys", "builtins", "importlib", "imp", "runpy", "ctypes", "pty", "shutil",
    "socket", "pickle", "cPickle", "marshal", "webbrowser", "multiprocessing", "asyncio", "pathlib", "tempfile",
    "urllib", "joblib", "cloudpickle", "dill", "shelve", "pdb", "timeit", "inspect", "functools", "operator",
    "threading", "sqlite3", "zipfile",
})  # fmt: skip
"""Modules that other packages import and that none of their own folders is called after."""

ALSO_FOLDERS = frozenset({"torch", "numpy", "http", "tarfile", "io", "logging", "codecs"})
"""Modules that others import as well, and that folders of classes are called after."""
