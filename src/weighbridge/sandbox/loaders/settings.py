"""Environment of a child that loads: imported before the library, which reads it once."""

from __future__ import annotations

import os

# One thread: Landlock and seccomp hold for the thread that raised them, and so it is the only one when they are raised.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[_name] = "1"
# Arrow's allocator, ONNX Runtime's telemetry, tokenizers and transformers have threads of their own, each its switch.
os.environ["JE_ARROW_MALLOC_CONF"] = "background_thread:false"
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_DEACTIVATE_ASYNC_LOAD"] = "1"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
os.environ.setdefault("HOME", "/nonexistent")  # a jail with files of its own has one
# Torch makes this directory when its compiler is imported, and goes on where there is one that it cannot write to.
os.environ["TORCHINDUCTOR_CACHE_DIR"] = os.path.dirname(os.__file__)
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["KERAS_BACKEND"] = "torch"
# A lock is nothing to a file that nobody can write, and the jail has none.
os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"
