"""``python -m weighbridge``."""

from __future__ import annotations

import sys


def run() -> None:
    """Enter by the front door; the one place where the process is told its exit code."""
    from weighbridge.cli.app import main

    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
