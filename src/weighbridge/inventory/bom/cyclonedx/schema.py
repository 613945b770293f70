"""Holds a document against the published schema of CycloneDX, with the network off.

The schemas come with ``cyclonedx-python-lib[json-validation]``, an optional dependency.
"""

from __future__ import annotations

from weighbridge.core.errors import UsageError
from weighbridge.inventory.bom.cyclonedx.cited import pointer
from weighbridge.inventory.bom.trouble import Check, Trouble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 20 << 20
"""Bytes of a document that are held against the schema: it takes some 40 seconds a MiB where much is wrong."""
TOLD = 100
"""Violations that are told; a document with more is beyond repair by hand."""


def violations(text: str, version: str) -> Iterator[Trouble]:
    """Yield what the schema of a version forbids; raises UsageError without the library, for an unknown version
    and for a document beyond ``LARGEST``."""
    if len(text) > LARGEST:
        raise UsageError(
            f"a document of {len(text) >> 20} MiB is too large for its schema", hint="leave the schema out: --no-schema"
        )
    try:
        from cyclonedx.exception import MissingOptionalDependencyException
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError:
        raise UsageError("the schemas of CycloneDX are not installed", hint=_HINT) from None
    try:
        schema = SchemaVersion.from_version(version)
        found = JsonStrictValidator(schema).validate_str(text, all_errors=True)
    except (ValueError, AttributeError, KeyError):
        raise UsageError(
            f"there is no schema of CycloneDX {version[:20]!r}", hint="versions 1.2 to 1.7 have one"
        ) from None
    except MissingOptionalDependencyException:
        raise UsageError("the schemas of CycloneDX cannot be used", hint=_HINT) from None
    for number, error in enumerate(found or ()):
        if number == TOLD:
            yield Trouble(check=Check.SCHEMA, at="", words=f"more than {TOLD} violations; the rest is not told")
            return
        at = pointer(tuple(error.data.absolute_path))
        yield Trouble(check=Check.SCHEMA, at=at, words=str(error.data.message)[:300])


_HINT = "pip install 'weighbridge[bom]', or leave the schema out: --no-schema"
