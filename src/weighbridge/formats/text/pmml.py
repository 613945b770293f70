"""PMML (Predictive Model Markup Language 4.4, dmg.org): what its document type brings, functions and extensions.

PMML computes with functions of its own. JPMML takes a function's name with dots for a Java class and loads it; what
stands in an ``Extension`` means something to some program only.
"""

from __future__ import annotations

from weighbridge.core.facts import Identity, MetadataEntry
from weighbridge.core.programs import ConfiguredCall
from weighbridge.core.references import Reference, Target
from weighbridge.core.texts import ActiveContent
from weighbridge.core.when import When
from weighbridge.formats.text.xml_file import START, TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.text.xml_file import Event, XmlReader

SHOWN = 200
"""Characters of a document's own words that people see."""

EXTENSIONS = 200
"""Extensions that are told one by one."""

NAMES = 10_000
"""Different functions of one document."""

_SCRIPTS = ("<script", "javascript:", "vbscript:", "java.lang.Runtime", "ProcessBuilder", "ScriptEngine", "import os")


def inspect(root: Event, reader: XmlReader, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Read a document to its end: the functions it calls, its extensions, what it includes."""
    yield Identity(at=node.at(), format="pmml")
    if reader.doctype:
        yield _points(node, "document type", reader.doctype, root.offset)
    yield MetadataEntry(at=node.at(root.offset), key="version", text=root.attributes.get("version", "")[:SHOWN])
    defined: set[str] = set()
    called: dict[str, int] = {}
    extensions = within = 0
    for event in reader:
        if event.kind == TEXT:
            if within and any(word in event.text for word in _SCRIPTS):
                yield _acts(node, event.text, event.offset)
            continue
        if within or event.local == "Extension":
            within += 1 if event.kind == START else -1
        if event.kind != START:
            continue
        held = event.attributes
        if event.local == "DefineFunction":
            defined.add(held.get("name", ""))
        elif event.local == "Apply" and len(called) < NAMES:
            called.setdefault(held.get("function", ""), event.offset)
        elif event.local == "Extension":
            extensions += 1
            words = " ".join(held.values())
            if extensions <= EXTENSIONS:
                key = held.get("name", held.get("extender", "Extension"))[:SHOWN]
                yield MetadataEntry(at=node.at(event.offset), key=key, text=held.get("value", "")[:SHOWN])
            if any(word in words for word in _SCRIPTS) or "script" in held.get("name", "").lower():
                yield _acts(node, words, event.offset)
        elif event.local.lower() == "script":
            yield _acts(node, f"<{event.name}>", event.offset)
        elif event.local == "include" and "href" in held:
            yield _points(node, "include", held["href"], event.offset)
    for name, at in called.items():
        if "." in name and name not in defined:
            module, _, own = name.rpartition(".")
            yield ConfiguredCall(at=node.at(at), scheme="pmml", key="Apply", module=module, name=own, when=When.LOAD)


def _acts(node: Node, text: str, at: int) -> ActiveContent:
    return ActiveContent(at=node.at(at), document="PMML", what="a script in an extension", excerpt=text[:SHOWN].strip())


def _points(node: Node, relation: str, target: str, at: int) -> Reference:
    remote = "://" in target and not target.lower().startswith("file:")
    return Reference(
        at=node.at(at), relation=relation, kind=Target.URL if remote else Target.PATH, target=target, key=relation,
        escapes=not remote and (target.startswith(("/", "\\", "file:")) or ".." in target), when=When.LOAD,
    )  # fmt: skip
