"""Addresses: whose they are, and which redirects are followed.

To https always; to http only where the endpoint itself is http, and then only to the same host, or from one address of
this machine to another. So no answer sends this machine to plain servers that its user did not name.
"""

from __future__ import annotations

from weighbridge.core.values import value

LONGEST_ADDRESS = 16 << 10
_PORTS = {"http": 80, "https": 443}


@value
class Origin:
    """Who answers at an address; equal origins may be shown the same token."""

    scheme: str
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine."""
        return self.host in {"localhost", "::1"} or (
            self.host.startswith("127.") and self.host.replace(".", "").isdigit()
        )


def origin_of(url: str) -> Origin | None:
    """Give the origin of an http or https address; None for what is no such address or carries a name or password."""
    from urllib.parse import urlsplit

    if not (url.isascii() and url.isprintable() and len(url) <= LONGEST_ADDRESS):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return Origin(scheme=parts.scheme, host=parts.hostname, port=port or _PORTS[parts.scheme])


def redirected(url: str, told: str, endpoint: Origin) -> str:
    """Give where the ``Location`` of an answer from ``url`` leads; empty for a place that is not gone to."""
    from urllib.parse import urljoin

    try:
        target = urljoin(url, told) if told else ""
    except ValueError:
        return ""
    there = origin_of(target)
    if there is None:
        return ""
    is_near = there.host == endpoint.host or (there.is_loopback and endpoint.is_loopback)
    return target if there.scheme == "https" or (endpoint.scheme == "http" and is_near) else ""
