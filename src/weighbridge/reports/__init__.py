"""Reports: a pure function from a ``Report`` to text in each format, loaded only when it is asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.finding import RuleInfo
    from weighbridge.core.report import Report

FORMATS = ("text", "json", "sarif", "html", "markdown")


def render(
    name: str,
    report: Report,
    rules: tuple[RuleInfo, ...],
    *,
    verbose: bool = False,
    explain: bool = False,
    colour: bool = False,
    width: int = 80,
    closing: str = "",
) -> str:
    """Render a report in the format ``name``; raises KeyError for a name that is not in ``FORMATS``.

    ``rules`` is the whole catalogue. ``colour``, ``width``, ``explain`` (the words of the rules, file by file) and
    ``closing`` (a last line, such as what the exit code means) concern text only; ``verbose`` adds the decompiled
    programs in text and json and lists clean files in html.
    """
    if name == "text":
        from weighbridge.reports import text

        return text.render(report, rules, verbose=verbose, explain=explain, colour=colour, width=width, closing=closing)
    if name == "json":
        from weighbridge.reports import jsonv1

        return jsonv1.render(report, verbose=verbose)
    if name == "sarif":
        from weighbridge.reports import sarif

        return sarif.render(report, rules)
    if name == "html":
        from weighbridge.reports import html

        return html.render(report, rules, verbose=verbose)
    if name == "markdown":
        from weighbridge.reports import markdown

        return markdown.render(report, rules)
    raise KeyError(name)
