"""A seat belt for Python processes: what the lock does not name, or what changed since, is not loaded.

>>> from weighbridge import guard
>>> belt = guard.install(lock="model.lock")         # doctest: +SKIP

``weighbridge run -- python app.py`` does the same for a program that is left as it is, and for the Python processes
that it starts. A hook is a seat belt and not a wall: ``docs/how-to/guard.md`` says what it does not hold.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.guard.guard import Guard, install
    from weighbridge.guard.refusal import Refused

__all__ = ["Guard", "Refused", "install"]

_HOMES = {
    "install": "weighbridge.guard.guard", "Guard": "weighbridge.guard.guard", "Refused": "weighbridge.guard.refusal",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """Fetch a public name from the module that holds it, on first use: importing the package stays cheap."""
    if name in _HOMES:
        from weighbridge.core.modules import fetch

        return getattr(fetch(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
