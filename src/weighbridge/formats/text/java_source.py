"""Java source, as H2O writes a model (POJO): a program that is compiled before it is run, and which names it uses.

Names are looked for in the text, after Unicode escapes are undone (Java Language Specification 3.3); comments and
strings count like everything else.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.core.programs import CodeUnit, SourceCall
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

NAMES = (
    "Runtime.getRuntime", "ProcessBuilder", "Class.forName", "URLClassLoader", "defineClass", "ClassLoader",
    "System.load", "System.loadLibrary", "ScriptEngineManager", "ObjectInputStream", "java.net.", "java.nio.file",
    "java.io.File", "java.lang.reflect", "getMethod", "sun.misc.Unsafe", "InitialContext", "Unsafe.getUnsafe",
    "MethodHandles", "JavaCompiler", "java.rmi", "XMLDecoder",
)  # fmt: skip
"""Names that a model has no use for."""

_MODEL = (b"hex.genmodel", b"extends GenModel")


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001
    """Tell a model of H2O as source by the class that it extends; other Java is known by its name."""
    return "java" if any(word in head for word in _MODEL) and b"import " in head else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Tell of the program and of the names in it."""
    yield Identity(at=node.at(), format="java")
    yield CodeUnit(at=node.at(), language="Java", carrier="Java source", name=node.name, when=When.FLAG)
    most = bench.limits.text_bytes
    if source.size > most:
        yield node.gap(GapKind.OVER_LIMIT, f"source of more than {most} bytes is looked at up to there", most)
    text = _unescaped(source.read_at(0, most).decode("utf-8", "replace"))
    squeezed = "".join(text.split())
    for name in NAMES:
        if name in squeezed:
            yield SourceCall(
                at=node.at(), language="java", module="", name=name, phase="call", carrier="Java source", when=When.FLAG
            )


def _unescaped(text: str) -> str:
    """Undo Unicode escapes: a backslash, one ``u`` or more, four digits."""
    first, *parts = text.split("\\u")
    found = [first]
    for part in parts:
        digits = part.lstrip("u")[:4]
        known = len(digits) == 4 and all(digit in "0123456789abcdefABCDEF" for digit in digits)
        found.append(chr(int(digits, 16)) + part.lstrip("u")[4:] if known else "\\u" + part)
    return "".join(found)
