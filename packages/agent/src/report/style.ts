// The look of a report: one style sheet, light and dark, for screens and paper.
// Knows nothing about the content.

/** Colours of the runs, in order; Okabe and Ito's palette, which colour-blind people can tell apart. */
export const seriesColours = 6;

/** CSS of the whole page. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --card: #ffffff; --text: #1c1f23; --quiet: #5c646e; --line: #e1e4e8; --row: #f4f6f8;
  --series-0: #0072b2; --series-1: #d55e00; --series-2: #009e73; --series-3: #b5579a; --series-4: #8a7400; --series-5: #56708a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --card: #1c2024; --text: #e8eaed; --quiet: #a2abb5; --line: #30363d; --row: #22272c;
    --series-0: #56b4e9; --series-1: #f0924c; --series-2: #3fc79a; --series-3: #e29ac7; --series-4: #e0c543; --series-5: #9fb6cc;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 19px; margin: 44px 0 10px; }
h3 { font-size: 15px; margin: 18px 0 6px; }
p { margin: 6px 0; max-width: 75ch; }
.quiet, figcaption { color: var(--quiet); }
.cards { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); margin-top: 20px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; }
.card strong { display: block; font-size: 25px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--card); font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding: 0 0 8px; }
th, td { padding: 6px 10px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
td.text, th.text { text-align: left; white-space: normal; overflow-wrap: break-word; }
thead th { color: var(--quiet); font-weight: 600; font-size: 13px; vertical-align: bottom; }
tbody th { font-weight: 500; }
tr.suite th, tr.suite td { font-weight: 650; background: var(--row); }
.interval { color: var(--quiet); font-size: 12.5px; font-weight: 400; }
.run { white-space: nowrap; }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 4px 0 8px; padding: 0; list-style: none; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; }
figure svg { display: block; width: 100%; height: auto; }
figure + figure { margin-top: 12px; }
figure.narrow { max-width: 560px; }
.pair { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); }
.pair figure { min-width: 0; }
.pair figure + figure { margin-top: 0; }
svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
svg .axis { fill: var(--quiet); }
svg .grid { stroke: var(--line); }
svg .error { stroke: var(--text); stroke-width: 1.4; }
svg path.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.clips { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); }
.clips figure { margin: 0; padding: 10px; min-width: 0; }
.clips video { display: block; width: 100%; border-radius: 6px; background: #000; image-rendering: pixelated; }
.clips figcaption { font-size: 13px; padding-top: 8px; overflow-wrap: anywhere; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; overflow-x: auto; font-size: 13px; }
details { margin-top: 10px; } summary { cursor: pointer; }
@media (max-width: 480px) { .pair { grid-template-columns: 1fr; } }
@media print { body { background: none; } .clips { display: none; } }
${Array.from({ length: seriesColours }, (_, i) => `.fill-${i} { fill: var(--series-${i}); background: var(--series-${i}); } .stroke-${i} { stroke: var(--series-${i}); }`).join("\n")}
`;
