"""Folders of blobs that are named by their digests, as OCI layouts and Ollama keep them."""

from __future__ import annotations

import os

from weighbridge.access.local_stores.documents import UnfitDocument, json_object, read_small
from weighbridge.access.local_stores.walk import examine
from weighbridge.access.oci.manifest import LARGEST, read_manifest
from weighbridge.core.values import replace, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.access.oci.manifest import Manifest
    from weighbridge.core.artifact import ListedFile


@value
class Blobs:
    """A folder in which a blob's file is ``prefix`` and its digest."""

    folder: str
    prefix: str = ""

    def path(self, sha256: str) -> str:
        """Say where a blob lies, or would."""
        return f"{self.folder}/{self.prefix}{sha256}"

    def placed(self, file: ListedFile) -> ListedFile:
        """Add to a file where its blob is, or why it is not there."""
        real = self.path(file.sha256)
        if not os.path.lexists(real):
            return replace(file, trouble="its blob is not here")
        entry = examine(real, file.path)
        if entry is None or entry.link or entry.trouble:
            return replace(file, real=real, trouble=entry.listed().trouble if entry else "its blob is a directory")
        return replace(file, real=real, size=file.size if file.size >= 0 else entry.size)

    def manifest(self, sha256: str) -> Manifest:
        """Read a manifest by its digest; raises UnfitDocument for one that is not the promised one, IntegrityError."""
        found, document = read_document(self.path(sha256))
        if found != sha256:
            raise UnfitDocument(f"its bytes are sha256:{found}")
        return read_manifest(document)


def read_document(path: str) -> tuple[str, dict[str, Any]]:
    """Read the JSON object that a manifest is, with the SHA-256 of its bytes; raises UnfitDocument."""
    content = read_small(path, LARGEST)
    import hashlib

    return hashlib.sha256(content).hexdigest(), json_object(content)
