// The review page: one document with its style and script.
// Knows nothing about the server beyond its addresses.
import { reviewScript } from "./review-script.js";
import { plotColours } from "./trajectory-plot.js";

/** The HTML text. */
export function reviewPage(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Review of questions</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
<h1>Review</h1>
<label>Show <select id="filter"><option value="open">not yet reviewed</option><option value="all">all</option></select></label>
<label>Type <select id="type"><option value="">all types</option></select></label>
<span id="progress" class="quiet" role="status"></span>
</header>
<main hidden>
<div class="pictures">
<figure><div class="screen"><video id="video" muted playsinline controls></video><svg id="boxes" aria-hidden="true"></svg></div>
<figcaption><button id="play" type="button">Play the interval <kbd>space</kbd></button> <span id="where" class="quiet"></span></figcaption></figure>
<figure id="plot"></figure>
</div>
<form id="form">
<p class="quiet"><span id="kind"></span> · <span id="clip"></span> · <span id="state"></span></p>
<textarea id="question" rows="2" aria-label="question" readonly></textarea>
<ol id="options" type="A"></ol>
<p id="derived"></p>
<label class="note">Note <input id="note" placeholder="why, if it is not plain"></label>
<p class="buttons">
<button id="accept" type="button">Accept <kbd>a</kbd></button>
<button id="edit" type="button">Edit <kbd>e</kbd></button>
<button id="save" type="button" hidden>Save the edit</button>
<button id="reject" type="button">Reject <kbd>r</kbd></button>
<span class="gap"></span>
<button id="back" type="button">Back <kbd>←</kbd></button>
<button id="next" type="button">Next <kbd>→</kbd></button>
</p>
<p id="trouble" role="alert"></p>
</form>
</main>
<p id="done" hidden>Nothing left to review here. <code>dsr data write</code> applies the decisions.</p>
<script>${reviewScript}</script>
</body>
</html>
`;
}

const style = `
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #fff; --text: #1c1f23; --quiet: #5c646e; --line: #e1e4e8;
  --good: #00704f; --bad: #b3261e;
  --c0: #56708a; --c1: #0072b2; --c2: #d55e00; --c3: #009e73; --c4: #b5579a; --c5: #8a7400; --c6: #7a5195; --c7: #6b4c2a; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --card: #1c2024; --text: #e8eaed; --quiet: #a2abb5; --line: #30363d;
  --good: #3fc79a; --bad: #ff8a80;
  --c0: #9fb6cc; --c1: #56b4e9; --c2: #f0924c; --c3: #3fc79a; --c4: #e29ac7; --c5: #e0c543; --c6: #b79ad6; --c7: #c9a27e; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: baseline; padding: 12px 20px; border-bottom: 1px solid var(--line); }
h1 { font-size: 19px; margin: 0; }
main, #done { max-width: 1080px; margin: 0 auto; padding: 16px 20px 40px; }
.quiet { color: var(--quiet); }
.pictures { display: grid; gap: 14px; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); align-items: start; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px; min-width: 0; }
.screen { position: relative; }
video { display: block; width: 100%; max-height: 44vh; background: #000; border-radius: 6px; }
#boxes { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
#boxes rect { fill: none; stroke: currentColor; stroke-width: 2; vector-effect: non-scaling-stroke; }
#boxes rect.under { stroke: #fff; stroke-width: 5; opacity: .8; }
figcaption { padding-top: 8px; }
#plot svg { display: block; width: 100%; height: auto; }
#plot .ground { fill: var(--ground); }
#plot text { fill: var(--text); font: 12px system-ui, sans-serif; }
#plot text.quiet { fill: var(--quiet); }
#plot .axis { stroke: var(--quiet); fill: none; }
#plot .way path { fill: none; stroke: currentColor; stroke-linejoin: round; }
#plot .whole { opacity: .35; stroke-width: 1; stroke-dasharray: 3 3; }
#plot .strong { stroke-width: 3; }
#plot .way.other { opacity: .55; } #plot .way.other .strong { stroke-width: 1.5; }
#plot .start { fill: var(--card); stroke: currentColor; stroke-width: 2; } #plot .end { fill: currentColor; }
${Array.from({ length: plotColours }, (_, i) => `.colour-${i} { color: var(--c${i}); }`).join("\n")}
form { margin-top: 14px; }
textarea, #note { width: 100%; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 6px 8px; }
textarea[readonly] { background: none; border-color: transparent; padding-left: 0; }
textarea { display: block; resize: none; field-sizing: content; padding-block: 2px; }
#question { font-size: 17px; margin: 6px 0; }
ol { padding-left: 28px; margin: 6px 0; }
ol label { display: flex; gap: 10px; align-items: center; }
li.right { font-weight: 650; }
#derived.agrees { color: var(--good); } #derived.differs { color: var(--bad); }
.buttons { position: sticky; bottom: 0; margin: 0; padding: 10px 0; background: var(--ground); display: flex; flex-wrap: wrap; gap: 8px; } .gap { flex: 1; }
.note { display: flex; gap: 10px; align-items: center; }
button { font: inherit; padding: 6px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; cursor: pointer; }
#accept { border-color: var(--good); } #reject { border-color: var(--bad); }
kbd { font: 12px ui-monospace, monospace; color: var(--quiet); }
#trouble { color: var(--bad); min-height: 1.5em; }
@media (max-width: 760px) { .pictures { grid-template-columns: 1fr; } }
`;
