"""Conda environments: packages of conda, and what pip is told in them.

Source: conda documentation, "Managing environments" and "Package match specifications". ``name=1.2`` admits every
1.2.x; one version is meant by ``name==1.2`` and where a build is named.
"""

from __future__ import annotations

import re

import yaml

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.values import replace
from weighbridge.formats.text.conda import LARGEST
from weighbridge.inventory.software import names, requirement_files
from weighbridge.inventory.software.shapes import pointer, text_of
from weighbridge.inventory.software.values import Ecosystem, Manifest, Package, Standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SPEC = re.compile(r"(?:([^\s:\[]+)::)?([A-Za-z0-9_][\w.-]*)\s*(.*)", re.ASCII)


def read(content: bytes) -> Manifest:
    """Read environment.yml; raises Malformed and OverLimit."""
    if len(content) > LARGEST:
        raise OverLimit(f"an environment of more than {LARGEST >> 10} KiB")
    try:
        root = yaml.compose(text_of(content), Loader=yaml.SafeLoader)
    except yaml.YAMLError as wrong:
        raise Malformed(f"no YAML: {str(wrong).splitlines()[0][:200]}") from None
    except RecursionError:
        raise OverLimit("it nests too deep") from None
    packages: list[Package] = []
    trouble: list[str] = []
    told = ""
    for key, held in _pairs(root):
        if key == "name" and isinstance(held, yaml.ScalarNode):
            told = held.value[:300]
        elif key == "dependencies" and isinstance(held, yaml.SequenceNode):
            for number, entry in enumerate(held.value):
                packages += _entry(entry, number, trouble)
    return Manifest(kind="conda environment", name=told, packages=tuple(packages), trouble=tuple(trouble))


def _pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, held in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key.value, held


def _entry(entry: yaml.Node, number: int, trouble: list[str]) -> Iterator[Package]:
    where, line = pointer("dependencies", number), entry.start_mark.line + 1
    if isinstance(entry, yaml.ScalarNode):
        made = _package(entry.value, where, line)
        if made is None:
            trouble.append(f"line {line} is no package of conda")
        else:
            yield made
    for key, held in _pairs(entry):
        if key == "pip" and isinstance(held, yaml.SequenceNode):
            for place, each in enumerate(held.value):
                if isinstance(each, yaml.ScalarNode):
                    read_ = requirement_files.read(each.value)
                    at = each.start_mark.line + 1
                    trouble += [f"line {at} is nothing that pip takes"] if read_.trouble else []
                    for include in read_.includes:
                        trouble.append(f"line {at} includes {include.path[:200]!r}, which was not read from here")
                    for package in read_.packages:
                        yield replace(package, line=at, pointer=f"{where}/pip/{place}")


def _package(text: str, where: str, line: int) -> Package | None:
    found = _SPEC.fullmatch(text.strip()) if len(text) <= names.LONGEST else None
    name = names.normal(Ecosystem.CONDA, found[2]) if found else ""
    if found is None or not name:
        return None
    channel, rest = (found[1] or "").rpartition("/")[2], found[3].partition("#")[0].strip()
    version, build = "", ""
    parts = rest.split("=")
    if rest.startswith("==") and "," not in rest and "*" not in rest:
        version, build = names.version(parts[2].strip()), parts[3] if len(parts) > 3 else ""
    elif rest.startswith("=") and len(parts) == 3 and parts[2] and "*" not in rest:
        version, build = names.version(parts[1]), parts[2]
    return Package(
        ecosystem=Ecosystem.CONDA, name=name, written=found[2], specifier=rest, version=version,
        standing=Standing.PINNED if version else Standing.ASKED, build=build[:200], channel=channel[:200], direct=True,
        pointer=where, line=line,
    )  # fmt: skip
