"""What a registry asks for with ``WWW-Authenticate``: RFC 9110, 11.6.1, and Docker's token authentication."""

from __future__ import annotations

from weighbridge.core.values import value

_LONGEST = 8 << 10


@value
class Challenge:
    """``scheme`` is basic or bearer; then ``realm`` is where tokens are given, for ``service`` and ``scope``."""

    scheme: str
    realm: str = ""
    service: str = ""
    scope: str = ""


def read_challenge(header: str) -> Challenge | None:
    """Read the first challenge that can be answered; None where there is none."""
    import re

    if len(header) > _LONGEST:
        return None
    scheme, _, rest = header.strip().partition(" ")
    words = dict(re.findall(r'([a-zA-Z]+)="([^"]*)"', rest))
    if scheme.lower() == "basic":
        return Challenge(scheme="basic")
    if scheme.lower() == "bearer" and words.get("realm"):
        return Challenge(
            scheme="bearer", realm=words["realm"], service=words.get("service", ""), scope=words.get("scope", "")
        )
    return None
