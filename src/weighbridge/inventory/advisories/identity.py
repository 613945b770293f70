"""What a model's repository is called, in one spelling: by this advisories and components are held together.

Upper and lower case count where the store of the repository lets them count: on the Hub they do, on GitHub they do not.
A name that merely begins alike, or lies below another account, is another repository.
"""

from __future__ import annotations

from urllib.parse import unquote

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import HUB, is_commit, parse
from weighbridge.inventory.graph import Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.advisories.record import Affected
    from weighbridge.inventory.graph import Component

HUB_ADDRESS = "https://huggingface.co"
_HOSTS = {"huggingface": HUB_ADDRESS, "github": "https://github.com", "gitlab": "https://gitlab.com"}
"""Default repositories of types of package URLs (https://github.com/package-url/purl-spec, types)."""
_FOLDED = ("https://github.com/", "https://gitlab.com/")
"""Stores to which ``Name`` and ``name`` are one."""
_SAME = {"https://hf.co/": f"{HUB_ADDRESS}/", "https://www.huggingface.co/": f"{HUB_ADDRESS}/"}
_SOFTWARE = frozenset({"pypi", "npm", "conda", "cargo", "gem", "golang", "maven", "nuget", "composer", "deb", "rpm"})


def of_purl(purl: str) -> tuple[str, str]:
    """Give the repository and the version of a package URL; both are empty for one that names no repository."""
    scheme, colon, rest = purl.partition(":")
    if scheme != "pkg" or not colon:
        return "", ""
    rest = rest.partition("#")[0]
    rest, _, qualifiers = rest.partition("?")
    kind, _, path = rest.lstrip("/").partition("/")
    path, at, version = path.rpartition("@") if "@" in path.rpartition("/")[2] else (path, "", "")
    name = "/".join(map(unquote, path.strip("/").split("/")))
    if not name or kind in _SOFTWARE:
        return "", ""
    held = dict(one.split("=", 1) for one in qualifiers.split("&") if "=" in one)
    host = unquote(held.get("repository_url", "")).rstrip("/") or _HOSTS.get(kind, "")
    return of_address(f"{host}/{name}") if host else f"pkg:{kind}/{name}", unquote(version).lower() if at else ""


def of_address(address: str) -> str:
    """Give the repository behind an address as git and browsers know it."""
    scheme, separator, rest = address.strip().partition("://")
    if not separator:
        return ""
    host, _, path = rest.partition("/")
    found = f"{scheme.lower()}://{host.lower()}/{path.strip('/').removesuffix('.git')}"
    for written, meant in _SAME.items():
        found = meant + found.removeprefix(written) if found.startswith(written) else found
    return found.lower() if found.startswith(_FOLDED) else found


def of_reference(reference: str) -> tuple[str, str]:
    """Give the repository and the revision of a reference (core/refs.py); both are empty for a path."""
    try:
        ref = parse(reference)
    except UsageError:
        return "", ""
    if not ref.scheme:
        return "", ""
    if ref.scheme == HUB:
        return f"{HUB_ADDRESS}/{ref.name}", ref.revision
    return ref.source, ref.revision


def repositories(component: Component) -> frozenset[str]:
    """Name the repositories that a component is, by all that is claimed of it."""
    found = {of_purl(str(claim.content))[0] for claim in component.claims(Field.PURL)}
    found |= {of_reference(str(claim.content))[0] for claim in component.claims(Field.REFERENCE)}
    return frozenset(found - {""})


def commits(component: Component) -> frozenset[str]:
    """Name the commits, or other fixed states, that are claimed of a component; none for a branch or a tag."""
    found = {str(claim.content).lower() for claim in component.claims(Field.COMMIT)}
    found |= {of_purl(str(claim.content))[1] for claim in component.claims(Field.PURL)}
    found |= {of_reference(str(claim.content))[1] for claim in component.claims(Field.REFERENCE)}
    found |= {str(claim.content) for claim in component.claims(Field.VERSION)}
    return frozenset(one for one in found if is_commit(one) or one.startswith("sha256:"))


def named(entry: Affected) -> frozenset[str]:
    """Name the repositories that a part of an advisory speaks of; none where it speaks of a package of software."""
    if entry.ecosystem not in {"", "GIT"}:
        return frozenset()
    found = {of_purl(entry.purl)[0], of_address(entry.name), *(of_address(one.repo) for one in entry.ranges)}
    return frozenset(found - {""})
