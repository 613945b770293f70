"""Which store answers for a reference. Every store brings its own libraries, so it is imported when it is asked for."""

from __future__ import annotations

from weighbridge.core.modules import fetch
from weighbridge.core.refs import HUB, MODELSCOPE, OCI, OLLAMA, PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.artifact import Store
    from weighbridge.core.refs import Ref

_STORES = {
    HUB: ("weighbridge.access.hub.store", "HubStore"),
    OCI: ("weighbridge.access.oci.store", "OciStore"),
    OLLAMA: ("weighbridge.access.local_stores.ollama", "OllamaStore"),
    MODELSCOPE: ("weighbridge.access.local_stores.modelscope", "ModelScopeStore"),
    PATH: ("weighbridge.access.local_stores.store", "LocalStore"),
}
_OTHERS = ("weighbridge.access.filesystems", "FilesystemStore")


def store_for(ref: Ref, *, offline: bool = False) -> Store:
    """Give the store of a reference; ``offline`` ones use what is on this machine and nothing else."""
    module, name = _STORES.get(ref.scheme, _OTHERS)
    made: Store = getattr(fetch(module), name)(offline=offline)
    return made
