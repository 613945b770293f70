"""MLflow models: a directory with an ``MLmodel`` file, which names no digests.

Source: ``mlflow.models.Model``. ``flavors`` is what makes YAML of that name a model. Every file of the directory is
part of it; none is vouched for.
"""

from __future__ import annotations

from weighbridge.access.local_stores.documents import YAML_BYTES, UnfitDocument, read_small, yaml_mapping
from weighbridge.access.local_stores.overlay import Overlay

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from weighbridge.access.local_stores.walk import Entry

KIND = "mlflow"
_NAME = "MLmodel"


def read(root: str, entries: Mapping[str, Entry]) -> Overlay | None:
    """Recognise a model by its ``MLmodel`` file; one that cannot be read is a trouble."""
    if _NAME not in entries:
        return None
    try:
        document = yaml_mapping(read_small(f"{root}/{_NAME}", YAML_BYTES))
    except UnfitDocument as unfit:
        return Overlay(kind=KIND, claims={}, troubles=(f"{_NAME} cannot be used: {unfit}",))
    if not isinstance(document.get("flavors"), dict):
        return Overlay(kind=KIND, claims={}, troubles=(f"{_NAME} cannot be used: it names no flavors",))
    return Overlay(kind=KIND, claims={})
