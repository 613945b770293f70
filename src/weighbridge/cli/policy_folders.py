"""Where in an application its models lie."""

from __future__ import annotations

import os

_CONFIGURATIONS = ("config.json", "model_index.json", "adapter_config.json", "modules.json")
"""Files that make a folder of an application the top of a model."""


def models_in(folder: str, told: list[str]) -> list[str]:
    """Find the folders of an application that are models: the topmost that hold weights, empty for its own top.

    ``told`` are files that are models by their content. A folder is part of the model above it where that has the
    configuration of one, as the parts of a pipeline are.
    """
    from weighbridge.inventory.application.files import SKIPPED
    from weighbridge.inventory.application.vocabulary.names import WEIGHTS

    holding = {os.path.dirname(path) for path in told}
    tops: set[str] = set()
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in SKIPPED)
        path = os.path.relpath(place, folder).removeprefix(".").lstrip("/")
        if any(one.lower().endswith(WEIGHTS) for one in names):
            holding.add(path)
        if path and not set(_CONFIGURATIONS).isdisjoint(names):
            tops.add(path)
    found: list[str] = []
    for path in sorted(holding):
        above = [top for top in tops if f"{path}/".startswith(f"{top}/")]
        top = min(above, key=len, default=path)
        if not any(f"{top}/".startswith(f"{one}/") for one in found):
            found.append(top)
    return [""] if "" in found else found
