"""Requirements files of pip: which packages, from where, fixed to what.

Source: pip documentation, "Requirements File Format"; PEP 508. Lines that pip would refuse are passed over.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.core.references import Reference, Requirement, Target
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

LINES = 20_000
"""Requirements of one file; locked environments have some 2,000."""

LONGEST = 2_000
"""Characters of one logical line without its hashes that are looked at."""

SMALL = 64 << 10
"""Bytes of a text under another name that is tried as requirements."""

VERSION_CONTROL = ("git+", "hg+", "svn+", "bzr+", "git://", "git@")
_SOURCES = frozenset({"-i", "--index-url", "--pypi-url", "--extra-index-url", "-f", "--find-links", "--trusted-host"})
_BUILD = frozenset({"--global-option", "--install-option", "--config-settings", "--config-setting", "-C"})
_OPTIONS = frozenset(
    {"--index-url", "--extra-index-url", "--find-links", "--trusted-host", "--editable", "-e", "-r", "-i"}
)
_INCLUDES = frozenset({"-r", "--requirement", "-c", "--constraint"})
_FILES = (".whl", ".tar.gz", ".zip", ".egg", ".tgz", ".tar.bz2")


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a file that is called like one for pip, or in which every line is for pip; other text is left alone."""
    name = node.name.lower().rpartition("/")[2]
    if "requirements" not in name and "constraints" not in name and not _fits(source):
        return
    yield Identity(at=node.at(), format="requirements")
    if source.size > bench.limits.source_bytes:
        yield node.gap(GapKind.OVER_LIMIT, f"requirements of more than {bench.limits.source_bytes} bytes are not read")
        return
    content = source.read_at(0, source.size)
    text = content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig", "replace")
    for number, line in enumerate(logical(text)):
        if number == LINES:
            yield node.gap(GapKind.OVER_LIMIT, f"more than {LINES} requirements")
            return
        yield from requirement(line, node)


def _fits(source: ByteSource) -> bool:
    """Tell whether a short text holds nothing but requirements, one of them with a version, a place or an option."""
    if source.size > SMALL:
        return False
    marked = False
    for line in logical(source.read_at(0, source.size).decode("utf-8", "replace")):
        option = line.startswith("-") and line.partition("=")[0].split(" ")[0] in _OPTIONS
        name = "" if option else _name(line.partition("@")[0].strip())
        if not option and not name and "://" not in line.split(" ")[0]:
            return False
        marked = marked or option or any(sign in line for sign in ("==", ">=", "~=", " @ "))
    return marked


def logical(text: str) -> Iterator[str]:
    """Join continued lines and drop comments, as pip does."""
    held = ""
    for raw in text.splitlines():
        line = raw
        if line.lstrip().startswith("#"):
            line = ""
        at = line.find(" #")
        line = line[:at] if at >= 0 else line
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        joined = (held + line).strip()
        held = ""
        if joined:
            yield joined
    if held.strip():
        yield held.strip()


def requirement(line: str, node: Node) -> Iterator[Yield]:
    """Tell what one logical line asks for."""
    hashed = "--hash=" in line or "--hash " in line
    bare = line.partition("--hash")[0].strip()[:LONGEST]
    if bare.startswith("-"):
        yield from _option(bare, node)
    elif bare:
        for option in _BUILD:
            if f" {option}" in line:
                yield _made(node, "", line[:LONGEST], "option", hashed=hashed, detail=option)
        yield from one(bare, node, hashed=hashed)


