"""What an artifact is called where nobody has given it a name."""

from __future__ import annotations

import os

from weighbridge.core.refs import HUB, PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.refs import Ref


def name_of(ref: Ref) -> str:
    """Name an entry after its reference: ``org/name``, or what a path ends with."""
    if ref.scheme == PATH:
        return os.path.basename(os.path.realpath(ref.name)) or "model"
    if ref.scheme == HUB:
        return ref.name
    parts = [part for part in ref.name.split("/") if part]
    return "/".join(parts[-2:]) or "model"
