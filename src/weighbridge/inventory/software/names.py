"""Names, versions and package URLs by the rules of each ecosystem.

Sources: PyPA "Names and normalization" (PEP 503); PyPA "Version specifiers" (PEP 440); the type definitions pypi, npm,
conda, cargo and github of https://github.com/package-url/purl-spec.
"""

from __future__ import annotations

import re
from base64 import b64decode
from urllib.parse import quote, unquote

from weighbridge.inventory.software.values import Ecosystem, Place, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.software.values import Package

_PYPI_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_NPM_NAME = re.compile(r"(?:@[A-Za-z0-9._~-]+/)?[A-Za-z0-9._~-]+", re.ASCII)
_OTHER_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*", re.ASCII)
_EXACT = re.compile(r"\s*={2,3}\s*([^\s,*;]+)\s*", re.ASCII)
_GITHUB = re.compile(r"(?:https?|ssh|git)://(?:[^@/]*@)?github\.com[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?/?", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{32,128}", re.ASCII)

LONGEST = 300
"""Characters of a name or a version; npm allows 214."""

USUAL = (
    "https://pypi.org/simple", "https://pypi.python.org/simple", "https://files.pythonhosted.org",
    "https://registry.npmjs.org", "https://registry.yarnpkg.com", "https://github.com/rust-lang/crates.io-index",
    "sparse+https://index.crates.io", "registry+https://github.com/rust-lang/crates.io-index",
    "registry+sparse+https://index.crates.io",
)  # fmt: skip
"""Addresses that mean the index which everybody uses."""


def normal(ecosystem: Ecosystem, written: str) -> str:
    """Normalise a name; empty for what is no name."""
    if len(written) > LONGEST:
        return ""
    if ecosystem is Ecosystem.PYPI:
        return re.sub(r"[-_.]+", "-", written).lower() if _PYPI_NAME.fullmatch(written) else ""
    pattern = _NPM_NAME if ecosystem is Ecosystem.NPM else _OTHER_NAME
    if not pattern.fullmatch(written):
        return ""
    return written.lower() if ecosystem is Ecosystem.CONDA else written


def version(written: object) -> str:
    """Give a version as it is written; empty for what is none."""
    return written if isinstance(written, str) and len(written) <= LONGEST and _VERSION.fullmatch(written) else ""


def exact(specifier: str) -> str:
    """Give the one version that a specifier of Python admits, as written; empty where it admits several."""
    found = _EXACT.fullmatch(specifier)
    return version(found[1]) if found else ""


def index(address: object) -> Source:
    """Give the source for the address of an index, or of a file that an index serves."""
    text = address if isinstance(address, str) else ""
    return Source() if not text or text.startswith(USUAL) else Source(address=shown(text))


def shown(address: str) -> str:
    """Leave the password out of an address: locks and lists of requirements hold tokens of private indexes."""
    return re.sub(r"(?<=://)[^/@\s]*@", "", address)[:2_000]


def digest(written: object) -> str:
    """Give ``algorithm:hexadecimal`` for a hash as locks have it: the same, with ``=``, or of SRI; empty for none."""
    if not isinstance(written, str):
        return ""
    text = written.strip().split(" ")[0].split("?")[0]
    for algorithm in ("sha256", "sha384", "sha512"):
        if text.startswith(f"{algorithm}-"):
            try:
                return f"{algorithm}:{b64decode(text[7:], validate=True).hex()}"
            except ValueError:
                return ""
        if text[:7] in {f"{algorithm}:", f"{algorithm}="} and _HEX.fullmatch(text[7:].lower()):
            return f"{algorithm}:{text[7:].lower()}"
    return ""


def commit(text: str) -> str:
    """Give a full commit; empty for a branch, a tag or a beginning of one."""
    text = text.lower()
    return text if len(text) in {40, 64} and _HEX.fullmatch(text) else ""


def repository(address: str, revision: str = "", fixed: str = "", *, editable: bool = False) -> Source:
    """Give the source for an address of version control, ``git+https://host/owner/name@revision#fragment``."""
    bare = address.partition("#")[0]
    scheme, mark, rest = bare.removeprefix("git+").rpartition("://")
    rest, at, written = rest.rpartition("@") if "@" in rest.rpartition("/")[2] else (rest, "", "")
    revision = revision or (unquote(written) if at else "")
    return Source(
        place=Place.VCS, address=shown(f"{scheme}{mark}{rest}"), revision=revision[:LONGEST],
        commit=commit(fixed) or commit(revision), editable=editable,
    )  # fmt: skip


def purl(package: Package) -> str:
    """Give the package URL; without a version where none is exactly known, empty where no type fits.

    What comes from a folder of this machine is nobody's package, whatever its name.
    """
    source = package.source
    if source.place is Place.PATH:
        return ""
    if source.place is Place.VCS:
        found = _GITHUB.fullmatch(source.address)
        fixed = f"@{source.commit}" if source.commit else ""
        return f"pkg:github/{_part(found[1].lower())}/{_part(found[2].lower())}{fixed}" if found else ""
    qualifiers = {}
    if source.place is Place.URL:
        qualifiers["download_url"] = source.address
    elif source.address:
        qualifiers["repository_url"] = source.address
    if package.ecosystem is Ecosystem.CONDA:
        qualifiers = {"build": package.build, "channel": package.channel}
    # The type npm wants lower case, although some old packages are written otherwise.
    bare = package.name.lower() if package.ecosystem is Ecosystem.NPM else package.name
    name = "/".join(map(_part, bare.split("/")))
    fixed = f"@{_part(package.version)}" if package.version else ""
    more = "&".join(f"{key}={quote(qualifiers[key], safe='/:')}" for key in sorted(qualifiers) if qualifiers[key])
    return f"pkg:{package.ecosystem}/{name}{fixed}" + (f"?{more}" if more else "")


def _part(text: str) -> str:
    return quote(text, safe="").replace("%3A", ":")
