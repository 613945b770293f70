"""The strict JSON reader: where it finds nothing odd, the standard library reads the same, and the other way round."""

from __future__ import annotations

import json
from contextlib import suppress

from fuzz import seeds
from fuzz.target import Target
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.strict_json import JsonDocument, JsonReader, read_json


def beyond(data: bytes) -> None:
    """Read as a whole and member by member, and compare."""
    found: JsonDocument | None = None
    with suppress(Malformed, OverLimit):
        found = read_json(data)
    if found is not None:
        assert 0 <= found.end <= len(data)
        if not found.oddities:
            assert json.loads(data[: found.end]) == found.value
    with suppress(Malformed, OverLimit):
        reader = JsonReader(data)
        for key, _ in reader.members():
            key.encode()


TARGET = Target(name="json_texts", seeds=seeds.json_texts, beyond=beyond)
