"""All entries by the name that facts carry, and those that are no callable of a library."""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.inventory.application.loaders import Vocabulary, loader
from weighbridge.inventory.application.references import Kind
from weighbridge.inventory.application.vocabulary import hosted, local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.facts import Call
    from weighbridge.inventory.application.loaders import Loader

PYTHON = Vocabulary((*local.LOADERS, *hosted.LOADERS))

ADDRESS, PACKAGE, WRAPPER = "address", "package", "wrapper"
"""An address of the Hub in a text, an imported or required package that is a model, and a function of the project that
hands a parameter on to a loader."""
_OWN = "weighbridge"

KEY_NAMES = frozenset({"key"})
"""The hub of entries where only the name of a key tells what a value is."""

_OTHERS: dict[str, list[Loader]] = {
    ADDRESS: [loader(_OWN, ADDRESS, Kind.MODEL, "hf", "0:", silent=True)],
    PACKAGE: [loader("spacy 3.8", PACKAGE, Kind.MODEL, "spacy", "0:", silent=True)],
    **{
        f"key {kind}": [loader(_OWN, f"key {kind}", kind, "key", "0:", silent=True, revision="", code="")]
        for kind in (Kind.MODEL, Kind.ADAPTER, Kind.TOKENIZER, Kind.DATASET)
    },
}
_WRAPPER = loader(_OWN, WRAPPER, Kind.MODEL, "", "0:", silent=True)


def entry_of(call: Call) -> Loader:
    """Give the entry of a call; raises Malformed for one that no vocabulary has."""
    if call.loader == WRAPPER:
        return _WRAPPER
    entries = PYTHON.by_key.get(call.loader) or _OTHERS.get(call.loader)
    if entries is None or call.entry >= len(entries) or call.entry < 0:
        raise Malformed(f"no loader is called {call.loader[:60]!r}")
    return entries[call.entry]
