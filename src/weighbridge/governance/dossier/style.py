"""What the page of a dossier adds to the look of the reports: rows with a state, evidence in tables, answers."""

from __future__ import annotations

from weighbridge.reports.html_style import STYLE

MORE = """
main, header, footer { max-width: 56rem; }
.lead { font-size: 1.1rem; color: var(--soft); margin: .5rem 0 0; }
.notice { margin: 1.4rem 0 0; padding: .8rem 1rem; background: var(--panel); border-left: .3rem solid var(--soft); }
.figures { grid-template-columns: repeat(5, 1fr); }
.figures dd { font-size: 1.8rem; }
.complete, .answered { --tone: var(--clean); } .drafted { --tone: var(--inconclusive); }
.outdated { --tone: var(--malicious); } .open { --tone: var(--suspicious); }
.row { margin: 1.5rem 0 0; padding: .2rem 0 .4rem 1rem; border-left: .3rem solid var(--tone); }
.row h3 { display: grid; grid-template-columns: minmax(3.4rem, auto) 1fr auto; gap: .2rem .8rem; }
.row h3 { align-items: baseline; }
.row h3 .number { color: var(--soft); font-weight: 500; }
.row h3 .state { color: var(--tone); font: 600 .84rem/1.4 var(--sans); white-space: nowrap; }
.row .about { color: var(--soft); font-size: .84rem; margin: .1rem 0 .5rem; }
.row .ask { margin: .5rem 0; } .row .ask strong { color: var(--tone); }
.answer { margin: .7rem 0; padding: .6rem .9rem; background: var(--panel); }
.answer p { margin: .3rem 0; white-space: pre-wrap; } .answer .label { white-space: normal; }
.stale { color: var(--malicious); } .stale code { white-space: nowrap; }
table.evidence { table-layout: fixed; font-size: .86rem; margin: .4rem 0; }
table.evidence th:nth-child(1) { width: 22%; } table.evidence th:nth-child(2) { width: auto; }
table.evidence th:nth-child(3) { width: 27%; } table.evidence th:nth-child(4) { width: 6.4rem; }
table.evidence td { padding: .3rem .7rem .3rem 0; } table.evidence td:nth-child(n+3) { color: var(--soft); }
table.evidence td:nth-child(4) { white-space: nowrap; } table.evidence td code { font-size: .74rem; }
table.cited { table-layout: fixed; font-size: .86rem; } table.cited th:nth-child(1) { width: 40%; }
table.dates { table-layout: fixed; } table.dates th:nth-child(1) { width: 6.6rem; }
table.dates th:nth-child(2) { width: auto; } table.dates th:nth-child(3) { width: 11rem; }
table.dates th:nth-child(4) { width: 12rem; } table.dates td:first-child { white-space: nowrap; }
table.counts { table-layout: auto; } table.counts th:nth-child(n) { width: auto; }
table.counts td:nth-child(n+2), table.counts th:nth-child(n+2) { text-align: right; padding: .55rem 0 .55rem .7rem; }
table.counts th:nth-child(n+2) { white-space: nowrap; font-size: .8rem; }
table.counts td:nth-child(n+2) { font-variant-numeric: tabular-nums; }
table.register { table-layout: fixed; font-size: .86rem; } table.register th:nth-child(1) { width: 9.5rem; }
table.register th:nth-child(2) { width: 8rem; } table.register th:nth-child(3) { width: auto; }
table.register th:nth-child(4) { width: 30%; }
.verified { color: var(--clean); } .inferred { color: var(--suspicious); font-style: italic; }
.unsure { color: var(--suspicious); }
table.counts a { color: inherit; text-underline-offset: .2em; text-decoration-color: var(--line); }
dl.words.inline { display: grid; grid-template-columns: 7.4rem 1fr; gap: .1rem .8rem; font-size: .92rem; }
dl.words.inline dt { margin: 0; font-size: .92rem; color: var(--tone); }
@media (max-width: 34rem) {
  .figures { grid-template-columns: repeat(3, 1fr); } .word { display: none; }
  .row { padding-left: .7rem; } .row h3 { grid-template-columns: 1fr auto; } .row h3 .number { grid-column: 1 / -1; }
  table.evidence td:nth-child(n+3), table.register td:nth-child(n+3), table.dates td:nth-child(n+3) { display: block; }
  table.evidence td:nth-child(4)::before, table.register td:nth-child(4)::before { content: none; }
  table.dates td:nth-child(4)::before { content: none; }
  table.counts thead { position: static; clip-path: none; } table.counts tr { display: table-row; }
  table.counts td { display: table-cell; padding: .3rem; }
  table.counts td:nth-child(n+2) { overflow-wrap: normal; padding: .3rem 0 .3rem .45rem; }
  table.counts td:nth-child(n+3)::before { content: none; }
  table.counts td, table.counts th { border-bottom: 1px solid var(--line); font-size: .8rem; }
}
@media print {
  .row h3, .row .about, .row .ask { break-after: avoid; } .answer { border: 1px solid var(--line); }
  header { padding-top: 0; } .figures dd { font-size: 1.4rem; }
}
"""

PAGE = STYLE + MORE
"""The whole style sheet of the page."""
