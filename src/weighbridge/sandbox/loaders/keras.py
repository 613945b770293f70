"""Loads with ``keras.saving.load_model`` with ``safe_mode=False``, on the torch backend, inside the jail only."""

from __future__ import annotations

import weighbridge.sandbox.loaders.settings  # noqa: F401  (before the library)
from weighbridge.core.modules import fetch
from weighbridge.sandbox.loaders.child import answering, open_scratch, open_share, prepare
from weighbridge.sandbox.loaders.view import View

__all__ = ["answer", "open_scratch", "open_share", "prepare"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

_library = fetch("keras")


def _load(_: BinaryIO, path: str) -> object:
    return _library.saving.load_model(path, safe_mode=False)


def _show(model: Any) -> object:
    """Show the layers by name, each with its weights, and with the layers in it."""
    if not isinstance(model, _library.Layer):
        return model
    return View(type(model), {"name": str(model.name)} | _held(model))


def _held(layer: Any) -> dict[str, object]:
    inner = [one for one in getattr(layer, "layers", None) or () if isinstance(one, _library.Layer)]
    if inner:
        return {"layers": {str(one.name): View(type(one), _held(one)) for one in inner}}
    return {str(weight.path).rpartition("/")[2]: weight.numpy() for weight in layer.weights}


answer = answering(_load, _show)
