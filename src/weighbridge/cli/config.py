"""Configuration: ``weighbridge.toml``, or ``[tool.weighbridge]`` in ``pyproject.toml``, from here upwards.

Options on the command line win over the file. A key that does not exist is an error with a suggestion.
"""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError, reason
from weighbridge.core.finding import Severity
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.engine.suppress import Suppression


@value
class Config:
    """What a file says; ``suppress`` are findings set aside, bound to content and date; ``source`` is the file."""

    fail_on: Severity = Severity.MEDIUM
    strict: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    baseline: str = ""
    signers: str = ""
    jobs: int = 0
    suppress: tuple[Suppression, ...] = ()
    source: str = ""


_KEYS = ("fail-on", "strict", "include", "exclude", "disable", "baseline", "signers", "jobs", "suppress")
_KINDS = {str: "a string", bool: "true or false", int: "a whole number", list: "a list"}
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
            if b"weighbridge" not in file.read():
                return False
    except OSError:
        return False
    return _table(_document(path)) is not None


def load(path: str) -> Config:
    """Read a configuration file, or with an empty path the one that ``find`` finds; raises UsageError."""
    chosen = path or find()
    if chosen is None:
        return Config()
    document = _document(chosen)
    if os.path.basename(chosen) == "pyproject.toml":
        table = _table(document)
        if table is None:
            raise UsageError(f"{chosen}: there is no table [tool.weighbridge]")
        document = table
    return _config(document, chosen)


def _document(path: str) -> dict[str, Any]:
    import tomllib

    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise UsageError(f"cannot read {path!r}: {reason(error)}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from None


def _table(document: dict[str, Any]) -> dict[str, Any] | None:
    tools = document.get("tool")
    table = tools.get("weighbridge") if isinstance(tools, dict) else None
    return table if isinstance(table, dict) else None


def _config(document: dict[str, Any], where: str) -> Config:
    _check_keys(document, _KEYS, where)
    severity = _typed(document, "fail-on", str, "medium", where)
    if severity not in set(Severity):
        raise UsageError(f"{where}: fail-on is {severity!r}", hint=f"one of {', '.join(Severity)}")
    jobs = _typed(document, "jobs", int, 0, where)
    if jobs < 0:
        raise UsageError(f"{where}: jobs is {jobs}", hint="0 means one worker per processor")
    baseline = _typed(document, "baseline", str, "", where)
    signers = _typed(document, "signers", str, "", where)
    return Config(
        fail_on=Severity(severity),
        strict=_typed(document, "strict", bool, False, where),
        include=_strings(document, "include", where),
        exclude=_strings(document, "exclude", where),
        disable=tuple(_rule(name, where) for name in _strings(document, "disable", where)),
        # A path in a file counts from that file, wherever the command is run.
        baseline=os.path.join(os.path.dirname(where), baseline) if baseline else "",
        signers=os.path.join(os.path.dirname(where), signers) if signers else "",
        jobs=jobs,
        suppress=tuple(_suppression(entry, where) for entry in _typed(document, "suppress", list, [], where)),
        source=where,
    )


def _rule(name: str, where: str) -> str:
    from weighbridge.rules.index import INDEX

    if name.upper() not in INDEX:
        from weighbridge.cli.explain import nearest

        raise UsageError(f"{where}: there is no rule {name!r}", hint=nearest(name))
    return name.upper()


def _suppression(entry: Any, where: str) -> Suppression:
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: suppress holds tables", hint="write [[suppress]]")
    _check_keys(entry, _SUPPRESS_KEYS, f"{where}, suppress")
    texts = {key: str(entry.get(key, "")) for key in _SUPPRESS_KEYS}
    for key, text in texts.items():
        if not text.strip():
            raise UsageError(f"{where}: a suppression has no {key}", hint="rule, sha256, reason and expires are needed")
    if len(texts["sha256"]) != 64 or texts["sha256"].strip("0123456789abcdefABCDEF"):
        raise UsageError(f"{where}: a suppression is bound to content by a sha256 of 64 hexadecimal digits")
    from datetime import date

    from weighbridge.engine.suppress import Suppression

    try:
        expires = date.fromisoformat(texts["expires"])
    except ValueError:
        raise UsageError(f"{where}: expires is {texts['expires']!r}", hint="write a date as 2027-01-31") from None
    return Suppression(
        rule=_rule(texts["rule"], where), sha256=texts["sha256"].lower(), reason=texts["reason"],
        expires=expires.isoformat(),
    )  # fmt: skip


def _check_keys(document: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in document:
        if key not in known:
            from difflib import get_close_matches

            close = get_close_matches(key, known, n=1)
            raise UsageError(f"{where}: unknown key {key!r}", hint=f"did you mean {close[0]!r}?" if close else "")


def _typed(document: dict[str, Any], key: str, kind: type, default: Any, where: str) -> Any:
    found = document.get(key, default)
    if type(found) is not kind:
        raise UsageError(f"{where}: {key} must be {_KINDS[kind]}")
    return found


def _strings(document: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    found = _typed(document, key, list, [], where)
    if not all(isinstance(item, str) for item in found):
        raise UsageError(f"{where}: {key} must be a list of strings")
    return tuple(found)
