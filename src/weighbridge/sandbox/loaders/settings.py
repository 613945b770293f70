"""Environment of a child that loads: imported before the library, which reads it once."""

from __future__ import annotations

import os

# One thread: Landlock and seccomp hold for the thread that raised them, and the jail lets none be started.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["HOME"] = "/nonexistent"
# Torch makes this directory when its compiler is imported, and goes on where there is one that it cannot write to.
os.environ["TORCHINDUCTOR_CACHE_DIR"] = os.path.dirname(os.__file__)
os.environ["HF_HUB_OFFLINE"] = "1"