def one(text: str, node: Node, *, hashed: bool = False) -> Iterator[Yield]:
    """Tell a single requirement (PEP 508), an address or a path."""
    name, at, address = text.partition("@")
    lower = text.lower()
    if lower.startswith(VERSION_CONTROL) or "://" in text.split(" ", 1)[0]:
        yield _placed(_egg(text), text.split(" ;", maxsplit=1)[0], node, hashed=hashed)
    elif at and ("://" in address or address.lstrip().lower().startswith(VERSION_CONTROL)):
        yield _placed(_name(name), address.split(" ;")[0].strip(), node, hashed=hashed)
    elif (
        text.startswith((".", "/", "~", "\\")) or lower.split(" ")[0].split("[")[0].endswith(_FILES) or text[1:2] == ":"
    ):
        yield _made(node, "", text, "path", hashed=hashed, detail=text)
    else:
        found = _name(text)
        if found:
            yield _made(node, found, text, "index", hashed=hashed)


def _option(line: str, node: Node) -> Iterator[Yield]:
    """Tell an option line: where packages come from, what else is read, what is installed in place."""
    word, _, rest = (
        line.partition("=") if line.startswith("--") and "=" in line.split(maxsplit=1)[0] else line.partition(" ")
    )
    if word[:2] in {"-i", "-f", "-r", "-c", "-e"} and len(word) > 2 and word[1] != "-":
        word, rest = word[:2], word[2:] + rest
    rest = rest.strip().strip("\"'")
    if word in _SOURCES:
        yield _made(node, "", line, "option", hashed=False, detail=rest)
    elif word in _INCLUDES:
        yield include(rest, node)
        if "://" in rest:
            yield _made(node, "", line, "url", hashed=False, detail=rest)
    elif word in {"-e", "--editable"}:
        if rest.lower().startswith(VERSION_CONTROL) or "://" in rest:
            yield _placed(_egg(rest), rest, node, hashed=False)
        else:
            yield _made(node, "", line, "editable", hashed=False, detail=rest)
    elif word in _BUILD:
        yield _made(node, "", line, "option", hashed=False, detail=word)


def include(target: str, node: Node) -> Reference:
    """Tell another file that is read along."""
    from weighbridge.formats.containers.paths import escapes

    remote = "://" in target
    return Reference(
        at=node.at(), relation="include", kind=Target.URL if remote else Target.PATH, target=target[:LONGEST],
        key="requirements", escapes=not remote and bool(escapes(target)), when=When.FLAG,
    )  # fmt: skip


def _placed(name: str, address: str, node: Node, *, hashed: bool) -> Requirement:
    """Tell a package that comes from an address or a repository."""
    lower = address.lower()
    if lower.startswith(VERSION_CONTROL) or ".git@" in lower or lower.endswith(".git"):
        return _made(node, name, address, "vcs", hashed=_commit(address), detail=address)
    if lower.startswith("file:"):
        return _made(node, name, address, "path", hashed=hashed, detail=address[5:])
    fixed = hashed or any(f"#{kind}=" in lower or f"&{kind}=" in lower for kind in ("sha256", "sha384", "sha512"))
    return _made(node, name, address, "url", hashed=fixed, detail=address)


def _commit(address: str) -> bool:
    """Tell whether a repository is fixed to a full commit."""
    revision = address.rpartition("@")[2].partition("#")[0]
    return len(revision) in {40, 64} and not revision.lower().strip("0123456789abcdef")


def _egg(address: str) -> str:
    name = address.partition("#egg=")[2].partition("&")[0].partition("[")[0]
    return name or address.rpartition("/")[2].partition("@")[0].partition("#")[0].removesuffix(".git")[:100]


def _name(text: str) -> str:
    """Take the name that a requirement begins with; empty where there is none."""
    end = 0
    while end < len(text) and (text[end].isalnum() or text[end] in "-_."):
        end += 1
    rest = text[end:].lstrip()
    fits = not rest or rest[0] in "[=<>!~;(,@"
    return text[:end] if fits and end and (text[0].isalnum()) else ""


def _made(node: Node, name: str, specifier: str, origin: str, *, hashed: bool, detail: str = "") -> Requirement:
    return Requirement(
        at=node.at(), name=name[:LONGEST], specifier=specifier[:LONGEST], origin=origin, hashed=hashed,
        detail=detail[:LONGEST],
    )  # fmt: skip
