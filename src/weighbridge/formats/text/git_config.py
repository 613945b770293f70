"""Settings of git: a copy of a repository that brings its ``.git`` along brings commands that git runs.

Source: git-config(1), sections ``core``, ``filter``, ``diff``, ``merge``, ``alias``, ``credential``, ``include``.
"""

from __future__ import annotations

from weighbridge.core.facts import Identity
from weighbridge.core.programs import Command
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

LONGEST = 1 << 20
"""Bytes of settings that are read; git writes some hundred."""

COMMANDS = 200
"""Commands of one file that are told."""

_LINE = 160
_SECTIONS = (b"[core]", b"[filter ", b"[remote ", b"[alias]", b"[diff ", b"[merge ", b"[include", b"[credential")
_RUN = frozenset({
    "core.fsmonitor", "core.sshcommand", "core.hookspath", "core.pager", "core.editor", "core.askpass",
    "core.gitproxy", "core.alternaterefscommand", "sequence.editor", "diff.external", "gpg.program", "include.path",
    "filter.clean", "filter.smudge", "filter.process", "diff.command", "diff.textconv", "merge.driver",
    "gpg.ssh.program", "includeif.path", "uploadpack.packobjectshook",
})  # fmt: skip
_SHELL = frozenset({"alias", "credential"})
"""Sections of which a value that begins with an exclamation mark is a command."""


def sniff(head: bytes, _source: ByteSource) -> str:
    """Tell whether text in sections has those of git."""
    lines = b"\n" + head.replace(b"\r", b"\n").lower()
    return "git.config" if any(b"\n" + section in lines for section in _SECTIONS) and b"=" in head else ""


def extract(source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Yield the commands that settings of git hold."""
    yield Identity(at=node.at(), format="git.config")
    section, told = "", 0
    for line in source.read_at(0, LONGEST).decode("utf-8", "replace").splitlines():
        text = line.strip()
        if text.startswith("[") and "]" in text:
            section, _, text = text[1:].partition("]")
            section = section.split()[0].partition(".")[0].lower() if section.split() else ""
        key, equals, value = text.partition("=")
        value = value.strip().strip('"')
        if not equals or not _runs(section, f"{section}.{key.strip().lower()}", value):
            continue
        told += 1
        if told > COMMANDS:
            return
        yield Command(
            at=node.at(), runner="git", line=value[:_LINE], key=f"{section}.{key.strip()}", when=When.FLAG, pinned=None
        )


def _runs(section: str, key: str, value: str) -> bool:
    """Tell whether git runs a value; what git-lfs writes, and a plain yes or no, is no command of the author's."""
    if value.lower() in ("", "true", "false", "yes", "no", "1", "0") or value.startswith("git-lfs "):
        return False
    return key in _RUN or (section in _SHELL and value.startswith("!"))
