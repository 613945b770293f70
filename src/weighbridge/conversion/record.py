"""The record of a conversion: an in-toto Statement v1 about the files written, not signed yet.

Source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. It holds no time and no place, so that
the same conversion gives the same record.
"""

from __future__ import annotations

import json
import os

from weighbridge import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.convert import Converted

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:weighbridge:convert:v1"


def statement(made: Converted) -> str:
    """Write the statement as JSON text."""
    plan, digests = made.plan, dict(made.tensors)
    document = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": os.path.basename(one.path), "digest": {"sha256": one.sha256}} for one in made.weights],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "tool": {"name": "weighbridge", "version": __version__},
            "source": {
                "name": os.path.basename(made.source),
                "layout": plan.layout,
                "size": plan.size,
                "digest": {"sha256": made.sha256},
            },
            "tensors": [
                {"name": one.name, "dtype": one.dtype, "shape": one.shape, "digest": {"sha256": digests[one.name]}}
                for one in sorted(plan.tensors, key=lambda one: one.name)
            ],
            "aliases": dict(plan.aliases),
            "dropped": [{"path": one.path, "what": one.what, "reason": one.reason} for one in plan.dropped],
            "moreDropped": plan.more_dropped,
            "notConverted": dict(plan.unsupported),
            "encoded": {name: json.loads(note) for name, note in plan.encoded},
        },
    }
    return json.dumps(document, indent=1) + "\n"
