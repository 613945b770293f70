"""H2O's MOJO and MLeap's bundles: zip archives that describe a model in text files.

Source: ``hex.genmodel`` of H2O 3.46 (``ModelMojoReader``, ``ModelMojoFactory``), MLeap's bundle format 0.23. A MOJO
names its algorithm, and the algorithm chooses the class that reads the rest.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, MetadataEntry
from weighbridge.core.programs import ConfiguredCall
from weighbridge.core.when import When
from weighbridge.formats.containers.zip import Description

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry
    from weighbridge.formats.node import Bench, Node, Yield

MOJO, MLEAP = "h2o.mojo", "mleap"

ENTRIES = 5_000
"""Lines of the head of ``model.ini``; the domains of wide tables have a line for each column."""

_INFO = "[info]"
_NUMBERS = frozenset({"eigenvectors_raw", "archetypes", "vectors", "auxNodeWeights"})
# what models of principal components, low rank, words and boosting keep as raw numbers


def layout(names: set[str]) -> str:
    """Name the layout that these members are; empty for another archive."""
    if "model.ini" in names:
        return MOJO
    return MLEAP if "bundle.json" in names and any(name.startswith("root/") for name in names) else ""


def of_mojo(entry: Entry) -> Description:
    """Describe a member of a MOJO: trees are numbers, the description is text."""
    name = entry.name
    if name == "model.ini" or name.endswith("/model.ini"):
        return Description(role=MOJO, formats=(MOJO,))
    if ("trees/" in name and name.endswith(".bin")) or name.rpartition("/")[2] in _NUMBERS:
        return Description(role="tensor", quiet=True)
    return Description(role=MOJO)


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the description of a MOJO: its ``[info]`` section; raises Malformed."""
    yield Identity(at=node.at(), format=MOJO)
    most = bench.limits.text_bytes
    if source.size > most:
        yield node.gap(GapKind.OVER_LIMIT, f"a description of more than {most} bytes is read up to there", most)
    lines = source.read_at(0, most).decode("utf-8", "replace").splitlines()
    if _INFO not in lines:
        raise Malformed("the description has no [info] section")
    for line in lines[lines.index(_INFO) + 1 :][:ENTRIES]:
        if line.startswith("["):
            break
        key, equals, text = (part.strip() for part in line.partition("="))
        if not equals:
            continue
        yield MetadataEntry(at=node.at(), key=key, text=text)
        if key == "algorithm":
            yield ConfiguredCall(at=node.at(), scheme="h2o", key=key, module="", name=text, when=When.LOAD)
