"""Configuration: ``weighbridge.toml``, or ``[tool.weighbridge]`` in ``pyproject.toml``, from here upwards.

Options on the command line win over the file. A key that does not exist is an error with a suggestion.
"""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError
from weighbridge.core.finding import Severity
from weighbridge.core.values import value
from weighbridge.engine.suppress import Suppression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@value
class Config:
    """What a file says; ``suppress`` are findings set aside, bound to content and date."""

    fail_on: Severity = Severity.MEDIUM
    strict: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    baseline: str = ""
    jobs: int = 0
    suppress: tuple[Suppression, ...] = ()


_KEYS = ("fail-on", "strict", "include", "exclude", "disable", "baseline", "jobs", "suppress")
_SUPPRESS_KEYS = ("rule", "sha256", "reason", "expires")


def find() -> str | None:
    """Look for a configuration file in the working directory and above it."""
    folder = os.getcwd()
    while True:
        own, project = os.path.join(folder, "weighbridge.toml"), os.path.join(folder, "pyproject.toml")
        if os.path.isfile(own):
            return own
        if os.path.isfile(project) and _has_table(project):
            return project
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)


def _has_table(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return b"[tool.weighbridge" in file.read()
    except OSError:
        return False


def load(path: str | None) -> Config:
    """Read a configuration file, or the one that ``find`` finds; raises UsageError."""
    chosen = path or find()
    if chosen is None:
        return Config()
    import tomllib

    try:
        with open(chosen, "rb") as file:
            document = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"cannot read {chosen!r}: {(error.strerror or '').lower()}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{chosen} is not valid TOML: {error}") from None
    if os.path.basename(chosen) == "pyproject.toml":
        document = document.get("tool", {}).get("weighbridge", {})
    return _config(document, chosen)


def _config(document: dict[str, Any], where: str) -> Config:
    _check_keys(document, _KEYS, where)
    severity = document.get("fail-on", "medium")
    if severity not in set(Severity):
        raise UsageError(f"{where}: fail-on is {severity!r}", hint=f"one of {', '.join(Severity)}")
    return Config(
        fail_on=Severity(severity),
        strict=_typed(document, "strict", bool, False, where),
        include=_strings(document, "include", where),
        exclude=_strings(document, "exclude", where),
        disable=tuple(rule.upper() for rule in _strings(document, "disable", where)),
        baseline=_typed(document, "baseline", str, "", where),
        jobs=_typed(document, "jobs", int, 0, where),
        suppress=tuple(_suppression(entry, where) for entry in _typed(document, "suppress", list, [], where)),
    )


def _suppression(entry: Any, where: str) -> Suppression:
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: suppress holds tables", hint="write [[suppress]]")
    _check_keys(entry, _SUPPRESS_KEYS, f"{where}, suppress")
    texts = {key: str(entry.get(key, "")) for key in _SUPPRESS_KEYS}
    for key, text in texts.items():
        if not text.strip():
            raise UsageError(f"{where}: a suppression has no {key}", hint="rule, sha256, reason and expires are needed")
    if len(texts["sha256"]) != 64:
        raise UsageError(f"{where}: a suppression is bound to content by a sha256 of 64 digits")
    from datetime import date

    try:
        date.fromisoformat(texts["expires"])
    except ValueError:
        raise UsageError(f"{where}: expires is {texts['expires']!r}", hint="write a date as 2027-01-31") from None
    return Suppression(
        rule=texts["rule"].upper(), sha256=texts["sha256"].lower(), reason=texts["reason"], expires=texts["expires"]
    )


def _check_keys(document: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in document:
        if key not in known:
            from difflib import get_close_matches

            close = get_close_matches(key, known, n=1)
            raise UsageError(f"{where}: unknown key {key!r}", hint=f"did you mean {close[0]!r}?" if close else "")


def _typed(document: dict[str, Any], key: str, kind: type, default: Any, where: str) -> Any:
    found = document.get(key, default)
    if type(found) is not kind:
        raise UsageError(f"{where}: {key} must be a {kind.__name__}")
    return found


def _strings(document: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    found = _typed(document, key, list, [], where)
    if not all(isinstance(item, str) for item in found):
        raise UsageError(f"{where}: {key} must be a list of strings")
    return tuple(found)
