"""safetensors, tokenizers, ONNX Runtime, llama.cpp: native loaders of files that run nothing by themselves.

They open the file by its path, map it, and read from the mapping as long as the model lives. A copy is worth its memory
here too: nothing else keeps what is read later the same as what was hashed.
"""

from __future__ import annotations

import os

from weighbridge.guard import current, memory
from weighbridge.guard.admission import Admission, Way
from weighbridge.guard.imports import MARK, Hook, mark
from weighbridge.guard.loaders.common import one_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.guard.guard import Guard


def hooks() -> dict[str, tuple[Hook, ...]]:
    """Say what is wrapped."""
    tokenizer = one_file("tokenizers.Tokenizer.from_file", "path", way=Way.PATH)
    return {
        "safetensors._safetensors_rust": (
            Hook(name="safe_open", wrap=_safe_open),
            Hook(name="deserialize", wrap=_deserialize),
        ),
        "tokenizers": (Hook(name="Tokenizer.from_file", wrap=tokenizer, needed=False),),
        "onnxruntime.capi.onnxruntime_inference_collection": (
            Hook(name="InferenceSession._create_inference_session", wrap=_session),
        ),
        "llama_cpp.llama": (Hook(name="Llama.__init__", wrap=_llama),),
    }


# -- safetensors ----------------------------------------------------------------------------------------------------


def _safe_open(original: Any) -> Any:
    """Stand in for a class that cannot be derived from: it makes objects of the original and knows them again."""
    wrapped = one_file("safetensors.safe_open", "filename", way=Way.PATH)(_as_function(original))

    class Kind(type):
        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            return wrapped(*args, **kwargs)

        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, original)

        def __getattr__(cls, name: str) -> Any:
            return getattr(original, name)

    body = {"__doc__": original.__doc__, "__module__": "safetensors", "__wrapped__": original, MARK: True}
    return Kind("safe_open", (), body)


def _as_function(kind: Any) -> Any:
    def make(*args: Any, **kwargs: Any) -> Any:
        return kind(*args, **kwargs)

    return make


def _deserialize(original: Any) -> Any:
    from functools import wraps

    @wraps(original)
    def deserialize(data: Any) -> Any:
        guard = current.guard
        if guard is not None:
            memory.check(guard, "safetensors.deserialize", lambda: data)
        return original(data)

    return mark(deserialize)


# -- ONNX Runtime ---------------------------------------------------------------------------------------------------


def _session(original: Any) -> Any:
    """Wrap what a session does at its start, and again whenever its providers are changed."""
    from contextlib import ExitStack
    from functools import wraps

    @wraps(original)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        guard, path = current.guard, self._model_path
        if guard is None:
            return original(self, *args, **kwargs)
        if path is None:
            memory.check(guard, _ONNX, lambda: self._model_bytes)
            return original(self, *args, **kwargs)
        with ExitStack() as stack:
            beside = _named_beside(guard, os.fsdecode(path))
            for one in beside:
                stack.enter_context(Admission(guard, _ONNX, one, Way.WATCHED))
            way = Way.WATCHED if beside else Way.NAMED
            self._model_path = stack.enter_context(Admission(guard, _ONNX, path, way)).given
            try:
                return original(self, *args, **kwargs)
            finally:
                self._model_path = path

    return mark(create)


_ONNX = "onnxruntime.InferenceSession"


def _named_beside(guard: Guard, path: str) -> list[str]:
    """Find files in a model's folder that it may keep its tensors in: those whose names stand in it.

    The names are looked for as bytes. One that stands there by chance is judged without need; none is missed.
    """
    from mmap import ACCESS_READ, mmap

    try:
        with open(path, "rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            if content.find(b"location") < 0:
                return []
            return [one for one in guard.files_below(os.path.dirname(path) or ".", _ONNX)
                    if os.path.basename(one) != os.path.basename(path)
                    and content.find(os.fsencode(os.path.basename(one))) >= 0]  # fmt: skip
    except (OSError, ValueError):
        return []  # the loader says what is wrong with it


# -- llama.cpp ------------------------------------------------------------------------------------------------------


def _llama(original: Any) -> Any:
    """Watch the model, the other parts of it, and an adapter: gigabytes, mapped and read as they are needed."""
    from contextlib import ExitStack
    from functools import wraps

    @wraps(original)
    def init(self: Any, model_path: Any, *args: Any, **kwargs: Any) -> Any:
        guard = current.guard
        if guard is None:
            return original(self, model_path, *args, **kwargs)
        paths = [*_parts(os.fspath(model_path)), *filter(None, [kwargs.get("lora_path")])]
        with ExitStack() as stack:
            for one in paths:
                stack.enter_context(Admission(guard, "llama_cpp.Llama", one, Way.WATCHED))
            return original(self, model_path, *args, **kwargs)

    return mark(init)


def _parts(path: str) -> list[str]:
    """Name all parts of a model that is split into ``name-00001-of-00003.gguf`` and so on."""
    head, of, tail = path.rpartition("-of-")
    count, start = tail.removesuffix(".gguf"), head[:-5]
    if not of or not (count.isdigit() and len(count) == 5 and head[-5:].isdigit()) or int(count) > 1_000:
        return [path]
    return [f"{start}{number:05d}-of-{tail}" for number in range(1, int(count) + 1)]
