"""Images of containers that hold a server of models, and the package that advisories know the server by.

Sources: the projects' own pages of installation, November 2026: docs.ollama.com/docker, docs.vllm.ai (Using Docker),
docs.sglang.ai (Install), github.com/ggml-org/llama.cpp (docs/docker.md), catalog.ngc.nvidia.com (tritonserver),
github.com/pytorch/serve (docker).
"""

from __future__ import annotations

import re

from weighbridge.core.values import value

_PROGRAMS = {
    "ollama/ollama": "pkg:golang/github.com/ollama/ollama",
    "vllm/vllm-openai": "pkg:pypi/vllm",
    "lmsysorg/sglang": "pkg:pypi/sglang",
    "pytorch/torchserve": "pkg:pypi/torchserve",
    "ghcr.io/ggml-org/llama.cpp": "pkg:github/ggml-org/llama.cpp",
    "ghcr.io/ggerganov/llama.cpp": "pkg:github/ggml-org/llama.cpp",
    "nvcr.io/nvidia/tritonserver": "pkg:github/triton-inference-server/server",
}
"""By the name of the image, without the host of Docker Hub."""
_USUAL = ("docker.io/", "index.docker.io/", "registry-1.docker.io/", "registry.hub.docker.com/")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?::\d+)?(?:/[a-z0-9][a-z0-9._-]*)+", re.ASCII)
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_RELEASE = re.compile(r"v?(\d+(?:\.\d+)++(?:[-.]?(?:rc|post|dev)\d+)?)(?:[-+_.].*)?", re.ASCII)
_BUILD = re.compile(r"(?:^|.*-)(b\d+)(?:-.*)?", re.ASCII)
"""llama.cpp counts its builds: ``server-cuda-b4719``."""


@value
class Image:
    """A reference to an image; ``name`` is without the host of Docker Hub, ``tag`` and ``digest`` as far as given."""

    name: str
    tag: str = ""
    digest: str = ""

    @property
    def program(self) -> str:
        """The package URL, without a version, of the server that is in it; empty where none is known."""
        return _PROGRAMS.get(self.name, "")

    @property
    def release(self) -> str:
        """The version of the server as far as the tag tells: ``0.1.30`` of ``0.1.30-rocm``, nothing of ``latest``."""
        found = (_BUILD if self.name.endswith("llama.cpp") else _RELEASE).fullmatch(self.tag)
        return found[1] if found else ""

    @property
    def purl(self) -> str:
        """The package URL of the image (purl-spec, type docker); beside a digest the tag is a qualifier, as of oci."""
        host, slash, rest = self.name.partition("/")
        is_elsewhere = slash and ("." in host or ":" in host)
        version = self.digest or self.tag
        named = (
            f"repository_url={host}" if is_elsewhere else "",
            f"tag={self.tag}" if self.tag and self.digest else "",
        )
        qualifiers = "&".join(filter(None, named))
        return (
            f"pkg:docker/{rest if is_elsewhere else self.name}"
            + (f"@{version}" if version else "")
            + (f"?{qualifiers}" if qualifiers else "")
        )


def image_of(written: str) -> Image | None:
    """Read ``registry/name:tag@digest``; None for what is none."""
    rest, at, digest = written.strip().partition("@")
    name, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        name, tag = rest, ""
    for host in _USUAL:
        name = name.removeprefix(host)
    if not _NAME.fullmatch(name) or (tag and not _TAG.fullmatch(tag)) or (at and not _DIGEST.fullmatch(digest)):
        return None
    return Image(name=name, tag=tag, digest=digest)
