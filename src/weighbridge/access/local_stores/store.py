"""Paths of this machine as a store: what ``listings`` recognises, for reading."""

from __future__ import annotations

from weighbridge.access.local_stores.reading import LocalReading
from weighbridge.access.local_stores.recognise import listings
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.artifact import Listing
    from weighbridge.core.refs import Ref


class LocalStore(LocalReading):
    """What lies at a path."""

    def listing(self, ref: Ref) -> Listing:
        """List the one artifact at a path; raises AccessError, and UsageError where a store holds several."""
        found = listings(ref.name)
        if len(found) > 1:
            roots = {one.root for one in found}
            names = ", ".join(str(one.ref) if one.ref.scheme else one.resolved for one in found[:3])
            raise UsageError(
                f"{ref.name!r} holds {len(found)} artifacts: {names}{', …' if len(found) > 3 else ''}",
                hint=f"name one of them, such as {found[0].root!r}" if len(roots) > 1 else "name a store of one",
            )
        return found[0]
