"""``python -m weighbridge``."""

from __future__ import annotations

import gc
import os
import sys


def run() -> None:
    """Enter by the front door; the one place where the process is told its exit code.

    The collector stays off: this process makes reports, which hold no cycles, and a collection costs as much as what it
    would look at. Everything is written and closed when ``main`` returns, so the process ends there: taking the
    interpreter apart would cost 1 ms and do nothing that the end of the process does not do.
    """
    gc.disable()
    try:
        from weighbridge.cli.app import end_in_order, main

        end_in_order()
        os._exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # before main could hear it, or after: there is nothing to say yet, or any more
        os._exit(130)


if __name__ == "__main__":
    if not sys.flags.safe_path:
        # ``python -m`` looks for modules in the working directory first, which may be what is to be weighed.
        del sys.path[0]
    run()
