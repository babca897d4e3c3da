// Comma- or tab-separated tables with a header, quoted as spreadsheets do.
// Knows nothing about what is in them.

/** Rows as objects by the header's names; empty lines are passed over. */
export function parseTable(text: string, separator: "," | "\t"): readonly Readonly<Record<string, string>>[] {
  const [header = [], ...rows] = splitRows(text.replace(/^\uFEFF/, ""), separator);
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name.trim(), row[i] ?? ""])));
}

function splitRows(text: string, separator: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const pattern = new RegExp(`("(?:[^"]|"")*"|[^${separator}\\n\\r]*)(${separator}|\\r?\\n|$)`, "gy");
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole, raw = "", end = ""] = match;
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end !== separator) {
      if (row.some((cell) => cell !== "")) rows.push(row);
      row = [];
    }
    if (whole === "" || (end === "" && pattern.lastIndex >= text.length)) break;
  }
  return rows;
}

/** A table as comma-separated text; cells with commas, quotes or line breaks are quoted. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}
