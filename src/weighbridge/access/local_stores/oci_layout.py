"""OCI image layouts: ``oci-layout``, ``index.json`` and ``blobs/sha256/<digest>``.

Source: OCI image specification 1.1, ``image-layout.md``. Each manifest that the index leads to is an artifact; its tag
is the annotation ``org.opencontainers.image.ref.name``. What lies here and no manifest names is an extra of each.
"""

from __future__ import annotations

from weighbridge.access.local_stores.blobs import Blobs, read_document
from weighbridge.access.local_stores.documents import UnfitDocument
from weighbridge.access.local_stores.walk import by_path, is_file, is_folder, walk
from weighbridge.access.oci.manifest import INDEX_TYPES, files, read_manifest
from weighbridge.core.artifact import Listing
from weighbridge.core.errors import IntegrityError
from weighbridge.core.refs import OCI, PATH, Ref
from weighbridge.core.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.access.oci.manifest import Descriptor

_MARK, _INDEX, _BLOBS = "oci-layout", "index.json", "blobs/sha256"
_TAG = "org.opencontainers.image.ref.name"
_DEEPEST = 4  # indexes within each other; the specification's examples have two
_MANIFESTS = 10_000  # of one layout


def is_layout(root: str) -> bool:
    """Tell whether a directory is an image layout."""
    return is_file(f"{root}/{_MARK}") and is_file(f"{root}/{_INDEX}") and is_folder(f"{root}/blobs")


def layout(shown: str, root: str) -> tuple[Listing, ...]:
    """List the artifacts of a layout; one without any still has a listing, with what is wrong."""
    reading = _Reading(root)
    try:
        reading.descend(read_manifest(read_document(f"{root}/{_INDEX}")[1]).manifests, 0)
    except (UnfitDocument, IntegrityError) as error:
        reading.troubles.append(f"{_INDEX} cannot be used: {error}")
    unnamed = [entry.listed() for entry in walk(root) if entry.path not in reading.known]
    extras = by_path(unnamed)
    ref = Ref(scheme=PATH, name=shown)
    names = tuple(sorted((tag, f"sha256:{reading.end(digest)}") for tag, digest in reading.tags))
    if not reading.found:
        reading.troubles.append("it holds no artifact")
        reading.found.append(Listing(ref=ref, kind=OCI))
    return tuple(
        replace(one, ref=ref, names=names, extras=extras, root=root, troubles=(*reading.troubles, *one.troubles))
        for one in reading.found
    )


class _Reading:
    """What following an index has led to so far; ``known`` are the files that something names."""

    def __init__(self, root: str) -> None:
        self.blobs = Blobs(folder=f"{root}/{_BLOBS}")
        self.known = {_MARK, _INDEX}
        self.tags: list[tuple[str, str]] = []
        self._only: dict[str, str] = {}
        """Indexes of a single manifest, by digest: a tag of theirs is a tag of it."""
        self.found: list[Listing] = []
        self.troubles: list[str] = []
        self._seen: set[str] = set()

    def descend(self, manifests: tuple[Descriptor, ...], depth: int) -> None:
        """Follow an index to its manifests, each once."""
        for descriptor in manifests:
            digest = descriptor.sha256
            self.known.add(f"{_BLOBS}/{digest}")
            if tag := descriptor.annotation(_TAG):
                self.tags.append((tag, digest))
            if digest in self._seen:
                continue
            if len(self._seen) >= _MANIFESTS or depth > _DEEPEST:
                self.troubles.append("it has more manifests, or indexes within each other, than are followed")
                return
            self._seen.add(digest)
            self._manifest(descriptor, depth)

    def end(self, digest: str) -> str:
        """Say which manifest a tag is meant for."""
        for _ in range(_DEEPEST + 1):
            digest = self._only.get(digest, digest)
        return digest

    def _manifest(self, descriptor: Descriptor, depth: int) -> None:
        digest = descriptor.sha256
        listing = Listing(ref=Ref(scheme=PATH, name=""), kind=OCI, resolved=f"sha256:{digest}")
        try:
            manifest = self.blobs.manifest(digest)
            if descriptor.media_type in INDEX_TYPES or manifest.manifests:
                if len(manifest.manifests) == 1:
                    self._only[digest] = manifest.manifests[0].sha256
                self.descend(manifest.manifests, depth + 1)
                return
            listed = [self.blobs.placed(file) for file in files(manifest)]
        except (UnfitDocument, IntegrityError) as error:
            self.found.append(replace(listing, troubles=(f"the manifest {digest} cannot be used: {error}",)))
            return
        self.known |= {f"{_BLOBS}/{file.sha256}" for file in listed}
        if manifest.config is None:
            self.known |= {f"{_BLOBS}/{_EMPTY_OBJECT}"}
        self.found.append(replace(listing, files=by_path(listed)))


_EMPTY_OBJECT = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
"""SHA-256 of ``{}``, the configuration of artifacts that have none."""
