"""Package URLs: whether they are ones, by the specification and the rules of their types.

Source: ECMA-427 (purl 1.0) and the type definitions of https://github.com/package-url/purl-spec for the types that
bills of models use. Types that are not known here are held against the general rules only.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from weighbridge.core.refs import is_commit

_TYPE = re.compile(r"[a-z.-][a-z0-9.-]*", re.ASCII)
_KEY = re.compile(r"[a-z._-][a-z0-9._-]*", re.ASCII)
_NAMESPACED = frozenset({"huggingface", "github", "bitbucket", "composer", "deb", "rpm", "apk", "swift"})
_BARE = frozenset({"mlflow", "pypi", "cargo", "gem", "nuget", "hackage", "conda", "cran"})
_LONGEST = 2_000


def trouble(purl: str) -> str:
    """Say what is wrong with a package URL; empty when nothing is."""
    if len(purl) > _LONGEST or not purl.isascii() or not purl.isprintable() or " " in purl:
        return "it is too long, or has characters that must be percent-encoded"
    scheme, colon, rest = purl.partition(":")
    if scheme != "pkg" or not colon:
        return "it does not begin with pkg:"
    rest, _, _subpath = rest.lstrip("/").partition("#")
    rest, _, qualifiers = rest.partition("?")
    kind, slash, path = rest.partition("/")
    if not _TYPE.fullmatch(kind) or not slash:
        return "it has no type"
    path, at, version = path.rpartition("@") if "@" in path.rpartition("/")[2] else (path, "", "")
    parts = path.split("/")
    if not all(map(unquote, parts)):
        return "it has an empty part, or no name"
    if at and not unquote(version):
        return "it has an @ and no version"
    for qualifier in filter(None, qualifiers.split("&")):
        key, equals, content = qualifier.partition("=")
        if not _KEY.fullmatch(key) or not equals or not content:
            return "it has a qualifier without key or value"
    return _of_type(kind, parts, unquote(version))


def _of_type(kind: str, parts: list[str], version: str) -> str:
    if kind in _NAMESPACED and len(parts) < 2:
        return f"a package of type {kind} needs a namespace"
    if kind in _BARE and len(parts) > 1:
        return f"a package of type {kind} has no namespace"
    if kind == "huggingface" and version and not is_commit(version):
        return "the version of a model on the Hub is a commit of 40 hexadecimal digits in lower case"
    if kind == "pypi" and (parts[0] != parts[0].lower() or "_" in parts[0]):
        return "the name of a package on PyPI is in lower case, with - in place of _"
    return ""
