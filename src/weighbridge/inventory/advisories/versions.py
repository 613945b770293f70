"""Versions as bytes that sort as the versions do, so that a database compares them without knowing what they are.

Three orders are known: PEP 440 (as ``packaging`` reads it), Semantic Versioning 2.0.0, section 11, and that of release
tags by their numbers, for repositories that no ecosystem orders. Every key ends itself: none is the beginning of
another, so ``after(key)`` lies between a version and all later ones.
"""

from __future__ import annotations

import re
from functools import lru_cache

from weighbridge.core.enums import StrEnum
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from packaging.version import Version

LONGEST = 300
"""Characters of a version that is put in order."""


class Order(StrEnum):
    """How versions are ordered."""

    PEP440 = "pep440"
    SEMVER = "semver"
    TAGS = "tags"
    """Tags of releases by the numbers in them: ``b5662``, ``25.07``. No ecosystem of OSV has it; ours is ``GIT``."""
    UNKNOWN = "unknown"
    """Not here: Debian, Maven, and whatever else has rules of its own."""


_SEMVER_ECOSYSTEMS = frozenset({"npm", "crates.io", "Go", "Hex", "Pub", "SwiftURL"})
_SEMVER = re.compile(
    r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII
)
_TAG = re.compile(r"[A-Za-z]*[-_]?(\d{1,9}(?:\.\d{1,9}){0,3})", re.ASCII)
_LOCAL_NONE, _LOCAL_SOME, _LOCAL_END = b"\x00", b"\x01", b"\x02"


def order_of(ecosystem: str) -> Order:
    """Tell how an ecosystem orders its versions; a suffix behind a colon is a release of it."""
    bare = ecosystem.partition(":")[0]
    if bare == "PyPI":
        return Order.PEP440
    if bare == "GIT":
        return Order.TAGS
    return Order.SEMVER if bare in _SEMVER_ECOSYSTEMS else Order.UNKNOWN


def key(order: Order, version: str) -> bytes | None:
    """Give the place of a version in an order; None for one that has none."""
    if len(version) > LONGEST:
        return None
    if order is Order.PEP440:
        base = _pep440(version)
        return None if base is None else base[0] + base[1]
    if order is Order.TAGS:
        return _tag(version)
    return _semver(version) if order is Order.SEMVER else None


def after(place: bytes) -> bytes:
    """Give what lies behind a version and before every later one."""
    return place + b"\x00"


def literal(version: str) -> bytes:
    """Give a key for what has no place: it equals itself, and no other key begins with its first byte."""
    return b"\xfe" + version.encode("utf-8", "surrogatepass")


def is_literal(place: bytes) -> bool:
    """Tell whether a key stands for a version without a place."""
    return place.startswith(b"\xfe")


def bounds(version: str) -> tuple[bytes, bytes] | None:
    """Give where a version of Python and its local builds begin and end: ``1.0``, ``1.0+cu124``; None for none."""
    base = _pep440(version) if len(version) <= LONGEST else None
    return None if base is None else (base[0] + base[1], base[0] + (_LOCAL_END if base[1] == _LOCAL_NONE else base[1]))


def public(version: str) -> str:
    """Leave out the local part of a version of Python, ``+cu124``; what is none stays as it is."""
    bare, plus, _ = version.partition("+")
    return bare if plus else version


@lru_cache(maxsize=200_000)
def _pep440(text: str) -> tuple[bytes, bytes] | None:
    try:
        from packaging.version import InvalidVersion, Version
    except ImportError:
        raise UsageError("versions of Python packages are compared by packaging, which is not installed",
                         hint="pip install packaging") from None  # fmt: skip
    try:
        version = Version(text)
    except (InvalidVersion, ValueError):  # the latter for a number of more digits than Python reads
        return None
    return _base(version), _local(version)


def _base(version: Version) -> bytes:
    release = list(version.release)
    while release and not release[-1]:
        release.pop()
    parts = [_number(version.epoch), *(b"\x01" + _number(one) for one in release), b"\x00"]
    if version.pre is not None:
        letter, number = version.pre
        parts.append(b"\x01" + {"a": b"\x01", "b": b"\x02", "rc": b"\x03"}[letter] + _number(number))
    else:
        # 1.0.dev1 lies before 1.0a1, and 1.0 behind 1.0rc1
        parts.append(b"\x00" if version.post is None and version.dev is not None else b"\x02")
    parts.append(b"\x00" if version.post is None else b"\x01" + _number(version.post))
    parts.append(b"\x02" if version.dev is None else b"\x01" + _number(version.dev))
    return b"".join(parts)


def _local(version: Version) -> bytes:
    if version.local is None:
        return _LOCAL_NONE
    return _LOCAL_SOME + b"".join(map(_identifier, version.local.split("."))) + b"\x00"


def _identifier(text: str, number: bytes = b"\x02", word: bytes = b"\x01") -> bytes:
    """Of local versions words lie before numbers; semantic versions have it the other way round."""
    return number + _number(int(text)) if text.isdigit() else word + text.encode() + b"\x00"


def _semver(text: str) -> bytes | None:
    matched = _SEMVER.fullmatch(text)
    if matched is None:
        return None
    release = b"".join(_number(int(part or 0)) for part in matched.groups()[:3])
    if matched[4] is None:
        return release + b"\x02"
    parts = (_identifier(part, b"\x01", b"\x02") for part in matched[4].split("."))
    return release + b"\x01" + b"".join(parts) + b"\x00"


def _tag(text: str) -> bytes | None:
    """Read a tag of letters and numbers; one with more behind it is somebody's variant, and has no place."""
    matched = _TAG.fullmatch(text)
    if matched is None:
        return None
    numbers = [int(part) for part in matched[1].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return b"".join(b"\x01" + _number(one) for one in numbers) + b"\x00"


def _number(one: int) -> bytes:
    """Write a number so that longer ones are greater; versions are too short for more than 125 bytes."""
    written = one.to_bytes((one.bit_length() + 7) // 8, "big")
    return bytes((len(written),)) + written
