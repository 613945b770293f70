"""Command lines that fetch and run, decode and run, or hand a shell to somebody else: shells, PowerShell, batch.

Two signs of a line in their order, or its words one by one: a line is looked at as it stands, because quoting and
variables of six shells cannot be followed. Sources: MITRE ATT&CK T1059, T1105, T1140, T1218; GTFOBins; LOLBAS.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Pattern

LONGEST = 8_192
"""Characters of one line that are looked at: command lines of Windows end at 8,191, honest ones at 1,000."""

FETCHED = 64
"""Names of fetched files that are remembered in one script."""

_FETCH = (
    r"\b(?:curl|wget|fetch|aria2c|iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile"
    r"|lwp-request)\b"
)
_SHELL = (
    r"(?:sudo(?:[ \t]+-\S{1,40}){0,4}[ \t]+)?(?:env[ \t]+)?(?:/\w{1,40}(?:/\w{1,40}){0,6}/)?"
    r"(?:(?:(?:ba|z|da|k|c|tc|fi|a)?sh|cmd|iex|invoke-expression|powershell|pwsh|osascript)\b(?![ \t]+-c\b)|"
    r"(?:python[\d.]{0,6}|perl|ruby|node|php)\b(?![ \t]+-[mcenp]))"
)
_PIPED = r"\|[ \t]*" + _SHELL
_ENDING = r"(?:\b(?:ba|z|da|k)?sh|\beval|\bsource|(?:^|[ \t;])\.|\bpython[\d.]{0,6})"
_GROUPED = _ENDING + r"[ \t]+(?:-\w{1,20}[ \t]+)?[\"']?(?:\$\(|`|<\()[ \t]*"
_ENCODED = r"[ \t]-e(?:nc|ncodedcommand|c)?[ \t]+[\"']?[a-z0-9+/=]{16}"
_RUN, _DECODE, _SHELL_AWAY = "download_and_run", "decode_and_run", "reverse_shell"
_SIGNS: tuple[tuple[str, str, str], ...] = (
    # (what it is, the first sign, the sign that follows somewhere behind it)
    (_SHELL_AWAY, r"/dev/(?:tcp|udp)/[^ \t]{1,200}/\d", ""),
    (_SHELL_AWAY, r"\b(?:nc|ncat|netcat)\b(?=[ \t])", r"[ \t]-\w{0,6}[ec][ \t]+[\"']?(?:/\w+/)?(?:(?:ba)?sh|cmd)\b"),
    (_SHELL_AWAY, r"\b(?:ba)?sh[ \t]+-i\b", r"[<>]&"),
    (_SHELL_AWAY, r"\bmkfifo\b", r"\b(?:nc|ncat|netcat|telnet|openssl)\b[ \t]"),
    (_SHELL_AWAY, r"\bsocat\b", r"\bexec:"),
    (_SHELL_AWAY, r"\bnew-object[ \t]+(?:system\.)?net\.sockets\.tcpclient\b", ""),
    (_RUN, _FETCH, _PIPED),
    (_RUN, _GROUPED + r"(?:curl|wget)\b", ""),
    (_RUN, r"\b(?:iex|invoke-expression)\b", r"\b(?:downloadstring|iwr|irm|invoke-webrequest|invoke-restmethod)\b"),
    (_RUN, r"\b(?:iwr|invoke-webrequest|downloadfile|start-bitstransfer)\b", r"\b(?:start-process|invoke-item|saps)\b"),
    (_RUN, r"\bcertutil(?:\.exe)?\b", r"-urlcache\b"),
    (_RUN, r"\bbitsadmin(?:\.exe)?\b", r"/transfer\b"),
    (_RUN, r"\bmshta(?:\.exe)?[ \t]+[\"']?(?:https?:|javascript:|vbscript:)", ""),
    (_RUN, r"\bregsvr32(?:\.exe)?\b", r"/i:https?:"),
    (_RUN, r"\bmsiexec(?:\.exe)?\b", r"https?://"),
    (_DECODE, r"\bbase64[ \t]+(?:-[a-z]{0,4}d|--decode)", _PIPED),
    (_DECODE, r"\b(?:xxd[ \t]+-r|openssl[ \t]+(?:enc|base64)|rev|tr)\b", r"\|[ \t]*(?:ba|z|da)?sh\b"),
    (_DECODE, r"\b(?:powershell|pwsh)(?:\.exe)?\b", _ENCODED),
    (_DECODE, r"\bfrombase64string\b", r"\b(?:iex|invoke-expression|assembly\]::load)"),
    (_DECODE, r"\b(?:iex|invoke-expression)\b", r"\bfrombase64string\b"),
    (
        _DECODE,
        r"\bpython[\d.]{0,6}[ \t]+-c[ \t]",
        r"\bexec\b[^\n]{0,80}\b(?:b64decode|decompress|fromhex|urlopen|marshal)",
    ),
    (_DECODE, _GROUPED, r"\bbase64[ \t]+(?:-[a-z]{0,4}d|--decode)"),
)
_HINTS = (
    "curl", "wget", "fetch", "http", "iwr", "irm", "iex", "invoke-", "download", "bitstransfer", "base64", "/dev/",
    "nc", "netcat", "socat", "mkfifo", "tcpclient", "certutil", "bitsadmin", "mshta", "regsvr32", "msiexec",
    "powershell", "pwsh", "python", "xxd", "openssl", "sh -i", "aria2c", "lwp-", "rev", "tr ",
)  # fmt: skip
"""One of these stands in every line that has both signs; most lines have none."""

_compiled: list[tuple[str, Pattern[str], Pattern[str] | None]] = []


def tells(line: str) -> list[str]:
    """Name what a command line does of all this: ``download_and_run``, ``decode_and_run``, ``reverse_shell``."""
    import re

    lower = line[:LONGEST].lower()
    if not any(hint in lower for hint in _HINTS):
        return []
    if not _compiled:
        for kind, first, second in _SIGNS:
            _compiled.append((kind, re.compile(first), re.compile(second) if second else None))
    found = []
    for kind, first_sign, second_sign in _compiled:
        match = first_sign.search(lower)
        if match and (second_sign is None or second_sign.search(lower, match.end())):
            found.append(kind)
    return list(dict.fromkeys(found))


def script(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield what the lines of a script do, with the line and its number; a file fetched here and run there counts."""
    fetched: set[str] = set()
    for number, line in _logical(text):
        kinds = tells(line)
        for kind in kinds:
            yield kind, line.strip(), number
        ran = False
        for words in _commands(line[:LONGEST]):
            ran = ran or _runs(words, fetched)
            if len(fetched) < FETCHED:
                fetched.update(_saved(words))
        if ran and _RUN not in kinds:
            yield _RUN, line.strip(), number


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Join lines that end in a backslash, a caret or a backtick; comments are empty lines."""
    held, first = "", 1
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip("\r")
        if line.lstrip()[:1] == "#" or line.lstrip()[:4].lower() == "rem ":
            line = ""
        first = first if held else number
        if line.endswith(("\\", "^", "`")) and len(held) < LONGEST:
            held += line[:-1] + " "
            continue
        if held or line:
            yield first, held + line
        held = ""
    if held:
        yield first, held


# -- files that are fetched and run ------------------------------------------------------------------------------------


def _commands(line: str) -> Iterator[list[str]]:
    """Cut a line into commands and these into words; most lines have neither a fetch nor a script in them."""
    for sign in (";", "&&", "||", "|", "(", ")", "{", "}"):
        line = line.replace(sign, "\n")
    for command in line.split("\n"):
        words = [word.strip("\"'`,") for word in command.split()]
        if words:
            yield words


def _base(word: str) -> str:
    return word.replace("\\", "/").rstrip("/").rpartition("/")[2].lower()


_SAVING = frozenset(
    {"-o", "--output", "--output-document", "-outfile", "-destination", "-lo", "-slo", "-sslo", "-fsslo"}
)
_FETCHERS = frozenset({
    "curl", "wget", "aria2c", "iwr", "invoke-webrequest", "start-bitstransfer", "curl.exe", "wget.exe",
})  # fmt: skip


def _saved(words: list[str]) -> list[str]:
    """Name the files that a command fetches."""
    tool = next((_base(word) for word in words[:6] if _base(word) in _FETCHERS), "")
    found = []
    if tool:
        for word, following in zip(words, [*words[1:], ""], strict=True):
            lower = word.lower()
            if (lower in _SAVING or lower in {">", ">>"}) and following and not following.startswith("-"):
                found.append(_base(following))
            elif "=" in lower and lower.startswith("--output"):
                found.append(_base(lower.partition("=")[2]))
            elif "://" in lower:
                found.append(_base(lower.partition("?")[0]))
            elif lower.startswith(">") and len(lower) > 1:
                found.append(_base(lower.lstrip(">")))
    return [name for name in found if name not in {"", "-", "null"} and not name.endswith(_DATA)]


_DATA = (
    ".tar", ".gz", ".tgz", ".zip", ".bz2", ".xz", ".zst", ".whl", ".safetensors", ".bin", ".pt", ".pth", ".onnx",
    ".gguf", ".json", ".txt", ".md", ".csv", ".jpg", ".png", ".wav", ".mp3", ".mp4", ".asc", ".gpg", ".deb", ".rpm",
    ".model", ".npz", ".npy", ".h5", ".ckpt", ".parquet", ".jsonl", ".yaml", ".yml", ".git",
)  # fmt: skip
"""What is fetched to be unpacked or read, not to be run as it is."""

_BEFORE = frozenset({
    "sudo", "exec", "nohup", "env", "run", "then", "do", "call", "start", "start-process", "saps", "&", "time", "cmd",
    "/c", "/b", "-filepath", "@", "else", "!", "setsid",
})  # fmt: skip
_INTERPRETERS = frozenset({
    "sh", "bash", "zsh", "dash", "ksh", "perl", "ruby", "node", "chmod", "source", ".", "powershell", "pwsh",
    "rundll32",
    "regsvr32", "msiexec", "wscript", "cscript", "php", "powershell.exe", "installer",
})  # fmt: skip


def _runs(words: list[str], fetched: set[str]) -> bool:
    """Tell whether a command starts a fetched file, hands it to an interpreter or makes it executable."""
    first, interpreted = True, False
    for word in words if fetched else ():
        base = _base(word)
        if (first or interpreted) and base in fetched:
            return True
        if not base.startswith("-") and base not in _BEFORE:
            first = False
        interpreted = interpreted or base in _INTERPRETERS or base.startswith("python")
    return False
