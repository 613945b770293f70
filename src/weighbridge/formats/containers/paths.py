"""Member names as extractors on POSIX and Windows read them: what leaves the target directory, what collides."""

from __future__ import annotations

from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import Oddity

# Slashes that Unicode's compatibility mapping does not fold, but that fonts and best-fit code pages do.
_TURNS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SLASHES = {0x2044: "/", 0x2215: "/", 0x29F8: "/", 0x29F5: "\\"}


def readable(raw: bytes) -> str:
    """Decode a name as UTF-8; a byte that is not part of it becomes ``%FF``, which no separator looks like."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("utf-8", "surrogateescape")
        return "".join(f"%{ord(one) - 0xDC00:02X}" if "\udc80" <= one <= "\udcff" else one for one in name)


def escapes(name: str) -> str:
    """Say how a member name could leave the directory it is extracted into; empty when it stays inside.

    Both separators are looked at whatever system made the archive. A parent component counts wherever it stands,
    since a link on the way decides what it leads to.
    """
    reason = _escapes(name)
    if reason or name.isascii():
        return reason
    lure = _escapes(_folded(name))
    return lure and f"{lure} after Unicode folding"


def _escapes(name: str) -> str:
    reason = _rooted(name)
    if not reason and ".." in name and ".." in (part.rstrip(" ") for part in name.replace("\\", "/").split("/")):
        return "parent directory"
    return reason


def _rooted(name: str) -> str:
    if "\0" in name:
        return "NUL in the name"
    if name[:1] in ("/", "\\"):
        return "network path" if name[1:2] in ("/", "\\") else "absolute path"
    # `w:0.npy` is what TensorFlow calls a variable, so a digit after the colon names no drive.
    if name[1:2] == ":" and name[0].isascii() and name[0].isalpha() and not name[2:3].isdigit():
        return "drive letter"
    return ""


def _folded(name: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", name).translate(_SLASHES)


def disguises(name: str) -> str:
    """Say why a member name is not the name that people or file systems see; empty when it is."""
    if not name:
        return "no name at all"
    if name[-1] in ". " and name.rstrip(". /") and not name.endswith(("/.", "/..")):
        return "Windows drops the dots and spaces at the end"
    if name.isprintable():
        return ""
    if any(letter in _TURNS for letter in name):
        return "marks that turn the direction of writing"
    return "control characters" if any(letter < " " or "\x7f" <= letter < "\xa0" for letter in name) else ""


def link_escapes(name: str, target: str, *, from_root: bool) -> str:
    """Say how a link called ``name`` leads out of the directory it is extracted into; empty when it stays inside.

    ``from_root``: hard links of tar count from the root of the archive, symbolic links from where they stand.
    """
    reason = _rooted(target)
    if reason:
        return reason
    depth = 0 if from_root else normalised(name).count("/")
    for part in target.replace("\\", "/").split("/"):
        if part == "..":
            depth -= 1
            if depth < 0:
                return "parent directory"
        elif part not in ("", "."):
            depth += 1
    return ""


def normalised(name: str) -> str:
    """Spell a name as a file system would keep it: one separator, no empty or dot parts, NFC, cut at NUL.

    Dots and spaces at the end of a part go as well, since Windows drops them. Case is kept.
    """
    if name.isascii():
        # The common spelling needs no work; this runs for every member of archives of 200,000.
        if not any(mark in name for mark in ("\\", "//", "/.", "./", " ", "\0")) and name.strip("/.") == name:
            return name
    else:
        import unicodedata

        name = unicodedata.normalize("NFC", name)
    parts = name.partition("\0")[0].replace("\\", "/").split("/")
    kept = (part if part == ".." else part.rstrip(". ") for part in parts)
    return "/".join(part for part in kept if part)


LENGTH = 32 << 20
"""Characters of all names of one container: 160 for each of the most members that are read."""


class Names:
    """The names that a container has used so far."""

    __slots__ = ("_folded", "_length", "_seen")

    def __init__(self) -> None:
        self._length = 0
        self._seen: set[str] = set()
        self._folded: set[str] = set()

    def add(self, name: str) -> Oddity | None:
        """Take a name in; answer DUPLICATE_NAME or CASE_COLLISION when an earlier one takes its place somewhere.

        Raises OverLimit when the names together are longer than ``LENGTH`` characters.
        """
        self._length += len(name)
        if self._length > LENGTH:
            raise OverLimit(f"member names of more than {LENGTH} characters")
        plain = normalised(name)
        folded = plain.casefold()
        if folded == plain:
            folded = plain  # the same object twice: half the memory
        clash = None
        if plain in self._seen:
            clash = Oddity.DUPLICATE_NAME
        elif folded in self._folded:
            clash = Oddity.CASE_COLLISION
        self._seen.add(plain)
        self._folded.add(folded)
        return clash
