"""The floors: what the work costs at the very least, measured in the same run as the tools."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from bench.peers import WEIGHBRIDGE

HASH_ALL = (
    "import hashlib, sys, pathlib; "
    "[hashlib.file_digest(open(one, 'rb'), 'sha256') for one in sorted(pathlib.Path(sys.argv[1]).rglob('*')) "
    "if one.is_file()]"
)
HASH = "import hashlib, sys; hashlib.file_digest(open(sys.argv[1], 'rb'), 'sha256')"
LOAD = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))"
LOAD_WITHOUT_COLLECTOR = "import gc; gc.disable(); " + LOAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A piece of Python run on one input; `libraries` when it needs those of the interpreter that runs the bench."""

    name: str
    input: str
    code: str
    libraries: bool = False

    def command_line(self, path: Path) -> list[str]:
        """The command, in Weighbridge's own bare environment unless the code needs more."""
        python = sys.executable if self.libraries else str(WEIGHBRIDGE.bin / "python")
        return [python, "-c", self.code, str(path.resolve())]


# Only honest inputs that `inputs.py` made in this checkout are ever loaded.
FLOORS = (
    Floor(name="python -c pass", input="tiny", code="pass"),
    Floor(name="pickle.load", input="dense", code=LOAD),
    Floor(name="pickle.load, gc off", input="dense", code=LOAD_WITHOUT_COLLECTOR),
    Floor(name="pickle.load", input="objects", code=LOAD, libraries=True),
    Floor(name="sha256", input="torch", code=HASH),
    Floor(name="sha256", input="safetensors", code=HASH),
    Floor(name="sha256", input="forest", code=HASH),
    Floor(name="sha256", input="repository", code=HASH_ALL),
    Floor(name="sha256", input="shards", code=HASH_ALL),
)
