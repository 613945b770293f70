"""The tools on the scales: Weighbridge and its peers, each in its own virtual environment, and how each is read.

`python -m bench.peers` installs them all and says which work here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_name("peers.toml")
VENVS = ROOT / ".bench/venvs"
HOME = ROOT / ".bench/home"  # keeps the peers' caches and settings out of the user's own

JUDGED = frozenset({"clean", "suspicious", "flagged"})  # verdicts of a tool that looked at all of its input


class UnavailableError(Exception):
    """A tool that cannot be measured here, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one exit code (any, if None) together with one pattern in the output says."""

    says: str
    code: int | None = None
    pattern: str = ""

    def fits(self, code: int, output: str) -> bool:
        """Whether this rule speaks about a run that ended so."""
        return self.code in (None, code) and re.search(self.pattern, output) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A scanner: where it lives, its command lines, its environment variables, how its verdict is read."""

    name: str
    command: tuple[str, ...]
    verdict: tuple[Rule, ...]
    requires: tuple[str, ...] = ()
    python: str | None = None
    command_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    partial: tuple[str, ...] = ()
    """Inputs of which it passes over most files and does not say so: calling them clean is no verdict on the whole."""

    @property
    def bin(self) -> Path:
        """The bin folder of its virtual environment."""
        return VENVS / self.name / "bin"

    def command_line(self, input_name: str, path: Path) -> list[str]:
        """The command that scans one input."""
        words = {"bin": str(self.bin), "path": str(path.resolve()), "bench": str(LIST.parent)}
        return [part.format(**words) for part in self.command_for.get(input_name, self.command)]

    def read(self, input_name: str, code: int, output: str) -> str:
        """Its verdict: clean, suspicious, flagged, incomplete, unsupported or error."""
        said = next((rule.says for rule in self.verdict if rule.fits(code, output)), "error")
        return "incomplete" if said == "clean" and input_name in self.partial else said


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

WEIGHBRIDGE = Tool(
    name="weighbridge",
    command=("{bin}/weighbridge", "scan", "--no-cache", "{path}"),
    verdict=(
        Rule(pattern=r"Traceback \(most recent call last\)|No module named", says="error"),  # Python exits 1 then
        Rule(code=0, says="clean"),
        Rule(code=1, says="flagged"),
        Rule(code=3, says="incomplete"),
    ),
    requires=tuple(PROJECT["dependencies"]),
)

WEIGHBRIDGE_BOM = replace(
    WEIGHBRIDGE,
    name="weighbridge-bom",
    requires=(*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["bom"]),
)
"""With what `weighbridge[bom]` brings."""

PIP = "pip==25.3"
"""Of the installers the one for all: since 25.1 the commands that it makes start without the module `re`."""


def read_list(path: Path = LIST) -> tuple[Tool, ...]:
    """The peers of `peers.toml`; a field too few or too many is a TypeError."""
    return tuple(
        Tool(
            **entry
            | {
                "command": tuple(entry["command"]),
                "requires": tuple(entry["requires"]),
                "verdict": tuple(Rule(**rule) for rule in entry["verdict"]),
                "partial": tuple(entry.get("partial", ())),
                "command_for": {name: tuple(line) for name, line in entry.get("command_for", {}).items()},
            }
        )
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["peer"]
    )


def environment(tool: Tool | None = None) -> dict[str, str]:
    """The environment of every measured command: nothing of the caller's but PATH."""
    HOME.mkdir(parents=True, exist_ok=True)
    base = {"PATH": os.environ["PATH"], "HOME": str(HOME), "LANG": "C.UTF-8", "TERM": "dumb"}
    return base | dict(tool.environment if tool else {})


def interpreter(version: str | None) -> str:
    """The Python that a tool's environment is made of; raises UnavailableError."""
    if version is None or sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    named = os.environ.get("BENCH_PYTHON" + version.replace(".", "")) or shutil.which(f"python{version}")
    # A version manager's shim is on PATH even when it leads nowhere: only an interpreter that answers counts.
    if named and subprocess.run([named, "-c", "pass"], capture_output=True, check=False).returncode == 0:
        return named
    raise UnavailableError(f"needs Python {version}: set BENCH_PYTHON{version.replace('.', '')}")


def install(tool: Tool) -> None:
    """Makes the tool's environment unless it stands with just these requirements; raises UnavailableError."""
    stamp = tool.bin.parent / "requires.txt"
    wanted = "\n".join((PIP, *tool.requires))
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    folder = tool.bin.parent
    pip = [str(tool.bin / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    steps = [[interpreter(tool.python), "-m", "venv", "--clear", str(folder)], [*pip, PIP]]
    if tool.requires:
        steps.append([*pip, *tool.requires])
    for command in steps:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UnavailableError((done.stderr.strip() or done.stdout.strip()).splitlines()[-1])
    stamp.write_text(wanted)


def install_weighbridge(tool: Tool = WEIGHBRIDGE) -> None:
    """An environment with this checkout and its dependencies, and the command that an install makes."""
    install(tool)
    pip = [str(tool.bin / "python"), "-m", "pip"]
    project = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--editable", str(ROOT)]
    subprocess.run([*pip, *project], check=True)
    # setuptools leaves a .pth file that runs code at every start, of the floors too.
    subprocess.run([*pip, "uninstall", "--quiet", "--yes", "setuptools"], capture_output=True, check=False)
    # pip compiles what it installs: without this the first run alone would pay for it.
    subprocess.run([str(tool.bin / "python"), "-m", "compileall", "-q", str(ROOT / "src")], check=True)


def installed(tool: Tool) -> list[str]:
    """Everything in the tool's environment, as `name==version`."""
    frozen = [str(tool.bin / "python"), "-m", "pip", "freeze", "--disable-pip-version-check"]
    return subprocess.run(frozen, capture_output=True, text=True, check=True).stdout.split()


def main() -> None:
    """Installs every peer and prints one line for each."""
    for tool in read_list():
        try:
            install(tool)
        except UnavailableError as error:
            print(f"{tool.name}: not available: {error}")
        else:
            print(f"{tool.name}: {len(installed(tool))} distribution(s) installed")


if __name__ == "__main__":
    main()
