"""Files behind any URL that fsspec knows: ``s3://``, ``gs://``, ``az://``, ``https://``, ``memory://`` and more.

Such stores have names and sizes, and no state of a whole: ``resolved`` stays empty. Their entity tags are no digests of
the content (of S3's multipart uploads least of all), so they only serve to notice that a file was replaced between two
looks. The one digest that is taken for a claim is S3's SHA-256 of a full object.
"""

from __future__ import annotations

from weighbridge.access.paths import is_path
from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.errors import AccessError, IntegrityError, UsageError, WeighbridgeError, reason
from weighbridge.core.modules import fetch
from weighbridge.core.refs import PATH, Ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    from weighbridge.core.source import ByteSource

    T = TypeVar("T")

KIND = "fsspec"
FILES = 200_000
"""Files of one artifact; a sharded data set has some ten thousand."""

_PAGES = 10_000  # of one listing; S3 gives up to 1,000 objects a page

BLOCK = 8 << 20
"""Bytes of one request of a stream: its round trip is lost in the time that they take."""

_REPLACED = "start again, when nobody writes there"
_HERE = frozenset({"file", "local"})
_DRIVERS = {
    "s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "abfss": "adlfs",
    "http": "aiohttp", "https": "aiohttp", "sftp": "paramiko", "oss": "ossfs",
}  # fmt: skip
_S3 = frozenset({"s3", "s3a"})
_OWN = frozenset({"memory"})
_OPTIONS = {"use_listings_cache": False}  # what was replaced must be seen to be
_STATES = ("ETag", "etag", "md5Hash", "generation", "VersionId", "LastModified", "last_modified", "mtime", "created")
"""What drivers tell of a file that changes when it is replaced."""


class FilesystemStore:
    """Reads through fsspec; raises AccessError where it, or the driver of a scheme, is not installed."""

    def __init__(self, *, offline: bool = False) -> None:
        self.offline = offline
        self._states: dict[tuple[str, str], dict[str, str]] = {}
        """What told the state of a file when it was listed, by reference and path."""

    def listing(self, ref: Ref) -> Listing:
        """List what lies below a URL, or the one file that it names."""
        if ref.scheme in _HERE:
            from weighbridge.access.local_stores.store import LocalStore

            return LocalStore(offline=self.offline).listing(Ref(scheme=PATH, name=ref.name))
        filesystem, root = self._opened(ref)
        found, troubles = [], []
        for path, info in _asked(ref, lambda: list(_infos(filesystem, root, ref))):
            if not is_path(path):
                troubles.append(f"it holds {path[:200]!r}, which no file can be called")
                continue
            self._states[str(ref), path] = _state(info)
            size = info.get("size")
            size = size if type(size) is int and size >= 0 else -1
            found.append(ListedFile(path=path, size=size, sha256=_claim(ref, filesystem, info)))
        if not found and not troubles:
            raise AccessError(f"there is no file at {ref}", hint="check the URL")
        files = tuple(sorted(found, key=lambda file: file.path.encode("utf-8", "surrogateescape")))
        return Listing(ref=ref, kind=KIND, files=files, troubles=tuple(troubles))

    def source(self, listing: Listing, file: ListedFile) -> ByteSource:
        """Give a file for reading by ranges; raises IntegrityError where it was replaced since it was listed."""
        if file.real:
            from weighbridge.access import local_files

            return local_files.source(file)
        from weighbridge.access.ranges import RangeSource

        filesystem, name = self._same(listing, file)

        return RangeSource(lambda start, stop: _range(listing.ref, filesystem, name, start, stop), file.size)

    def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
        """Give a file's bytes in order; raises IntegrityError where it is replaced meanwhile, or is shorter."""
        if file.real:
            from weighbridge.access import local_files

            yield from local_files.stream(file, start)
            return
        filesystem, name = self._same(listing, file)
        at = start
        while at < file.size:
            stop = min(at + BLOCK, file.size)
            block = _range(listing.ref, filesystem, name, at, stop)
            if len(block) != stop - at:
                raise IntegrityError(
                    f"{file.path}: {len(block):,} bytes came where {stop - at:,} were asked for", hint=_REPLACED
                )
            at = stop
            yield block
        self._same(listing, file)

    def _opened(self, ref: Ref) -> tuple[Any, str]:
        """Give the file system of a URL, and what the URL is to it."""
        if "::" in ref.name:
            # Such as reference://, which has a document of the next one say what is read, and from where.
            raise UsageError(f"{str(ref)!r} is a chain of file systems", hint="name the one that has the files")
        if self.offline and ref.scheme not in _OWN:
            raise AccessError(f"{ref} is elsewhere, and this is --offline", hint="pull it first, or go online")
        try:
            core = fetch("fsspec.core")
        except ImportError:
            raise AccessError(
                f"{ref.scheme}:// needs the package fsspec", hint="pip install 'weighbridge[remote]'"
            ) from None
        try:
            filesystem, root = _asked(ref, lambda: core.url_to_fs(f"{ref.scheme}://{ref.name}", **_OPTIONS))
        except ImportError:
            driver = _DRIVERS.get(ref.scheme, "the driver of fsspec for it")
            hint = f"pip install {driver}" if ref.scheme in _DRIVERS else f"install {driver}"
            raise AccessError(f"{ref.scheme}:// needs a driver that is not installed", hint=hint) from None
        return filesystem, root

    def _same(self, listing: Listing, file: ListedFile) -> tuple[Any, str]:
        """Give the file system and a file's name in it, and see that it is still the one that was listed."""
        if file.size < 0:
            raise AccessError(f"{file.path}: nobody says how long it is", hint="download it, and name the copy")
        filesystem, root = self._opened(listing.ref)
        whole = _asked(listing.ref, lambda: filesystem.info(root))
        name = root if whole.get("type") == "file" else f"{root.rstrip('/')}/{file.path}"
        info = whole if name == root else _asked(listing.ref, lambda: filesystem.info(name))
        known, now = self._states.get((str(listing.ref), file.path), {}), _state(info)
        if info.get("size") != file.size or any(now.get(key, said) != said for key, said in known.items()):
            raise IntegrityError(f"{file.path}: it was replaced after it was listed", hint=_REPLACED)
        return filesystem, name


