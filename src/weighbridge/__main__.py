"""``python -m weighbridge``."""

from __future__ import annotations

import os
import sys


def run() -> None:
    """Enter by the front door; the one place where the process is told its exit code.

    Everything is written and closed when ``main`` returns. The process ends there: taking the interpreter apart would
    cost as much as a third of its start and do nothing that the end of the process does not do.
    """
    from weighbridge.cli.app import main

    os._exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
