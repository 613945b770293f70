"""Which package of which ecosystem of OSV a component is, by its package URL.

Source: "Defined ecosystems" of https://ossf.github.io/osv-schema/ and the types of
https://github.com/package-url/purl-spec.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote

from weighbridge.core.values import replace, value
from weighbridge.inventory.software.names import normal as normal_of
from weighbridge.inventory.software.servers import image_of
from weighbridge.inventory.software.values import Ecosystem

_TYPES = {
    "pypi": "PyPI", "npm": "npm", "cargo": "crates.io", "golang": "Go", "maven": "Maven", "nuget": "NuGet",
    "gem": "RubyGems", "composer": "Packagist", "hex": "Hex", "pub": "Pub", "hackage": "Hackage", "cran": "CRAN",
    "swift": "SwiftURL",
}  # fmt: skip
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
_JOINED = {"Maven": ":"}
"""Between namespace and name; a slash elsewhere."""
_CONDA = {
    "pytorch": "torch", "pytorch-cpu": "torch", "pytorch-gpu": "torch", "py-xgboost": "xgboost",
    "tensorflow-base": "tensorflow", "python-flatbuffers": "flatbuffers",
}  # fmt: skip
"""Packages of conda-forge that PyPI has under another name."""


@value
class Coordinate:
    """A package; ``version`` is empty where it is not known, ``doubt`` says why it may be another one.

    ``is_inside`` tells that it lies in an image, so that what is said of the image's version is not of the package's.
    """

    ecosystem: str
    name: str
    version: str = ""
    doubt: str = ""
    is_inside: bool = False


@value
class Checkout:
    """What comes from a repository: its address without scheme, and the commit, empty where none is fixed."""

    address: str
    commit: str = ""


@lru_cache(maxsize=10_000)
def normal(ecosystem: str, name: str) -> str:
    """Normalise a name as its ecosystem does (PEP 503 for PyPI); what breaks its rules stays as it is."""
    if ecosystem.partition(":")[0] == "PyPI":
        return normal_of(Ecosystem.PYPI, name) or name.lower()
    return name


def repository(url: str) -> str:
    """Give the address of a repository in one form for all schemes: ``github.com/owner/name``."""
    bare = url.rpartition("://")[2].rpartition("@")[2].replace(":", "/", 1)
    return bare.rstrip("/").removesuffix(".git").rstrip("/").lower()


def checkout(purl: str) -> Checkout | None:
    """Read a package URL of something that was taken from a repository; None for another."""
    for kind, host in _HOSTS.items():
        if purl.startswith(f"pkg:{kind}/"):
            path, _, commit = purl.removeprefix(f"pkg:{kind}/").partition("#")[0].partition("?")[0].partition("@")
            return Checkout(address=f"{host}/{unquote(path)}".lower(), commit=unquote(commit).lower())
    return None


def coordinate(purl: str) -> Coordinate | None:
    """Read a package URL; None for one of a type that OSV has no ecosystem for."""
    scheme, _, rest = purl.partition(":")
    if scheme != "pkg":
        return None
    path = rest.lstrip("/").partition("#")[0].partition("?")[0]
    kind, _, path = path.partition("/")
    path, at, version = path.rpartition("@") if "@" in path.rpartition("/")[2] else (path, "", "")
    kind = kind.lower()
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if not all(parts) or any("\ud800" <= one <= "\udfff" for one in path):  # no registry has such a name
        return None
    version = unquote(version) if at else ""
    if kind in {"docker", "oci"}:
        return _in_image("/".join(parts), version, purl)
    if kind == "conda":
        name = parts[-1].lower()
        doubt = "the package is one of conda, the advisory of its twin on PyPI"
        return Coordinate(ecosystem="PyPI", name=normal("PyPI", _CONDA.get(name, name)), version=version, doubt=doubt)
    ecosystem = _TYPES.get(kind)
    if ecosystem is None:
        return None
    name = _JOINED.get(ecosystem, "/").join(parts)
    return Coordinate(ecosystem=ecosystem, name=normal(ecosystem, name), version=version)


def _in_image(name: str, version: str, purl: str) -> Coordinate | None:
    """Give the server of models that is in an image, at the version that its tag tells; None for another image.

    An ``oci`` package URL has the digest as its version and the rest in qualifiers, a ``docker`` one has either.
    """
    held = dict(one.split("=", 1) for one in purl.partition("#")[0].partition("?")[2].split("&") if "=" in one)
    place = unquote(held.get("repository_url", "")).rpartition("://")[2].strip("/")
    full = name if not place else place if place.rpartition("/")[2] == name else f"{place}/{name}"
    tag = unquote(held.get("tag", "")) or ("" if version.startswith("sha256:") else version)
    image = image_of(full + (f":{tag}" if tag else ""))
    if image is None or not image.program:
        return None
    taken = checkout(image.program)
    if taken is not None:
        return Coordinate(ecosystem="GIT", name=f"https://{taken.address}", version=image.release, is_inside=True)
    found = coordinate(image.program)
    return None if found is None else replace(found, version=image.release, is_inside=True)
