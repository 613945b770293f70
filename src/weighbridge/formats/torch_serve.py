"""TorchServe model archives (``.mar``): the manifest names the program that the server runs with the model.

Source: ``model-archiver/model_archiver/manifest_components`` and ``ts/model_loader.py``. A handler is a file of the
archive, a module with a function of any name that is installed, or one of the server's own.
"""

from __future__ import annotations

from weighbridge.core.facts import Identity
from weighbridge.core.programs import CodeUnit, ConfiguredCall
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

BUILT_IN = frozenset({"image_classifier", "object_detector", "text_classifier", "image_segmenter"})
"""Handlers that the server brings along (``ts/torch_handler/handlers.txt``)."""

_PROGRAMS = (
    ("handler", "the handler of a TorchServe archive"),
    ("modelFile", "the model file of a TorchServe archive"),
)
_FILES = (
    ("serializedFile", "weights"), ("requirementsFile", "requirements"), ("configFile", "asset"),
    ("handler", "handler"), ("modelFile", "handler"),
)  # fmt: skip
_TEXT = 200


def inspect(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Yield the programs and files that a manifest names; other documents of this name yield nothing."""
    model = document.get("model") if isinstance(document, dict) else None
    if not isinstance(model, dict) or not any(isinstance(model.get(key), str) for key, _ in _FILES):
        return
    yield Identity(at=node.at(), format="torchserve.manifest")
    for key, carrier in _PROGRAMS:
        name = model.get(key)
        if not isinstance(name, str) or not name or (key == "handler" and name in BUILT_IN):
            continue
        module, colon, function = name.partition(":")
        if colon and not module.lower().endswith(".py"):
            yield ConfiguredCall(
                at=node.at(), scheme="torchserve", key=f"model.{key}", module=module[:_TEXT], name=function[:_TEXT],
                when=When.FLAG,
            )  # fmt: skip
        yield CodeUnit(at=node.at(), language="python", carrier=carrier, name=name[:_TEXT], when=When.FLAG)
    for key, relation in _FILES:
        path = model.get(key)
        if isinstance(path, str) and path and path not in BUILT_IN:
            yield Reference(
                at=node.at(), relation=relation, kind=Target.PATH, target=path[:_TEXT], key=f"model.{key}",
                escapes=_escapes(path), when=When.FLAG,
            )  # fmt: skip


def _escapes(path: str) -> bool:
    from weighbridge.formats.containers.paths import escapes

    return bool(escapes(path.partition(":")[0] if path[1:2] != ":" else path))
