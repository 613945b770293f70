"""The formats in which a graph of components is written."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.graph import Graph
    from weighbridge.inventory.profiles.assessment import Assessment

FORMATS = ("cyclonedx", "cyclonedx-1.6", "spdx", "graph", "text", "markdown", "html")
"""CycloneDX 1.7 is what ``cyclonedx`` means; ``text`` is for people."""


def rendered(graph: Graph, form: str, assessment: Assessment | None = None) -> str:
    """Write a graph in one of ``FORMATS``; some of them show what a profile of minimum elements wants."""
    if form == "text":
        from weighbridge.cli.bom_text import text

        return text(graph, assessment)
    if form == "graph":
        from weighbridge.inventory.document import dumps

        return dumps(graph)
    if form == "markdown":
        from weighbridge.inventory.views.markdown import render as markdown

        return markdown(graph)
    if form == "html":
        from weighbridge.inventory.views.page import render as page

        return page(graph)
    from weighbridge.inventory.bom.made import now

    if form == "spdx":
        from weighbridge.inventory.bom.spdx.writer import write as spdx

        return spdx(graph, now())
    from weighbridge.inventory.bom.cyclonedx.writer import write as cyclonedx

    bsi = assessment is not None and assessment.profile.id == "bsi"
    return cyclonedx(graph, now(), "1.6" if form.endswith("1.6") else "1.7", bsi=bsi)
