// Text to HTML, escaped by default.
// Knows nothing about what a report says.

/** Markup that is safe to insert as it is. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

/** Builds markup; every inserted value is escaped unless it is {@link Html}. Null, undefined and false insert nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = strings.reduce((sum, string, i) => sum + string + (i < parts.length ? render(parts[i]) : ""), "");
  return new Html(text);
}

/** Text that is safe inside elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map((each: Part) => render(each)).join("");
  return escapeHtml(String(part));
}
