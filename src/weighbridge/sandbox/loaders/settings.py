"""Environment of a child that loads: imported before the library, which reads it once."""

from __future__ import annotations

import os

# One thread: Landlock and seccomp hold for the thread that raised them, and the jail lets none be started.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["HOME"] = "/nonexistent"
os.environ["HF_HUB_OFFLINE"] = "1"
