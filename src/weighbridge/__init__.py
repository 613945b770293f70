"""Weighs every AI model before it enters: ``weighbridge.scan(path)`` says what a file would run, where, and why.

>>> import weighbridge
>>> report = weighbridge.scan("model.pt")          # doctest: +SKIP
>>> report.verdict()                                # doctest: +SKIP
<Verdict.CLEAN: 'clean'>
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.api import scan
    from weighbridge.core.report import Report, Verdict

__version__ = "0.1.0"

__all__ = ["Report", "Verdict", "__version__", "scan"]

_HOMES = {"scan": "weighbridge.cli.api", "Report": "weighbridge.core.report", "Verdict": "weighbridge.core.report"}


def __getattr__(name: str) -> object:
    """Fetch a public name from the module that holds it, on first use: importing the package stays cheap."""
    if name in _HOMES:
        from weighbridge.core.modules import fetch

        return getattr(fetch(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
