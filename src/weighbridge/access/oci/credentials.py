"""Credentials for registries, from where Docker, Podman and ORAS keep them: ``auths`` of a JSON file.

Source: docker/cli ``config.json``; containers/image ``containers-auth.json(5)``. Credential helpers are programs, and
no program is started for a download, so what is kept behind one is only named in the hint of a refusal.
"""

from __future__ import annotations

import os

from weighbridge.core.errors import AccessError, reason
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DOCKER_HUB = "docker.io"
_HUB_KEYS = ("https://index.docker.io/v1/", "index.docker.io", DOCKER_HUB)
_LARGEST = 1 << 20


@value
class Credentials:
    """What is known for one registry: ``basic`` is user and password in base64, ``refresh`` a token that gives tokens.

    ``helper`` names the program that keeps them where neither is known.
    """

    basic: str = ""
    refresh: str = ""
    helper: str = ""


def credentials(registry: str, repository: str) -> Credentials:
    """Find the credentials for a repository; raises AccessError for a file that cannot be read."""
    for path in _places():
        if os.path.isfile(path):
            return _found(_document(path), registry, repository)
    return Credentials()


def _places() -> list[str]:
    """Name the files that may hold credentials; the first that exists counts."""
    home, run = os.path.expanduser("~"), os.environ.get("XDG_RUNTIME_DIR", "")
    docker = os.environ.get("DOCKER_CONFIG") or f"{home}/.docker"
    asked = os.environ.get("REGISTRY_AUTH_FILE", "")
    return [*([asked] if asked else ()), f"{docker}/config.json", *([f"{run}/containers/auth.json"] if run else ())]


def _document(path: str) -> dict[str, Any]:
    import json

    try:
        with open(path, "rb") as file:
            found = json.loads(file.read(_LARGEST))
    except OSError as error:
        raise AccessError(f"cannot read {path!r}: {reason(error)}", hint="check the rights on the file") from None
    except (ValueError, RecursionError):
        raise AccessError(f"{path!r} is not JSON", hint="log in to the registry anew") from None
    return found if isinstance(found, dict) else {}


def _found(document: dict[str, Any], registry: str, repository: str) -> Credentials:
    parts = repository.split("/")
    # The most specific entry counts: registry/namespace/name before registry/namespace before registry.
    keys = [f"{registry}/{'/'.join(parts[:length])}" for length in range(len(parts), 0, -1)]
    keys += [registry, f"https://{registry}", f"https://{registry}/v1/", f"https://{registry}/v2/"]
    if registry == DOCKER_HUB:
        keys += _HUB_KEYS
    auths = document.get("auths")
    for key in keys:
        entry = auths.get(key) if isinstance(auths, dict) else None
        if isinstance(entry, dict):
            basic, refresh = _text(entry.get("auth")), _text(entry.get("identitytoken"))
            if basic or refresh:
                return Credentials(basic=basic, refresh=refresh)
    helpers = document.get("credHelpers")
    helper = helpers.get(registry) if isinstance(helpers, dict) else None
    return Credentials(helper=_text(helper) or _text(document.get("credsStore")))


def _text(found: object) -> str:
    """Take what fits into a header for a secret."""
    return found if isinstance(found, str) and found.isascii() and found.isprintable() else ""
