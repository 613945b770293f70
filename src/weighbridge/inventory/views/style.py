"""What the page of a graph adds to the look of the reports: tables of values with their origins, and the picture."""

from __future__ import annotations

from weighbridge.reports.html_style import STYLE

MORE = """
:root { --model: #1f4e79; --data: #22643f; --code: #5d5a54; --service: #8a5200; --gap: #9b1c1c; }
@media (prefers-color-scheme: dark) {
  :root { --model: #8fbdf0; --data: #84cfa2; --code: #a9a49a; --service: #f0b45b; --gap: #ff8f85; }
}
main, header, footer { max-width: 60rem; }
.lead { font-size: 1.1rem; color: var(--soft); margin: .5rem 0 0; }
.figures { grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); }
h3 { margin: 1.6rem 0 .4rem; }
table.values { table-layout: auto; }
table.values th:nth-child(n) { width: auto; }
table.values td.field { color: var(--soft); width: 11rem; }
table.values td.sure { white-space: nowrap; width: 9rem; font-size: .84rem; color: var(--soft); }
table.list { table-layout: auto; } table.list td:first-child { width: 26%; } table.list th:nth-child(n) { width: auto; }
.verified { color: var(--clean); } .inferred { color: var(--suspicious); font-style: italic; }
sup { line-height: 0; }
sup a { color: var(--soft); text-decoration: none; padding: 0 .15rem; } sup a:hover, sup a:focus { color: var(--ink); }
.origins { columns: 2; column-gap: 2.5rem; font-size: .84rem; } .origins li { break-inside: avoid; margin: .15rem 0; }
.origins li:target { background: var(--panel); }
.differ { margin: .9rem 0; padding: .7rem .9rem; background: var(--panel); border-left: .2rem solid var(--suspicious); }
.differ ul { margin: .3rem 0 0; }
figure { margin: 1rem 0; }
.scroll { overflow-x: auto; padding-bottom: .4rem; }
.lineage { display: block; height: auto; max-width: none; } .lineage.fits { max-width: max(100%, 46rem); }
.narrow { display: none; }
.lineage text { font-family: var(--sans); fill: var(--ink); }
.lineage .name { font-size: 13px; font-weight: 600; }
.lineage .small { font-size: 11px; fill: var(--soft); }
.lineage .label { font-size: 11px; fill: var(--soft); stroke: var(--paper); stroke-width: 4px; paint-order: stroke; }
.lineage .frame { fill: var(--panel); stroke: var(--line); }
.lineage .behind { fill: var(--paper); stroke: var(--line); }
.lineage .strip { fill: var(--code); }
.lineage .model .strip, .lineage .adapter .strip, .lineage .application .strip { fill: var(--model); }
.lineage .dataset .strip { fill: var(--data); } .lineage .service .strip { fill: var(--service); }
.arrow { fill: none; stroke: var(--soft); stroke-width: 1.3px; }
.arrow.verified { stroke-width: 2.6px; } .arrow.inferred { stroke-dasharray: 5 4; }
.head { fill: var(--soft); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; align-items: center; margin: .4rem 0 0; }
.legend svg { width: 42px; height: 10px; vertical-align: middle; margin-right: .4rem; }
@media (max-width: 34rem) {
  .narrow { display: inline; } table.list td:first-child { width: auto; }
  .origins { columns: 1; }
  table.values td, table.values td.sure { display: block; width: auto; white-space: normal; }
  table td.field { font-size: .875rem; }
  table.list td:nth-child(n+3) { display: block; color: inherit; }
  table.list td:nth-child(4)::before { content: none; }
  table.list td[data-head]::before { content: attr(data-head) ": "; color: var(--soft); }
}
@media print { .scroll { overflow: visible; } .lineage { max-width: 100%; } }
"""

PAGE = STYLE + MORE
"""The whole style sheet of the page."""
