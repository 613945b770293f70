"""The look of the HTML report: one style sheet, light and dark, phone and paper. No fonts or pictures are loaded."""

from __future__ import annotations

STYLE = """
:root {
  --paper: #fbfaf7; --ink: #1d1c1a; --soft: #5d5a54; --line: #dcd8cf; --panel: #f3f1eb;
  --malicious: #9b1c1c; --suspicious: #8a5200; --inconclusive: #4c4a78; --clean: #22643f;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171614; --ink: #ebe8e1; --soft: #a9a49a; --line: #3a3732; --panel: #211f1c;
    --malicious: #ff8f85; --suspicious: #f0b45b; --inconclusive: #b3b0ec; --clean: #84cfa2;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); overflow-wrap: anywhere; }
main, header, footer { max-width: 50rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
h1, h2, h3 { font-family: var(--serif); font-weight: 600; line-height: 1.25; }
h1 { font-size: 1.9rem; margin: .2rem 0 0; }
h2 { font-size: 1.35rem; margin: 3rem 0 .9rem; padding-bottom: .35rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.12rem; margin: 0; }
p { margin: .6rem 0; }
.kicker, .note, .label, .standing, dt, th, footer { color: var(--soft); font-size: .875rem; }
.kicker { margin: 0; letter-spacing: .02em; }
.verdict { margin: 1.6rem 0 0; padding: 1.1rem 1.3rem; background: var(--panel); border-left: .4rem solid var(--tone); }
.verdict strong { display: block; color: var(--tone); font-size: .95rem; letter-spacing: .06em; }
.verdict strong { text-transform: uppercase; }
.verdict span { display: block; font: 600 1.4rem/1.35 var(--serif); margin-top: .15rem; }
.malicious { --tone: var(--malicious); } .suspicious { --tone: var(--suspicious); }
.inconclusive { --tone: var(--inconclusive); } .clean { --tone: var(--clean); }
.critical, .high { --tone: var(--malicious); } .medium { --tone: var(--suspicious); }
.low, .info { --tone: var(--soft); }
.mark { color: var(--tone); font-weight: 600; white-space: nowrap; }
.figures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem; margin: 1.6rem 0 0; }
.figures div { border-top: 1px solid var(--line); padding-top: .6rem; }
.figures div { display: flex; flex-direction: column; }
.figures dt { order: 2; }
.figures dd { margin: 0; font: 600 2.1rem/1.1 var(--serif); font-variant-numeric: lining-nums; }
.card { margin: 1.2rem 0 2rem; }
.standing { margin: .2rem 0 .6rem; }
.found { margin: .9rem 0 0; padding: .7rem .9rem; background: var(--panel); border-left: .2rem solid var(--tone); }
.found p { margin: .2rem 0; } .found .label { margin-top: .6rem; }
code, pre { font: .84rem/1.5 var(--mono); }
pre { margin: .1rem 0 .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.path code { font-weight: 600; font-size: .92rem; }
summary { cursor: pointer; color: var(--soft); padding: .5rem 0; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: .92rem; }
th:nth-child(1) { width: 8rem; } th:nth-child(3) { width: 6.8rem; } th:nth-child(4) { width: 4.6rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .8rem .5rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 500; } td.number { white-space: nowrap; }
.digest { display: block; color: var(--soft); font-size: .67rem; }
dl.words dt { color: var(--tone); font-weight: 600; font-size: 1rem; margin-top: .8rem; }
dl.words dd { margin: 0; }
ol, ul { padding-left: 1.3rem; } li { margin: .4rem 0; }
footer { margin-top: 3.5rem; padding-top: 1rem; padding-bottom: 3rem; }
footer p { border-top: 1px solid var(--line); padding-top: 1rem; }
@media (max-width: 34rem) {
  main, header, footer { padding-left: 1.1rem; padding-right: 1.1rem; }
  header { padding-top: 1.6rem; }
  h1 { font-size: 1.5rem; } .verdict span { font-size: 1.2rem; }
  .figures { gap: .7rem; } .figures dd { font-size: 1.7rem; } .figures dt { font-size: .8rem; line-height: 1.35; }
  thead { position: absolute; clip-path: inset(50%); height: 1px; width: 1px; overflow: hidden; }
  tr { display: block; padding: .7rem 0; border-bottom: 1px solid var(--line); }
  td { display: block; border: 0; padding: .1rem 0; }
  td:nth-child(n+3) { display: inline; color: var(--soft); } td:nth-child(4)::before { content: " · "; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --panel: #fff;
    --malicious: #8c1414; --suspicious: #774600; --inconclusive: #3d3b66; --clean: #1b5233; }
  body { font-size: 10.5pt; }
  main, header, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .found, tr, li { break-inside: avoid; } h2, h3 { break-after: avoid; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
}
"""
