// Which colour is whose.
// Knows nothing about what is drawn in it.
import { type Html, html } from "./html.js";
import { seriesColours } from "./style.js";

/** Something that has a colour of its own by its place. */
interface Labelled {
  readonly label: string;
}

/** A name with its colour. */
export function colourKey({ label }: Labelled, index: number): Html {
  return html`<span class="run"><span class="key fill-${index % seriesColours}"></span>${label}</span>`;
}

/** The names of all that a chart draws. */
export function legend(all: readonly Labelled[]): Html {
  return html`<ul class="legend">
    ${all.map((each, i) => html`<li>${colourKey(each, i)}</li>`)}
  </ul>`;
}
