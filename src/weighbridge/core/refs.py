"""References: how people and lock files name an artifact and one state of it.

``hf://org/name[@revision][/path]``, ``hf://datasets/org/name``, ``oci://registry/name[:tag|@sha256:…]``,
``ollama://[registry/]name[:tag]``, ``modelscope://org/name[@revision]``, any other ``scheme://…`` (s3, gs, az, https,
memory: what fsspec knows), and paths of this machine, which have no scheme. Written out again, a reference is
canonical: ``parse(str(parse(text)))`` equals ``parse(text)``.
"""

from __future__ import annotations

from weighbridge.core.errors import UsageError
from weighbridge.core.values import value

HUB, OCI, OLLAMA, MODELSCOPE, PATH = "hf", "oci", "ollama", "modelscope", ""
_COMMIT = 40
_HEX = frozenset("0123456789abcdef")


@value
class Ref:
    """``name`` is all that identifies the artifact, ``revision`` the branch, tag, commit or digest that was asked for.

    ``path`` is a file or folder inside it, with slashes; empty for all of it. For schemes of which nothing is known
    ``name`` is what follows ``://``, and for paths of this machine the path itself.
    """

    scheme: str
    name: str
    revision: str = ""
    path: str = ""

    def __str__(self) -> str:
        if not self.scheme:
            return self.name
        is_tag = self.scheme in {OCI, OLLAMA} and not self.revision.startswith("sha256:")
        between = ":" if is_tag else "@"
        revision = f"{between}{self.revision.replace('/', '%2F')}" if self.revision else ""
        return f"{self.scheme}://{self.name}{revision}" + (f"/{self.path}" if self.path else "")

    @property
    def source(self) -> str:
        """The artifact without revision and path."""
        return f"{self.scheme}://{self.name}" if self.scheme else self.name


def parse(text: str) -> Ref:
    """Read a reference; raises UsageError for one that names nothing."""
    scheme, separator, rest = text.partition("://")
    if not separator or not scheme.replace("+", "").isalnum():
        return Ref(scheme=PATH, name=text)
    if not rest.strip("/") or not rest.isprintable():
        raise UsageError(
            f"{text!r} names nothing", hint="for example hf://org/name, oci://registry/name:tag, or a path"
        )
    scheme = scheme.lower()
    if scheme in {HUB, MODELSCOPE}:
        return _hub(scheme, rest, text)
    if scheme in {OCI, OLLAMA}:
        return _tagged(scheme, rest, text, default="latest")
    return Ref(scheme=scheme, name=rest)


def _hub(scheme: str, rest: str, text: str) -> Ref:
    parts = rest.strip("/").split("/")
    kind = [parts.pop(0)] if parts[0] in {"datasets", "spaces"} else []
    if len(parts) < 2 or not all(parts):
        raise UsageError(f"{text!r} is no repository", hint=f"write {scheme}://org/name[@revision][/path]")
    name, _, revision = parts[1].partition("@")
    if not name or "@" in revision or (parts[1].endswith("@")):
        raise UsageError(f"{text!r} is no repository", hint=f"write {scheme}://org/name[@revision][/path]")
    path = "/".join(parts[2:])
    if is_outside(path):
        raise UsageError(f"{text!r} leads out of the repository")
    revision = revision.replace("%2F", "/").replace("%2f", "/")
    return Ref(scheme=scheme, name="/".join((*kind, parts[0], name)), revision=revision, path=path)


def _tagged(scheme: str, rest: str, text: str, *, default: str) -> Ref:
    rest = rest.strip("/")
    name, at, digest = rest.partition("@")
    if at:
        if not digest.startswith("sha256:") or not is_sha256(digest.removeprefix("sha256:")):
            raise UsageError(f"{text!r} has no sha256 digest behind its @", hint=f"write {scheme}://name@sha256:…")
        return Ref(scheme=scheme, name=name, revision=digest)
    # A port has a slash behind it, a tag has none.
    head, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        return Ref(scheme=scheme, name=rest, revision=default)
    if not head or not tag:
        raise UsageError(f"{text!r} names nothing")
    return Ref(scheme=scheme, name=head, revision=tag)


def is_outside(path: str) -> bool:
    """Tell whether a relative path with slashes would leave its folder, or is none."""
    return path.startswith("/") or any(part == ".." for part in path.split("/"))


def is_commit(text: str) -> bool:
    """Tell whether a revision is a full commit identifier: 40 lower-case hexadecimal digits."""
    return len(text) == _COMMIT and _HEX.issuperset(text)


def is_sha256(text: str) -> bool:
    """Tell whether text is a SHA-256 in lower-case hexadecimal digits."""
    return len(text) == 64 and _HEX.issuperset(text)
