"""All entries by the name that facts carry, and those that are no callable of a library."""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.inventory.application.loaders import Vocabulary, loader
from weighbridge.inventory.application.references import Kind
from weighbridge.inventory.application.vocabulary import commands, hosted, local, script

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

COMMANDS: dict[str, list[Loader]] = {}
for _one in (*commands.LOADERS, *script.LOADERS):
    COMMANDS.setdefault(_one.pattern, []).append(_one)

_OTHERS: dict[str, list[Loader]] = {
    ADDRESS: [loader(_OWN, ADDRESS, Kind.MODEL, "clone", "0:", silent=True)],
    PACKAGE: [loader("spacy 3.8", PACKAGE, Kind.MODEL, "spacy", "0:", silent=True)],
    "compose model": [loader("compose-spec 2025", "compose model", Kind.MODEL, "oci", "0:", silent=True)],
    "image": [loader("compose-spec 2025", "image", Kind.SERVER, "image", "0:", silent=True)],
    "FROM": [loader("ollama 0.12", "FROM", Kind.MODEL, "ollama", "0:", silent=True)],
    "ADAPTER": [loader("ollama 0.12", "ADAPTER", Kind.ADAPTER, "file", "0:", silent=True)],
    "litellm model": [loader("litellm 1.80", "litellm model", Kind.SERVICE, "litellm", "0:", silent=True)],
    "storageUri": [loader("kserve 0.16", "storageUri", Kind.MODEL, "url", "0:", silent=True)],
    "submodule": [loader("git 2.51", "submodule", Kind.MODEL, "clone", "0:", silent=True, revision="branch")],
    "agent model": [loader("claude-code 2.0", "agent model", Kind.SERVICE, "agent", "0:", silent=True)],
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
    entries = PYTHON.by_key.get(call.loader) or COMMANDS.get(call.loader) or _OTHERS.get(call.loader)
    if entries is None or call.entry >= len(entries) or call.entry < 0:
        raise Malformed(f"no loader is called {call.loader[:60]!r}")
    return entries[call.entry]
