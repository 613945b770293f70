"""The only place that runs what may turn hostile, always in a jailed child: policy, jail, worker, pool, loading."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.sandbox.api import call, load
    from weighbridge.sandbox.calling import CallError
    from weighbridge.sandbox.unpack import Described

__all__ = ["CallError", "Described", "call", "load"]

_HOMES = {
    "call": "weighbridge.sandbox.api",
    "load": "weighbridge.sandbox.api",
    "CallError": "weighbridge.sandbox.calling",
    "Described": "weighbridge.sandbox.unpack",
}


def __getattr__(name: str) -> object:
    """Fetch a public name from its module on first use: scans need none of them."""
    if name in _HOMES:
        from weighbridge.core.modules import fetch

        return getattr(fetch(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
