"""Files that belong to answers: they lie beside them, and an answer holds only while they are what they were."""

from __future__ import annotations

import os

from weighbridge.core.errors import AccessError, UsageError, reason
from weighbridge.governance.dossier.answers import Attachment, is_plain_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.governance.dossier.answers import Answer


def attached(files: Iterable[str], answers: str) -> tuple[Attachment, ...]:
    """Attach files to an answer of the file ``answers``; raises UsageError for one elsewhere, and AccessError."""
    made = []
    for path in files:
        name = os.path.basename(path)
        if os.path.realpath(os.path.dirname(path)) != os.path.realpath(os.path.dirname(answers)):
            raise UsageError(f"{path!r} does not lie beside {answers!r}", hint="put it there: answers travel with it")
        if not is_plain_name(name) or name == os.path.basename(answers):
            raise UsageError(f"{path!r} cannot be attached")
        made.append(Attachment(name=name, sha256=digest_of(path)))
    return tuple(dict.fromkeys(made))


def place_of(attachment: Attachment, answers: str) -> str:
    """Say where an attachment lies."""
    return os.path.join(os.path.dirname(answers), attachment.name)


def stale(answers: Iterable[Answer], path: str) -> dict[str, str]:
    """Say by row which answers of the file ``path`` have an attachment that is gone or changed; raises AccessError."""
    found: dict[str, str] = {}
    for one in answers:
        for attachment in one.attachments:
            place = place_of(attachment, path)
            if not os.path.isfile(place):
                found[one.row] = f"the attachment {attachment.name} is gone"
            elif digest_of(place) != attachment.sha256:
                found[one.row] = f"the attachment {attachment.name} has changed"
    return found


def digest_of(path: str) -> str:
    """Hash a file; raises AccessError."""
    from hashlib import file_digest

    from weighbridge.access.local_files import open_given

    try:
        with open(open_given(path), "rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AccessError(f"cannot read {path!r}: {reason(error)}") from None
