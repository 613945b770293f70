"""Texts that formats hold to a form: addresses, digests, times. What has another form is kept as a property."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import HUB, parse

_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[\w.~:@!$&'()*+,;=/-]|%[0-9A-Fa-f]{2})+"
    r"(?:\?(?:[\w.~:@!$&'()*+,;=/?-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[\w.~:@!$&'()*+,;=/?-]|%[0-9A-Fa-f]{2})*)?",
    re.ASCII,
)
_HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)
_LENGTHS = {"SHA-256": 64, "SHA-512": 128, "sha256": 64, "sha512": 128}
_PORT = re.compile(r"[a-z0-9+.-]+://[^/?#:]*(?::\d{0,5})?(?:[/?#]|$)", re.ASCII)
_LONGEST = 2_000


def is_address(text: str) -> bool:
    """Tell whether a text is a URI with a host that needs no more escaping (RFC 3986); IPv6 hosts are left out."""
    return len(text) <= _LONGEST and bool(_ADDRESS.fullmatch(text) and _PORT.match(text))


def is_digest(text: str, algorithm: str) -> bool:
    """Tell whether a text is a digest of SHA-256 or SHA-512, by the names of both formats."""
    return len(text) == _LENGTHS[algorithm] and _HEX.fullmatch(text) is not None


def time_of(text: str) -> str:
    """Give a date or time as SPDX wants it, in UTC to the second; empty for what is none."""
    try:
        found = datetime.fromisoformat(text)
        held = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        return held.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except (ValueError, OverflowError):
        return ""


def address_of(reference: str) -> str:
    """Give the page of a reference that has one; empty for others."""
    try:
        ref = parse(reference)
    except UsageError:
        return ""
    if ref.scheme != HUB or not ref.name.isascii():
        return ""
    revision = f"/tree/{quote(ref.revision, safe='')}" if ref.revision.isascii() and ref.revision else ""
    return f"https://huggingface.co/{quote(ref.name)}{revision}"
