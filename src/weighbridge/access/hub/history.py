"""Which of two commits came first: a branch that went back shows an old state, perhaps one with a hole, as new."""

from __future__ import annotations

from weighbridge.access.hub.tree import following
from weighbridge.core.errors import AccessError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.access.hub.client import HubClient

MOST_PAGES = 40
"""Pages of 50 commits; repositories of models have a few dozen commits."""


def is_behind(client: HubClient, repository: str, commit: str, later: str, what: str) -> bool | None:
    """Tell whether ``commit`` is in the history of ``later``, and not ``later`` itself; None where nobody can tell.

    Source: ``/api/{models,datasets,spaces}/{id}/commits/{revision}``, the newest first, pages linked as listings are.
    """
    if commit == later:
        return False
    query, seen = "", 0
    while seen < MOST_PAGES:
        try:
            page, headers = client.document(f"/api/{repository}/commits/{later}" + (f"?{query}" if query else ""), what)
        except AccessError:
            return None  # an older Hub, or a commit that is no longer reachable
        if not isinstance(page, list):
            return None
        if any(isinstance(entry, dict) and entry.get("id") == commit for entry in page):
            return True
        query = following(headers, what)
        seen += 1
        if not query:
            return False
    return None
