"""Command lines that fetch and run, decode and run, or hand a shell to somebody else: shells, PowerShell, batch.

Patterns over text, each of linear time; a line is looked at as it stands, because quoting and variables of six shells
cannot be followed. Sources: MITRE ATT&CK T1059, T1105, T1140, T1218; GTFOBins; LOLBAS.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Pattern

LONGEST = 8_192
"""Characters of one line that are looked at: command lines of systems end at 8,191 or 131,072, honest ones at 1,000."""

FETCHED = 64
"""Names of fetched files that are remembered in one script."""

_FETCH = (
    r"(?:curl|wget|fetch|aria2c|iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile|lwp-request)"
)
_SHELL = (
    r"(?:sudo(?:[ \t]+-\S+)*[ \t]+)?(?:env[ \t]+)?(?:/\w+(?:/\w+)*/)?"
    r"(?:(?:(?:ba|z|da|k|c|tc|fi|a)?sh|cmd|iex|invoke-expression|powershell|pwsh|osascript)\b(?![ \t]+-c\b)|"
    r"(?:python[\d.]*|perl|ruby|node|php)\b(?![ \t]+-[mcenp]))"
)
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("reverse_shell", r"/dev/(?:tcp|udp)/[^ \t]{1,200}/\d"),
    ("reverse_shell", r"\b(?:nc|ncat|netcat)\b[^|\n;&]{0,200}[ \t]-(?:\w{0,6}e|c)[ \t]+[\"']?(?:/\w+/)?(?:(?:ba)?sh|cmd)\b"),
    ("reverse_shell", r"\b(?:bash|sh)[ \t]+-i\b[^\n]{0,100}[<>]&"),
    ("reverse_shell", r"\bmkfifo\b[^\n]{0,300}\b(?:nc|ncat|netcat|telnet|openssl)\b"),
    ("reverse_shell", r"\bsocat\b[^\n]{0,200}\bexec:"),
    ("reverse_shell", r"\bnew-object[ \t]+(?:system\.)?net\.sockets\.tcpclient\b"),
    ("download_and_run", _FETCH + r"\b[^\n]{0,2000}?\|[ \t]*" + _SHELL + r"(?![-\w./]*\.(?:py|pl|rb|js)\b)"),
    ("download_and_run", r"(?:\b(?:ba|z|da|k)?sh|\beval|\bsource|\.|\bpython[\d.]*)[ \t]+(?:-\w+[ \t]+)?[\"']?(?:\$\(|`|<\()[ \t]*(?:curl|wget)\b"),
    ("download_and_run", r"\b(?:iex|invoke-expression)\b[^\n]{0,300}(?:downloadstring|iwr|irm|invoke-webrequest|invoke-restmethod|webclient)\b"),
    ("download_and_run", r"\b(?:iwr|invoke-webrequest|downloadfile|start-bitstransfer)\b[^\n]{0,2000}\b(?:start-process|invoke-item|saps|ii)\b"),
    ("download_and_run", r"\bcertutil(?:\.exe)?\b[^\n]{0,200}-urlcache\b"),
    ("download_and_run", r"\bbitsadmin(?:\.exe)?\b[^\n]{0,200}/transfer\b"),
    ("download_and_run", r"\bmshta(?:\.exe)?[ \t]+[\"']?(?:https?:|javascript:|vbscript:)"),
    ("download_and_run", r"\bregsvr32(?:\.exe)?\b[^\n]{0,200}/i:https?:"),
    ("download_and_run", r"\bmsiexec(?:\.exe)?\b[^\n]{0,200}https?://"),
    ("decode_and_run", r"\bbase64[ \t]+(?:-\w*d\w*|--decode)\b[^\n]{0,500}\|[ \t]*" + _SHELL),
    ("decode_and_run", r"\b(?:xxd[ \t]+-r|openssl[ \t]+(?:enc|base64)[ \t][^|\n]{0,200}-d|rev|tr)\b[^|\n]{0,200}\|[ \t]*(?:(?:ba|z|da)?sh)\b"),
    ("decode_and_run", r"\b(?:powershell|pwsh)(?:\.exe)?\b[^\n]{0,300}[ \t]-e(?:nc|ncodedcommand|c)?[ \t]+[\"']?[a-z0-9+/=]{16}"),
    ("decode_and_run", r"\bfrombase64string\b"),
    ("decode_and_run", r"\bpython[\d.]*[ \t]+-c[ \t][^\n]{0,200}\bexec\b[^\n]{0,200}\b(?:b64decode|decompress|fromhex|urlopen|marshal)\b"),
    ("decode_and_run", r"(?:\b(?:ba|z|da|k)?sh|\beval)[ \t]+(?:-\w+[ \t]+)?[\"']?(?:\$\(|`|<\()[^)\n]{0,500}\bbase64[ \t]+-\w*d"),
)  # fmt: skip
_HINTS = (
    "curl", "wget", "fetch", "http", "iwr", "irm", "webclient", "base64", "/dev/", "nc", "socat", "mkfifo", "certutil",
    "bitsadmin", "mshta", "powershell", "pwsh", "python", "xxd", "openssl", "sh -i", "bitstransfer", "rev", "tr ",
)  # fmt: skip
"""One of these stands in every line that a pattern finds; most lines have none."""

_SAVES = r"\b(?:curl|wget|aria2c)\b[^\n|;&]{0,2000}?[ \t](?:-o|-O|--output|--output-document|-\w{1,8}o)[ =]?[\"']?([\w./$~{}%-]{1,200})"
_SAVES_WINDOWS = (
    r"-outfile[ \t]+[\"']?([\w.\\/$:~{}%-]{1,200})|downloadfile\([^,\n]{1,500},[ \t]*[\"']?([\w.\\/$:~{}%-]{1,200})"
)
_LAST_PART = r"\bwget\b[^\n|;&]{0,500}?https?://[^ \t\n\"'|;&]{1,500}/([\w.-]{1,200})"

_compiled: list[tuple[str, Pattern[str]]] = []


def tells(line: str) -> list[str]:
    """Name what a command line does of all this: ``download_and_run``, ``decode_and_run``, ``reverse_shell``."""
    import re

    lower = line[:LONGEST].lower()
    if not any(hint in lower for hint in _HINTS):
        return []
    if not _compiled:
        _compiled.extend((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
    return list(dict.fromkeys(kind for kind, pattern in _compiled if pattern.search(lower)))


def script(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield what the lines of a script do, with the line and its number; a file fetched here and run there counts."""
    fetched: dict[str, int] = {}
    for number, line in _logical(text):
        kinds = tells(line)
        for kind in kinds:
            yield kind, line.strip(), number
        if "download_and_run" not in kinds and fetched and _runs(line, fetched):
            yield "download_and_run", line.strip(), number
        if len(fetched) < FETCHED:
            fetched.update((name, number) for name in _saved(line))
            if "download_and_run" not in kinds and fetched and _runs(_after(line), fetched):
                yield "download_and_run", line.strip(), number


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Join lines that end in a backslash, a caret or a backtick."""
    held, first = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if line.lstrip()[:1] == "#" or line.lstrip()[:4].lower() == "rem ":
            line = ""
        if not held:
            first = number
        if line.endswith(("\\", "^", "`")) and len(held) < LONGEST:
            held += line[:-1] + " "
            continue
        yield first, held + line
        held = ""
    if held:
        yield first, held


def _saved(line: str) -> list[str]:
    """Name the files that a line fetches."""
    import re

    if not any(hint in line.lower() for hint in ("curl", "wget", "aria2c", "-outfile", "downloadfile")):
        return []
    line = line[:LONGEST]
    found = [match for match in re.findall(_SAVES, line) if not match.startswith("-")]
    found += [one or other for one, other in re.findall(_SAVES_WINDOWS, line.lower())]
    found += re.findall(_LAST_PART, line)
    names = [name.replace("\\", "/").rstrip("/").rpartition("/")[2] for name in found]
    return [name for name in names if len(name) > 1 and not name.lower().endswith(_DATA)]


_DATA = (
    ".tar", ".gz", ".tgz", ".zip", ".bz2", ".xz", ".zst", ".whl", ".safetensors", ".bin", ".pt", ".pth", ".onnx",
    ".gguf", ".json", ".txt", ".md", ".csv", ".jpg", ".png", ".wav", ".mp3", ".mp4", ".asc", ".gpg", ".deb", ".rpm",
    ".model", ".npz", ".npy", ".h5", ".ckpt", ".parquet", ".jsonl", ".yaml", ".yml",
)  # fmt: skip
"""What is fetched to be unpacked or read, not to be run as it is."""


def _after(line: str) -> str:
    """The part of a line behind its first command."""
    places = [at for at in (line.find(";"), line.find("&&"), line.find("\n")) if at >= 0]
    return line[min(places) + 1 :] if places else ""


def _runs(line: str, fetched: dict[str, int]) -> bool:
    """Tell whether a line starts one of the fetched files, or makes it executable."""
    import re

    line = line[:LONGEST]
    for name in fetched:
        if name not in line and name.lower() not in line.lower():
            continue
        quoted = re.escape(name)
        starts = (
            r"(?:^|[;&|({][ \t]*|\b(?:then|do|sudo|exec|nohup|RUN|call|start|start-process|saps|&)[ \t]+)"
            r"(?:-\S+[ \t]+)*[\"']?(?:[\w./$~{}:\\%-]{0,200}[/\\])?" + quoted + r"\b"
        )
        interpreted = (
            r"\b(?:(?:ba|z|da|k)?sh|python[\d.]*|perl|ruby|node|chmod|source|powershell|pwsh|rundll32|regsvr32|msiexec|wscript|"
            r"cscript)\b[^|;&\n]{0,200}?\b" + quoted + r"\b"
        )
        if re.search(starts, line.strip(), re.IGNORECASE) or re.search(interpreted, line, re.IGNORECASE):
            return True
    return False
