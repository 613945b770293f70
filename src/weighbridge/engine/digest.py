"""SHA-256 at its lowest price: the interpreter's own for a little, OpenSSL's for much.

OpenSSL hashes six times faster and takes 2.5 ms to load, which is what the interpreter's own needs for 0.8 MiB.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import _Hash

LITTLE = 1 << 19
"""Bytes that one process hashes before OpenSSL is worth loading."""

_OWN = "_sha2" if sys.version_info >= (3, 12) else "_sha256"
_seen = [0]


def sha256(size: int) -> _Hash:
    """Begin a SHA-256 over ``size`` bytes."""
    _seen[0] += size
    if _seen[0] <= LITTLE:
        try:
            own: _Hash = __import__(_OWN).sha256()
        except ImportError:
            _seen[0] = LITTLE  # this interpreter was built without it
        else:
            return own
    import hashlib

    return hashlib.sha256()
