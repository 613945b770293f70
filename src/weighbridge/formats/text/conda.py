"""Conda environments and MLflow's ``python_env.yaml``: packages, channels and what pip is told.

Read from the events of PyYAML's parser, which knows no objects; nothing is constructed. Source: conda documentation,
"Managing environments"; MLflow ``mlflow/utils/environment.py``.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity
from weighbridge.core.references import Requirement
from weighbridge.formats.text.requirements import requirement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

LARGEST = 256 << 10
"""Bytes of an environment; exported ones with builds have some 20 kB, and YAML takes ten seconds for a MiB."""

DEEPEST = 32
"""Levels of an environment; the format has four."""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Read an environment; raises Malformed where YAML ends."""
    yield Identity(at=node.at(), format="conda environment")
    if source.size > LARGEST:
        yield node.gap(GapKind.OVER_LIMIT, f"an environment of more than {LARGEST} bytes is not read")
        return
    text = source.read_at(0, source.size).decode("utf-8-sig", "replace")
    for path, value in _scalars(text):
        if path == ("channels",):
            yield Requirement(
                at=node.at(), name="", specifier=f"channel {value}", origin="option", hashed=False, detail=value[:500]
            )
        elif path in {("dependencies",), ("build_dependencies",)}:
            yield from _package(value, node)
        elif path == ("dependencies", "", "pip"):
            yield from requirement(value, node)


def _package(value: str, node: Node) -> Iterator[Yield]:
    """Tell a package of conda, ``channel::name=version=build``, or a line of pip in an environment of MLflow."""
    if value.startswith("-") or "://" in value or "@" in value:
        yield from requirement(value, node)
        return
    channel, mark, rest = value.rpartition("::")
    if mark:
        yield Requirement(
            at=node.at(), name="", specifier=value[:500], origin="option", hashed=False, detail=channel[:500]
        )
    name = rest
    for sign in "=<>!~ [":
        name = name.partition(sign)[0]
    if name:
        yield Requirement(at=node.at(), name=name[:200], specifier=value[:500], origin="conda", hashed=False)


def _scalars(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each scalar in a list with the keys that lead to it, empty for an item of a list."""
    import yaml

    path: list[str | None] = []
    kinds: list[str] = []
    key: str | None = None
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                path.append(key)
                kinds.append("map" if isinstance(event, yaml.MappingStartEvent) else "list")
                key = None
                if len(kinds) > DEEPEST:
                    raise Malformed("an environment that nests too deep", offset=event.start_mark.index)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                path.pop()
                kinds.pop()
                key = None
            elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
                value = event.value if isinstance(event, yaml.ScalarEvent) else ""
                if kinds and kinds[-1] == "map" and key is None:
                    key = value
                    continue
                if kinds and kinds[-1] == "list":
                    yield tuple(part or "" for part in path[1:]), value
                key = None
    except yaml.YAMLError as wrong:
        raise Malformed(f"no YAML: {str(wrong).splitlines()[0][:200]}") from None
