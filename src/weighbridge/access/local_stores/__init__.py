"""Stores that lie on this machine: what each promises about its files, read offline and trusted by nobody."""

from __future__ import annotations

from weighbridge.access.local_stores.recognise import listings

__all__ = ["listings"]
