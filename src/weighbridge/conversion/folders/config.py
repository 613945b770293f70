"""What a configuration says of the names of weight files.

transformers finds ``model.safetensors`` by itself. Only ``transformers_weights`` names a file (``modeling_utils.py`` of
5.23); types, quantisation and remote code are said without names of weight files, so that they stay to the byte.
"""

from __future__ import annotations

import json

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.strict_json import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG = "config.json"
CONFIG_BYTES = 16 << 20
_KEY = "transformers_weights"


def renamed(text: bytes, names: Mapping[str, str]) -> tuple[str, str]:
    """Write a configuration anew that names a file which has another name now, and say so; empty for any other."""
    try:
        document = read_json(text)
    except (Malformed, OverLimit):
        return "", ""
    held = document.value
    named = held.get(_KEY) if isinstance(held, dict) else None
    if document.oddities or not isinstance(held, dict) or not isinstance(named, str) or named not in names:
        return "", ""
    changed = json.dumps({**held, _KEY: names[named]}, indent=2, ensure_ascii=False) + "\n"
    return changed, f"{_KEY} is {names[named]} now"
