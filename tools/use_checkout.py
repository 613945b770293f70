"""Makes an environment use this checkout as it is: for machines where `pip install` cannot reach an index.

Run by the environment's own Python. Writes a path file and a `weighbridge` command, as an installation would.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Writes both files."""
    Path(sysconfig.get_path("purelib"), "weighbridge-checkout.pth").write_text(f"{ROOT / 'src'}\n", "utf-8")
    command = Path(sysconfig.get_path("scripts"), "weighbridge")
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m weighbridge "$@"\n', "utf-8")
    command.chmod(0o755)
    return 0


if __name__ == "__main__":
    sys.exit(main())
