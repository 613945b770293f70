"""What source code of the repository reaches for."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When
from weighbridge.rules.execution.wording import LINE, dotted, short
from weighbridge.rules.vocabulary.tables import DEEPEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import SourceCall
    from weighbridge.rules.vocabulary.lists import Listed
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE131",
    slug="source-call",
    title="Source code of the model reaches for the system",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    harm=Harm.EXECUTION,
    finds=(
        "Code that comes with the model starts processes, executes text, opens connections, loads libraries "
        "or changes the interpreter; most seriously at import time, or when it hides what it does."
    ),
    why=(
        "Code of a repository runs as soon as somebody allows it, and import time needs no call. A model's "
        "code has little reason to leave tensors, and none to hide names or text."
    ),
    fix="Read the lines that are named, and refuse code whose purpose you cannot tell.",
    cwe=(94, 506),
    atlas=("AML.T0018.002", "AML.T0050"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/ast.html",),
    since="0.1",
    positive="python_sources:shell_at_import_named_py",
    negative="python_sources:honest_named_py",
)

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

LEVELS: dict[str, tuple[Severity | None, Severity | None]] = {
    # category of the list: (at import time, in a function)
    "process": (_HIGH, _MEDIUM),
    "execute": (_HIGH, _MEDIUM),
    "install": (_HIGH, _MEDIUM),
    "send": (_HIGH, _LOW),
    "fetch": (_MEDIUM, _LOW),
    "native": (_MEDIUM, _LOW),
    "build": (_MEDIUM, _MEDIUM),
    "remote": (_MEDIUM, _MEDIUM),
    "raw": (_MEDIUM, _MEDIUM),
    "deserialise": (_MEDIUM, _LOW),
    "delete": (_MEDIUM, _LOW),
    "interpreter": (_MEDIUM, _LOW),
    "evaluate": (_MEDIUM, _LOW),
    "shell": (_HIGH, _HIGH),
    "attack": (_HIGH, _HIGH),
    "note": (_LOW, _LOW),
    "decode": (None, None),
    "plain": (None, None),
}
"""How grave a use is. What honest model code does in functions stays below the threshold."""

FALLBACK = frozenset({"process", "code_execution", "installer", "scanner_evasion", "native_code", "network"})
"""Categories of the table of dangers worth a note; that table was made for pickles, where every name is a stranger."""

HIDEABLE = frozenset({"process", "execute", "code_execution", "install", "installer", "send", "native"})
"""Categories that nobody has an honest reason to hide."""

READ = frozenset({"exec", "eval"})
"""What executes text; text that stands there is read like the rest of the source."""

SECRETS = (
    "/.ssh/", "id_rsa", "id_ed25519", "authorized_keys", "/.aws/credentials", "/etc/shadow", "/etc/passwd",
    "huggingface/token", "/.netrc", "git-credentials", "wallet.dat", "Login Data", ".bash_history", ".kube/config",
    ".docker/config.json", "169.254.169.254", "/.bashrc", "/.zshrc", "/.profile", "/etc/cron", "/.config/autostart",
)  # fmt: skip
"""Places of credentials and of what starts by itself: no model's code has business there."""


def match(fact: SourceCall, words: Vocabulary) -> Iterator[Match]:
    """Find uses of names that are listed, hidden uses of them, and places of credentials."""
    full = f"{fact.module}.{fact.name}" if fact.module else fact.name
    place = _secret_place(fact)
    if place:
        yield _said(fact, f"names `{place}`, a place of credentials or start-up files", _MEDIUM, Confidence.MEDIUM)
    foreign = LISTS.get(fact.language)
    entry = words.lists.find(foreign, fact.name) if foreign else _listed(full, words)
    if any("trust_remote_code=True" in one for one in fact.arguments):
        yield _said(fact, f"calls `{dotted(fact.module, fact.name)}` with `trust_remote_code=True`", _LOW, None)
    if entry is None and foreign:
        return
    if entry is None:
        known = words.tables.danger(fact.module, fact.name)
        if known is not None and known.category in FALLBACK:
            grave = fact.phase == "import" and words.tables.is_stdlib(fact.module) and known.category in HIDEABLE
            yield _said(fact, _called(fact, known.reason), _MEDIUM if grave else _LOW, Confidence.MEDIUM)
        return
    level = LEVELS[entry.category][fact.phase != "import"]
    if level is None:
        return
    hidden = entry.category in HIDEABLE and hiding(fact, words)
    runs_now = entry.category == "shell" and fact.language == "python" and fact.phase == "import"
    if entry.category == "attack" or runs_now:
        yield _said(fact, _called(fact, entry.reason), _HIGH, Confidence.HIGH)
    elif hidden:
        sure = Confidence.HIGH if _is_sure(fact, words) else Confidence.MEDIUM
        yield _said(fact, f"{_called(fact, entry.reason)}, and {hidden}", _HIGH, sure)
    elif fact.name in READ and fact.module == "builtins" and fact.literal:
        yield _said(fact, f"{_called(fact, entry.reason)} that stands there, and which was read too", _LOW, None)
    elif not (entry.category == "deserialise" and any("weights_only=True" in one for one in fact.arguments)):
        yield _said(fact, _called(fact, entry.reason), level, Confidence.MEDIUM)


