"""Uses of names in source: how grave by what and when, and what is hidden."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, WORDS, found, only
from weighbridge.core.finding import Confidence, Severity
from weighbridge.core.programs import SourceCall
from weighbridge.core.when import When
from weighbridge.rules.execution import source_call


def call(
    path: str, phase: str = "import", *, literal: bool = False, made_by: tuple[str, ...] = (), **rest: object
) -> SourceCall:
    """A call in Python source that runs when somebody allows it."""
    module, _, name = path.rpartition(".")
    words: dict[str, object] = {"language": "python", "carrier": "the source", "when": When.FLAG, **rest}
    return SourceCall(at=FILE, module=module, name=name, phase=phase, literal=literal, made_by=made_by, **words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "at_import", "in_function"),
    [
        ("os.system", Severity.HIGH, Severity.MEDIUM),
        ("subprocess.Popen", Severity.HIGH, Severity.MEDIUM),
        ("builtins.exec", Severity.HIGH, Severity.MEDIUM),
        ("pip.main", Severity.HIGH, Severity.MEDIUM),
        ("socket.socket", Severity.HIGH, Severity.LOW),
        ("requests.get", Severity.MEDIUM, Severity.LOW),
        ("torch.load", Severity.MEDIUM, Severity.LOW),
        ("ctypes.CDLL", Severity.MEDIUM, Severity.LOW),
        ("torch.hub.load", Severity.MEDIUM, Severity.MEDIUM),
        ("torch.utils.cpp_extension.load", Severity.MEDIUM, Severity.MEDIUM),
        ("sympy.sympify", Severity.MEDIUM, Severity.LOW),
        ("asteval.Interpreter", Severity.MEDIUM, Severity.LOW),
        ("logging.os.system", Severity.HIGH, Severity.MEDIUM),
        ("<imported>.system", Severity.HIGH, Severity.MEDIUM),
        ("<imported>.<computed>", Severity.MEDIUM, Severity.LOW),
        ("cProfile.run", Severity.MEDIUM, Severity.LOW),
    ],
)
def test_how_grave(path: str, at_import: Severity, in_function: Severity) -> None:
    assert only(source_call, call(path)).severity is at_import
    assert only(source_call, call(path, "call")).severity is in_function


@pytest.mark.parametrize(
    "path",
    [
        "os.path.join",
        "torch.nn.Linear",
        "builtins.open",
        "subprocess.PIPE",
        "collections.namedtuple",
        "torch.jit.script",
    ],
)
def test_what_honest_code_does_is_silent(path: str) -> None:
    assert not found(source_call, call(path))
    assert not found(source_call, call(path, "call"))


def test_text_that_stands_there_is_read_and_only_noted() -> None:
    assert only(source_call, call("builtins.exec", literal=True)).severity is Severity.LOW
    assert only(source_call, call("runpy.run_path", literal=True)).severity is Severity.HIGH


@pytest.mark.parametrize(
    ("made_by", "literal", "confidence"),
    [
        (("base64.b64decode",), True, Confidence.HIGH),
        (("base64.b64decode",), False, Confidence.MEDIUM),
        (("reversal",), True, Confidence.HIGH),
        (("name by concatenation",), False, Confidence.HIGH),
        (("requests.get",), False, Confidence.HIGH),
    ],
)
def test_what_is_hidden_is_graver(made_by: tuple[str, ...], literal: bool, confidence: Confidence) -> None:
    for phase in ("import", "call"):
        match = only(source_call, call("builtins.exec", phase, literal=literal, made_by=made_by))
        assert (match.severity, match.confidence) == (Severity.HIGH, confidence)


def test_code_objects_at_import_time_are_certain() -> None:
    assert only(source_call, call("builtins.exec", made_by=("marshal.loads",))).confidence is Confidence.HIGH
    assert only(source_call, call("builtins.exec", "call", made_by=("marshal.loads",))).confidence is Confidence.MEDIUM


def test_joined_text_is_not_hidden() -> None:
    assert only(source_call, call("builtins.exec", literal=True, made_by=("concatenation",))).severity is Severity.LOW
    assert source_call.hiding(call("builtins.exec", made_by=("concatenation",)), WORDS) == ""


def test_names_put_together_are_silent_where_there_is_nothing_to_hide() -> None:
    assert not found(source_call, call("torch.nn.functional.gelu", made_by=("name by concatenation",)))


@pytest.mark.parametrize(
    ("name", "language", "phase", "confidence"),
    [
        ("reverse_shell", "shell", "import", Confidence.HIGH),
        ("reverse_shell", "python", "call", Confidence.HIGH),
        ("download_and_run", "python", "import", Confidence.HIGH),
        ("download_and_run", "python", "call", Confidence.MEDIUM),
        ("download_and_run", "shell", "import", Confidence.MEDIUM),
        ("decode_and_run", "shell", "import", Confidence.MEDIUM),
    ],
)
def test_lines_for_a_shell(name: str, language: str, phase: str, confidence: Confidence) -> None:
    match = only(source_call, call(f"shell.{name}", phase, language=language, arguments=("x",)))
    assert (match.severity, match.confidence) == (Severity.HIGH, confidence)


def test_what_a_load_runs_by_itself_is_certain() -> None:
    assert only(source_call, call("os.system", when=When.LOAD)).confidence is Confidence.HIGH
    assert only(source_call, call("os.system", "call", when=When.LOAD)).confidence is Confidence.MEDIUM


def test_places_of_credentials_are_told() -> None:
    match = only(source_call, call("builtins.open", "call", literal=True, arguments=("'/root/.ssh/id_rsa'",)))
    assert match.severity is Severity.MEDIUM
    assert not found(source_call, call("builtins.open", "call", literal=True, arguments=("'config.json'",)))
    assert not found(source_call, call("builtins.open", "call", arguments=("path + '/.ssh/'",)))


def test_loading_weights_only_is_no_danger() -> None:
    assert not found(source_call, call("torch.load", "call", arguments=("path", "weights_only=True")))
    assert found(source_call, call("torch.load", "call", arguments=("path", "weights_only=False")))


@pytest.mark.parametrize(
    ("language", "name", "severity"),
    [
        ("R", "system", Severity.MEDIUM), ("R", "parse", Severity.MEDIUM), ("R", "readBin", Severity.MEDIUM),
        ("R", "download.file", Severity.MEDIUM), ("R", "library.dynam", Severity.MEDIUM), ("R", "eval", Severity.LOW),
        ("java", "ProcessBuilder", Severity.MEDIUM), ("java", "java.net.", Severity.MEDIUM),
    ],
)  # fmt: skip
def test_languages_with_a_list_of_their_own(language: str, name: str, severity: Severity) -> None:
    fact = SourceCall(
        at=FILE, language=language, module="", name=name, phase="call", carrier="a function", when=When.FLAG
    )
    match = only(source_call, fact)
    assert match.severity is severity
    assert f"`{name}`" in match.message


def test_what_waits_to_be_evaluated_counts_as_run() -> None:
    fact = SourceCall(
        at=FILE, language="R", module="base", name="system", phase="import", carrier="a promise", when=When.LOAD
    )
    match = only(source_call, fact)
    assert (match.severity, match.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert "`base::system`" in match.message


@pytest.mark.parametrize("name", ["mean", "os.system", "subprocess.Popen", "lm"])
def test_names_of_another_language_mean_nothing(name: str) -> None:
    fact = SourceCall(at=FILE, language="R", module="", name=name, phase="call", carrier="a function", when=When.FLAG)
    assert not found(source_call, fact)
