"""``pickle_module_info.txt`` of MLflow's PyTorch flavor: the name of the module that unpickles, imported by a load.

Source: ``mlflow.pytorch`` (``_PICKLE_MODULE_INFO_FILE_NAME``).
"""

from __future__ import annotations

from weighbridge.core.facts import Identity
from weighbridge.core.programs import ConfiguredCall
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

_LONGEST = 512  # bytes; the file holds one dotted name


def extract(source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Take in the module that the file names."""
    yield Identity(at=node.at(), format="mlflow.pickle_module")
    text = source.read_at(0, min(source.size, _LONGEST)).decode("utf-8", "replace").strip()
    module, _, name = text.rpartition(".")
    if text:
        yield ConfiguredCall(at=node.at(), scheme="mlflow", key="the file", module=module, name=name, when=When.LOAD)