LISTS = {"R": "r_functions", "java": "java_names"}
"""Languages that have a list of their own; functions stand there without their package."""

BORROWED = ("os", "posix", "nt", "subprocess", "builtins", "pty", "socket", "ctypes", "sys", "importlib")
"""Modules that others import and so hand out: ``logging.os.system``."""


def _listed(full: str, words: Vocabulary) -> Listed | None:
    """Find what is known of a name, or of what it reaches through the imports of another module."""
    entry = words.lists.find("source_calls", full)
    parts = full.split(".")[:DEEPEST]
    for start in range(1, len(parts) - 1) if entry is None else ():
        if parts[start] in BORROWED:
            entry = entry or words.lists.find("source_calls", ".".join(parts[start:]))
    return entry


def hiding(fact: SourceCall, words: Vocabulary) -> str:
    """Say how the name or the text of a call is hidden from a reader; empty when it is not."""
    names = [step.removeprefix("name by ") for step in fact.made_by if step.startswith("name by ")]
    if names:
        return f"its name is put together ({', '.join(names)})"
    for step in fact.made_by:
        entry = words.lists.find("source_calls", step)
        category = entry.category if entry else ""
        if category == "decode" or step in STEPS or step == "marshal.loads":
            return f"what it gets is decoded first ({', '.join(fact.made_by)})"
        if category in {"fetch", "send"} and _executes(fact):
            return f"it fetches what it executes ({step})"
    return ""


STEPS = frozenset({
    "reversal", "rot13", "hex", "base64", "zlib", "bz2", "builtins.chr", "builtins.bytes", "builtins.bytearray",
    "replacement",
})  # fmt: skip
"""Steps that make text unreadable; joining pieces does not by itself."""


def _executes(fact: SourceCall) -> bool:
    return fact.module == "builtins"


def _is_sure(fact: SourceCall, words: Vocabulary) -> bool:
    """Tell whether hiding has no honest reading: what is hidden stands in the source, or comes from the network."""
    if fact.literal or any(step.startswith("name by ") for step in fact.made_by):
        return True
    entries = [words.lists.find("source_calls", step) for step in fact.made_by]
    fetched = _executes(fact) and any(entry and entry.category in {"fetch", "send"} for entry in entries)
    return fetched or (fact.phase == "import" and "marshal.loads" in fact.made_by)


def _secret_place(fact: SourceCall) -> str:
    if not any(one[:1] in "'\"b" for one in fact.arguments):
        return ""
    literal = " ".join(one for one in fact.arguments if one[:1] in "'\"b")
    return next((place for place in SECRETS if place in literal), "")


def _called(fact: SourceCall, reason: str) -> str:
    if fact.language in LISTS:
        package = f"{fact.module}::" if fact.module and fact.language == "R" else ""
        return f"calls `{package}{short(fact.name, LINE)}`: {reason}"
    if fact.language != "python":
        return reason
    now = "as soon as it is imported" if fact.phase == "import" else "in a function"
    if fact.module == "shell":
        return f"runs a command {now}: {reason}"
    return f"calls `{dotted(fact.module, fact.name)}` {now}: {reason}"


def _said(fact: SourceCall, what: str, severity: Severity, confidence: Confidence | None) -> Match:
    line = f"{fact.module}.{fact.name}({', '.join(fact.arguments)})"
    load = fact.when is When.LOAD and fact.phase == "import" and severity.rank >= _HIGH.rank
    return Match(
        message=f"{fact.carrier} {what}",
        fact=fact,
        evidence=(short(line, LINE),)
        if fact.language == "python"
        else tuple(short(one, LINE) for one in fact.arguments),
        severity=severity,
        confidence=Confidence.HIGH if load else confidence,
        when=fact.when,
    )
