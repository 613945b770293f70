"""Programs as text that a person or a tool runs: shell, PowerShell, batch, build files, container files.

That it is a program is told once; what its lines do is told where they fetch, decode or open a way in.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, NativeCode
from weighbridge.core.programs import CodeUnit, SourceCall
from weighbridge.core.when import When
from weighbridge.formats.text.shell_lines import script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

LINES = 200
"""Telling lines of one script that are told."""

SHOWN = 200
"""Characters of a line that people see."""

_BY_NAME: tuple[tuple[tuple[str, ...], str, str], ...] = (
    # (ends of the lower-case name, language, what it is)
    ((".sh", ".bash", ".zsh", ".ksh", ".csh", ".fish", ".command"), "shell", "shell script"),
    ((".ps1", ".psm1"), "powershell", "PowerShell script"),
    ((".bat", ".cmd"), "batch", "batch file"),
    ((".vbs", ".vbe", ".wsf", ".wsh", ".hta", ".jse"), "windows script", "script of the Windows Script Host"),
    ((".reg",), "registry", "change of the Windows registry"),
    ((".desktop",), "desktop entry", "desktop entry"),
    (("dockerfile", "containerfile", ".dockerfile"), "dockerfile", "container file"),
    (("makefile", ".mk", "justfile"), "make", "build file"),
    (("procfile",), "shell", "process file"),
    ((".bashrc", ".bash_profile", ".zshrc", ".zshenv", ".profile", ".envrc"), "shell", "start-up file of a shell"),
    (("jenkinsfile", ".groovy", ".gradle"), "groovy", "build file"),
    ((".url", ".scf", ".inf"), "windows shortcut", "shortcut of Windows"),
    ((".js", ".mjs", ".cjs", ".ts"), "javascript", "JavaScript program"),
    ((".rb", "rakefile", "vagrantfile"), "ruby", "Ruby program"),
    ((".pl", ".php", ".tcl", ".awk", ".applescript"), "script", "program for an interpreter"),
    ((".lua",), "lua", "Lua program"),
    ((".r", ".rprofile"), "r", "R program"),
    ((".jl",), "julia", "Julia program"),
    ((".java",), "java", "Java source"),
)
NAMES = tuple(ending for endings, _, _ in _BY_NAME for ending in endings)
"""Ends of names by which a script is known."""


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001
    """Tell whether text begins as ``execve(2)`` wants a script to begin."""
    from weighbridge.formats.native import identify

    return "script" if identify(head, len(head)) == "script" else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Tell what kind of program this is and what its lines do."""
    head = source.read_at(0, SHOWN).split(b"\n")[0].decode("utf-8", "replace")
    shebang = head.startswith("#!")
    language, kind = _kind(node.name, head if shebang else "")
    if not kind:
        return
    yield Identity(at=node.at(), format="script")
    if shebang and node.member:
        yield NativeCode(at=node.at(0, source.size), format="script", where=node.role or "file")
    own_name = node.name.lower().endswith((".py", ".pyw"))
    if not own_name:
        yield CodeUnit(at=node.at(), language=language, carrier=kind, name=node.name, when=When.FLAG)
    if source.size > bench.limits.source_bytes:
        yield node.gap(GapKind.OVER_LIMIT, f"a script of more than {bench.limits.source_bytes} bytes is not read")
        return
    content = source.read_at(0, source.size)
    if language == "python":
        if not own_name:
            from weighbridge.formats.text.python_source import inspect

            yield from inspect(content, node, bench, carrier="the script")
        return
    yield from lines(content.decode("utf-16" if content[:2] in _MARKS else "utf-8", "replace"), node, f"the {kind}")


_MARKS = (b"\xff\xfe", b"\xfe\xff")


def lines(text: str, node: Node, carrier: str, *, phase: str = "import") -> Iterator[Yield]:
    """Tell the telling lines of a script, or of what stands in another file."""
    for number, (kind, line, at) in enumerate(script(text)):
        if number == LINES:
            yield node.gap(GapKind.OVER_LIMIT, f"{carrier} has more than {LINES} telling lines")
            return
        yield SourceCall(
            at=node.at(), language="shell", module="shell", name=kind, phase=phase,
            carrier=f"{carrier}, line {at},", when=When.FLAG, arguments=(line[:SHOWN],),
        )  # fmt: skip


def _kind(name: str, shebang: str) -> tuple[str, str]:
    """Name the language of a script and what it is; empty when it is none."""
    lower = name.lower().rstrip(". ").rpartition("/")[2]
    if shebang:
        words = shebang[2:].replace("/", " ").split()
        program = next((word for word in reversed(words) if not word.startswith("-")), "")
        if program.startswith(("python", "pypy")):
            return "python", "Python script"
        if program:
            return program[:20], f"{program[:20]} script"
    if lower.startswith(("dockerfile", "containerfile")):
        return "dockerfile", "container file"
    return next(((language, kind) for ends, language, kind in _BY_NAME if lower.endswith(ends)), ("", ""))
