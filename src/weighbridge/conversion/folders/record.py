"""The record of the conversion of a directory: one in-toto Statement v1 about all files of the result, not signed yet.

It holds no time and no place, so that the same conversion gives the same record.
"""

from __future__ import annotations

import json
import os

from weighbridge import __version__
from weighbridge.conversion.record import STATEMENT_TYPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.folders.convert import ConvertedFolder, Made

PREDICATE_TYPE = "urn:weighbridge:convert-directory:v1"


def statement(done: ConvertedFolder) -> str:
    """Write the statement as JSON text."""
    files = [*done.copied, *(one for made in done.models for one in (*made.weights, *made.others))]
    document = {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": one.path, "digest": {"sha256": one.sha256}} for one in sorted(files, key=lambda one: one.path)
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "tool": {"name": "weighbridge", "version": __version__},
            "source": {"name": os.path.basename(os.path.abspath(done.source))},
            "models": [_model(made) for made in done.models],
            "copied": [one.path for one in done.copied],
            "changed": {one.path: one.words for one in done.changed},
            "leftOut": {one.path: one.words for one in done.left},
            "notes": {one.path: one.words for one in done.notes},
        },
    }
    return json.dumps(document, indent=1) + "\n"


def _model(made: Made) -> dict[str, object]:
    return {
        "name": made.stem,
        "sources": [
            {"name": one.path, "layout": one.layout, "size": one.size, "digest": {"sha256": one.sha256}}
            for one in made.sources
        ],
        "files": [one.path for one in (*made.weights, *made.others)],
        "tensors": [
            {"name": one.name, "dtype": one.dtype, "shape": one.shape, "digest": {"sha256": sha256}}
            for one, sha256 in made.tensors
        ],
        "writtenOut": dict(made.repeated),
        "dropped": [{"path": one.path, "what": one.what, "reason": one.reason} for one in made.dropped],
        "moreDropped": made.more_dropped,
        "notConverted": dict(made.unsupported),
        "encoded": {name: json.loads(note) for name, note in made.encoded},
    }
