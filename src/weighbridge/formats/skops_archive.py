"""skops archives (``skops/io/_persist.py``): a schema and the arrays and bytes that it names, in a zip."""

from __future__ import annotations

from weighbridge.formats.containers.zip import Description

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.containers.zip_records import Entry

SCHEMA = "schema.json"
_CONTENT = (".npy", ".npz", ".bin")


def is_skops(names: set[str]) -> bool:
    """Tell whether an archive holds a schema, and beside it nothing but what a schema can name."""
    return SCHEMA in names and all(name == SCHEMA or name.endswith(_CONTENT) for name in names)


def of_skops(entry: Entry) -> Description:
    """Describe a member: ``.bin`` is a bytes object, which may be anything and is examined for what it shows."""
    if entry.name.endswith(".bin"):
        return Description(role="skops.bytes", quiet=True)
    return Description(role="skops.schema" if entry.name == SCHEMA else "skops.array")
