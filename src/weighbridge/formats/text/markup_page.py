"""SVG and HTML: what such a document does when somebody opens it (HTML Living Standard; SVG 2, chapter 16).

Scripts are what web pages are made of, so a page with scripts of its own is told as what it is; a picture with a
script, and anything fetched from elsewhere and run, is worth a look.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.core.texts import ActiveContent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

FOUND = 50
"""Active pieces of one document that are told one by one."""

_EXCERPT = 120


def sniff(head: bytes, _source: ByteSource) -> str:
    """Tell whether text that begins with an angle bracket is a page or a picture."""
    begin = head[:1024].lower()
    if b"<svg" in begin:
        return "svg"
    return "html" if b"<!doctype html" in begin or b"<html" in begin else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Yield what acts in a page or picture."""
    head = source.read_at(0, 4096)
    kind = sniff(head, source) or ("svg" if node.name.lower().endswith(".svg") else "html")
    yield Identity(at=node.at(), format=kind)
    most = bench.limits.text_bytes
    if source.size > most:
        yield node.gap(GapKind.OVER_LIMIT, f"a page of more than {most} bytes is looked at up to there", most)
    text = source.read_at(0, most).decode("utf-8", "replace")
    for number, (what, excerpt) in enumerate(acting(text, picture=kind == "svg")):
        if number == FOUND:
            return
        yield ActiveContent(at=node.at(), document=kind, what=what, excerpt=excerpt[:_EXCERPT])


def acting(text: str, *, picture: bool) -> list[tuple[str, str]]:
    """List what acts: what it is, and the piece of text that shows it."""
    from html.parser import HTMLParser

    found: list[tuple[str, str]] = []

    class Reader(HTMLParser):
        """Reads as browsers do: whatever is wrong with a page, it is shown."""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            """Look at one element."""
            given = {name: (content or "").strip() for name, content in attrs}
            address = given.get("src") or given.get("href") or given.get("xlink:href") or ""
            if tag == "script":
                if _is_remote(address):
                    found.append(("a script from elsewhere", address))
                else:
                    found.append(("a script", address or "inline"))
            elif tag in _FRAMES and (picture or _is_remote(address or given.get("data", ""))):
                found.append((f"another document in <{tag}>", address or given.get("data", "")))
            elif tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
                found.append(("a redirection", given.get("content", "")))
            elif tag == "foreignobject" and picture:
                found.append(("a page inside a picture", tag))
            for name, content in given.items():
                if name.startswith("on") and len(name) > 4:
                    found.append(("a script", f"{name}={content}"))
                elif name in _ADDRESSES and content.lower().replace("\t", "").startswith(_RUNNING):
                    found.append(("an address that runs", f"{name}={content}"))

        handle_startendtag = handle_starttag

    reader = Reader(convert_charrefs=True)
    reader.feed(_closed(text))
    reader.close()
    return list(dict.fromkeys(found))


def _closed(text: str) -> str:
    """Take away what no browser acts on and the parser cannot stand: tags and comments that never end.

    It looks for the end of each of them anew. ``<![`` begins a comment up to the next ``>``, as a browser has it.
    """
    text = text[: text.rfind(">") + 1].replace("<![", "<! [")
    last = text.rfind("-->") + 1
    return text[:last] + text[last:].replace("<!--", "< !--")


_FRAMES = frozenset({"iframe", "object", "embed", "frame", "applet"})
_ADDRESSES = frozenset({"href", "src", "xlink:href", "action", "formaction", "data"})
_RUNNING = ("javascript:", "vbscript:", "data:text/html", "data:application/")


def _is_remote(address: str) -> bool:
    return address.startswith("//") or "://" in address[:12]
