"""NumPy, joblib, PyTorch and Keras: loaders that run what their files say, or may."""

from __future__ import annotations

import os

from weighbridge.guard.admission import Way
from weighbridge.guard.imports import Hook, mark
from weighbridge.guard.loaders.common import argument, one_file
from weighbridge.guard.sealed import SealedFile, linked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NPY = b"\x93NUMPY"


def hooks() -> dict[str, tuple[Hook, ...]]:
    """Say what is wrapped."""
    numpy_load = one_file("numpy.load", "file", way=_numpy_way, finish=_keep)
    joblib_load = Hook(name="load", wrap=one_file("joblib.load", "filename", way=_joblib_way))
    torch_load = Hook(name="load", wrap=one_file("torch.load", "f", way=_torch_way))
    jit_load = Hook(name="load", wrap=one_file("torch.jit.load", "f", way=_jit_way))
    model = Hook(name="load_model", wrap=one_file("keras.load_model", "filepath", way=_keras_way))
    weights = Hook(name="load_weights", wrap=one_file("keras.load_weights", "filepath", 1, way=_keras_way))
    return {
        "numpy.lib._npyio_impl": (Hook(name="load", wrap=numpy_load),),
        "numpy.lib.npyio": (Hook(name="load", wrap=numpy_load, needed=False),),  # where NumPy 1 has it
        "joblib.numpy_pickle": (joblib_load,),
        "torch.serialization": (torch_load,),
        "torch.jit._serialization": (jit_load,),
        "keras.src.saving.saving_api": (model, weights),
        "tf_keras.src.saving.saving_api": (model, weights),
        "h5py._hl.files": (Hook(name="File.__init__", wrap=_hdf5),),
    }


def _is_path(given: object) -> bool:
    return isinstance(given, (str, bytes, os.PathLike))


def _torch_way(given: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> Way | None:
    """Choose the path: it can be mapped and opened. A safetensors file goes on to safetensors' own loader."""
    if _is_path(given) and os.fsdecode(given).endswith(".safetensors"):
        return None
    return Way.PATH if _is_path(given) and os.path.isfile(given) else Way.FILE


def _jit_way(given: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> Way:
    return Way.PATH if _is_path(given) else Way.FILE


def _joblib_way(given: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Way:
    """Mapped arrays are sent to workers by the name of their file; those that write through need the file itself."""
    mode = argument(args, kwargs, "mmap_mode", 1)
    if mode is None or not _is_path(given):
        return Way.FILE
    return Way.LASTING if mode in {"r", "c"} else Way.WATCHED


def _numpy_way(given: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Way | None:
    """Without ``allow_pickle`` nothing is run, and what is loaded are data as often as weights."""
    if not argument(args, kwargs, "allow_pickle", 2):
        return None
    if argument(args, kwargs, "mmap_mode", 1) and _is_path(given):
        try:
            with open(given, "rb") as file:
                if file.read(len(NPY)) == NPY:
                    return Way.WATCHED  # never holds objects, and must be the file that is written to
        except OSError:
            return Way.FILE
    return Way.FILE


def _keep(result: Any, given: Any) -> None:
    """Give an archive that is read later the file object, which it then closes and tells the name of."""
    if isinstance(given, SealedFile) and hasattr(result, "fid") and result.fid is None:
        result.fid = given


def _hdf5(original: Any) -> Any:
    """Open a copy as a file object: the HDF5 library asks for the real path of a file, and a copy has none."""
    from functools import wraps

    @wraps(original)
    def init(self: Any, name: Any, *args: Any, **kwargs: Any) -> None:
        copy = linked(os.fsdecode(name)) if _is_path(name) else None
        original(self, name if copy is None else copy, *args, **kwargs)

    return mark(init)


def _keras_way(given: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> Way | None:
    """Leave the hub to its client, which is guarded itself."""
    return None if not _is_path(given) or os.fsdecode(given).startswith("hf://") else Way.NAMED
