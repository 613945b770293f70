"""The real Hub, for those who have the internet: `pytest -m online`."""

from __future__ import annotations

import json
import struct

import pytest

from weighbridge.access.hub.store import HubStore
from weighbridge.core.refs import is_commit, parse


@pytest.mark.online
def test_a_small_model_of_the_real_hub() -> None:
    store = HubStore()
    listing = store.listing(parse("hf://hf-internal-testing/tiny-random-gpt2"))
    assert is_commit(listing.resolved)
    files = {file.path: file for file in listing.files}
    config = files["config.json"]
    assert json.loads(store.source(listing, config).read_at(0, config.size))
    weights = files["model.safetensors"]
    assert weights.sha256
    (length,) = struct.unpack("<Q", store.source(listing, weights).read_at(0, 8))
    assert length < weights.size
    assert sum(len(block) for block in store.stream(listing, weights)) == weights.size
