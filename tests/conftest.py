"""Settings of all tests: properties are tried on the same examples in every run, and time is no verdict.

``make properties`` tries others, EXAMPLES of each property that does not say itself how many.
"""

from __future__ import annotations

import gc
import os
import signal

from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("others", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "1000")))
settings.load_profile(os.environ.get("PROPERTIES", "same"))

# What runs in the background of a shell begins with Ctrl-C ignored, and so would every command that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Leave thirty thousand collected tests out of what the collection of garbage walks through again and again."""
    gc.collect()
    gc.freeze()
