"""What a store that keeps its files as they are, in an ordinary directory, says about them."""

from __future__ import annotations

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from weighbridge.core.artifact import ListedFile


@value
class Overlay:
    """Claims laid over a directory's files, by path.

    A claim with ``real`` says where the bytes of a link are, and that it is the store's own. ``own`` are documents of
    the store that were read and understood, and are no files of the artifact. When it is ``complete``, a file without a
    claim is none that the store put there.
    """

    kind: str
    claims: Mapping[str, ListedFile]
    resolved: str = ""
    own: frozenset[str] = frozenset()
    troubles: tuple[str, ...] = ()
    complete: bool = False
