"""The work of ``inventory --fix``: commits of the lock into calls without a revision, each file whole or not at all."""

from __future__ import annotations

import os

from weighbridge.core.errors import AccessError, UsageError, reason
from weighbridge.core.refs import HUB, parse
from weighbridge.inventory.pinning import insertions, pinned, shown
from weighbridge.provenance.lock import document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.references import ApplicationReferences


def fixed(folder: str, lock: str, found: ApplicationReferences) -> str:
    """Rewrite what can be pinned and give the patch; raises AccessError and UsageError."""
    path = lock or os.path.join(folder, document.FILE_NAME)
    if not os.path.isfile(path):
        raise UsageError(f"there is no {path!r}", hint=f"weighbridge lock --from-project {folder} --lock {path}")
    entries = document.loads(document.read(path), name=path).entries
    commits = {parse(one.source).name: one.resolved for one in entries if parse(one.source).scheme == HUB}
    wanted = insertions(found.references, commits)
    patches = []
    for name in dict.fromkeys(one.path for one in wanted):
        place = os.path.join(folder, name)
        try:
            with open(place, "rb") as file:
                before = file.read()
            after = pinned(before, (one for one in wanted if one.path == name))
            if after != before:
                _replace(place, after)
        except OSError as error:
            raise AccessError(f"cannot rewrite {place!r}: {reason(error)}") from None
        patches.append(shown(name, before, after))
    return "".join(patches)


def _replace(path: str, content: bytes) -> None:
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "xb") as file:
            file.write(content)
            os.fsync(file.fileno())
        os.chmod(part, os.stat(path).st_mode & 0o7777)
        os.replace(part, path)
    finally:
        if os.path.lexists(part):
            os.unlink(part)
