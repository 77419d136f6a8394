/** The look of a conversation's page, on screen and on paper. The same for every page, so that its hash can be allowed. */
export const PAGE_STYLE = `
:root {
  --ink: #1f2733;
  --quiet: #5b6677;
  --line: #dfe3e9;
  --tint: #f5f7f9;
  --agent: #2f6aa8;
  --customer: #217a65;
  --cut: #b4472f;
}
* { box-sizing: border-box; }
body {
  margin: 0;
  padding: clamp(1.5rem, 5vw, 3.5rem) 1.25rem;
  background: #fff;
  color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere;
}
main { max-width: 48rem; margin: 0 auto; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.015em; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1rem; letter-spacing: 0.01em; }
.lead { margin: 0.4rem 0 0; color: var(--quiet); }
dl { display: flex; flex-wrap: wrap; gap: 0.75rem 2.5rem; margin: 1.5rem 0 0; padding: 1rem 0; border: solid var(--line); border-width: 1px 0; }
dt { color: var(--quiet); font-size: 0.8rem; }
dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
table { width: 100%; table-layout: fixed; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.45rem 0.75rem 0.45rem 0; border-bottom: 1px solid var(--line); text-align: start; font-weight: 400; }
thead th { color: var(--quiet); font-size: 0.8rem; }
tbody th { font-weight: 600; }
.number { width: 7rem; padding-inline: 0.75rem 0; text-align: end; }
.who { display: flex; align-items: baseline; }
.dot { flex: none; width: 0.6rem; height: 0.6rem; margin-inline-end: 0.5rem; border-radius: 50%; background: var(--customer); }
.agent .dot { background: var(--agent); }
.scroll { overflow-x: auto; }
svg { display: block; width: 100%; min-width: 40rem; height: auto; }
svg text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--quiet); }
.lane { fill: var(--tint); }
.bar { fill: var(--customer); }
.bar.agent { fill: var(--agent); }
.tick { stroke: var(--line); }
.silence { fill: #e4e8ee; }
.mark { stroke: var(--cut); stroke-width: 2; fill: none; }
.mark .head { fill: var(--cut); stroke: none; }
.mark circle { fill: #fff; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0.5rem 0 0; padding: 0; list-style: none; color: var(--quiet); font-size: 0.85rem; }
.legend svg { display: inline-block; width: 1rem; min-width: 0; height: 1rem; margin-inline-end: 0.4rem; vertical-align: -0.15rem; }
.turns { margin: 0; padding: 0; list-style: none; }
.turn { display: grid; grid-template-columns: 4rem 1fr; padding: 0.7rem 0; break-inside: avoid-page; }
.turn + .turn { border-top: 1px solid var(--line); }
.time { color: var(--quiet); font-size: 0.85rem; line-height: 1.75; font-variant-numeric: tabular-nums; }
.name { margin: 0; font-size: 0.85rem; font-weight: 600; color: var(--customer); }
.agent .name { color: var(--agent); }
.said, .aside { margin: 0.1rem 0 0; }
.aside { color: var(--quiet); font-size: 0.9rem; }
.aside b { font-weight: 600; }
.cut b { color: var(--cut); }
.cut i { font-style: italic; }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.85rem; }
@media (max-width: 36rem) {
  .turn { grid-template-columns: 3.25rem 1fr; }
  .number { width: 22%; padding-inline-start: 0.4rem; }
}
@media print {
  @page { margin: 18mm 16mm; }
  body { padding: 0; font-size: 10.5pt; }
  main { max-width: none; }
  .scroll { overflow: visible; }
  svg { min-width: 0; }
  h2 { break-after: avoid; }
  .bar, .lane, .silence, .dot { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