def _infos(filesystem: Any, root: str, ref: Ref) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the files below a place by their paths in it, with what the driver says of each."""
    info = filesystem.info(root)
    if info.get("type") == "file":
        yield root.rstrip("/").rpartition("/")[2], info
        return
    prefix, seen = root.strip("/") + "/", 0
    for one in _objects(filesystem, root) if ref.scheme in _S3 else _below(filesystem, root):
        name = str(one["name"])
        path = name.lstrip("/")[len(prefix) :]
        if not path or (name.endswith("/") and not one.get("size")):
            continue  # the mark of a folder, which some tools leave in stores that have none
        seen += 1
        if seen > FILES:
            raise AccessError(f"{ref} holds more than {FILES:,} files", hint="name a folder below it")
        yield path, one


def _below(filesystem: Any, root: str) -> Iterator[dict[str, Any]]:
    for _, _, files in filesystem.walk(root, detail=True):
        yield from files.values()


def _objects(filesystem: Any, root: str) -> Iterator[dict[str, Any]]:
    """List objects of S3 by their keys, page by page: the driver's folders lose keys such as ``a//b``."""
    bucket, key, _ = filesystem.split_path(root)
    asked = {"Bucket": bucket, "Prefix": f"{key.rstrip('/')}/" if key else ""}
    for _ in range(_PAGES):
        page = filesystem.call_s3("list_objects_v2", **asked)
        for one in page.get("Contents", ()):
            yield one | {"name": f"{bucket}/{one['Key']}", "size": one.get("Size")}
        if not page.get("NextContinuationToken"):
            return
        asked["ContinuationToken"] = page["NextContinuationToken"]
    raise AccessError(f"s3://{root} is listed without end", hint="name a folder below it")


def _state(info: dict[str, Any]) -> dict[str, str]:
    return {key: _plain(info[key]) for key in _STATES if info.get(key) is not None}


def _plain(said: Any) -> str:
    """Write a tag or a time in one way: the same driver gives dates in one answer and seconds in the next."""
    seconds = said.timestamp() if hasattr(said, "timestamp") else said
    return f"{seconds:.6f}" if isinstance(seconds, float) else str(said)


def _range(ref: Ref, filesystem: Any, name: str, start: int, stop: int) -> bytes:
    content: bytes = _asked(ref, lambda: filesystem.cat_file(name, start=start, end=stop))
    return content


def _claim(ref: Ref, filesystem: Any, info: dict[str, Any]) -> str:
    """Ask S3 for the SHA-256 of an object that has one; over the digests of parts it says nothing about the whole."""
    import base64
    import binascii

    if "SHA256" not in info.get("ChecksumAlgorithm", ()):
        return ""
    bucket, key, _ = filesystem.split_path(info["name"])
    said = _asked(
        ref, lambda: filesystem.call_s3("head_object", Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    )  # fmt: skip
    # A dash in the entity tag tells of parts, where a store does not say what its checksum is of.
    kind = said.get("ChecksumType") or ("COMPOSITE" if "-" in str(said.get("ETag")) else "FULL_OBJECT")
    checksum = said.get("ChecksumSHA256") if kind == "FULL_OBJECT" else None
    try:
        digest = base64.b64decode(checksum or "", validate=True)
    except (binascii.Error, ValueError, TypeError):
        return ""
    return digest.hex() if len(digest) == 32 else ""


def _asked(ref: Ref, ask: Callable[[], T]) -> T:
    """Ask a driver; turn what it raises into an error with words: each has its own, and those of its libraries."""
    try:
        return ask()
    except (WeighbridgeError, ImportError):
        raise
    except FileNotFoundError:
        raise AccessError(f"there is nothing at {ref}", hint="check the URL") from None
    except PermissionError:
        raise AccessError(f"{ref} may not be read", hint=f"check the credentials for {ref.scheme}://") from None
    except OSError as error:
        raise AccessError(f"{ref}: {reason(error)[:200]}", hint="check the URL, the network and the proxy") from None
    except Exception as error:  # noqa: BLE001  (a driver may raise anything, and so may its libraries)
        if isinstance(error, ValueError) and "rotocol" in str(error):
            raise UsageError(f"nobody knows the scheme {ref.scheme}://", hint="check the URL") from None
        words = (str(error).splitlines() or [type(error).__name__])[0]
        raise AccessError(
            f"{ref}: {words[:200]}", hint=f"check the URL, the network, and the credentials for {ref.scheme}://"
        ) from None
