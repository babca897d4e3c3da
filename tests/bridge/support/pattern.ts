// Patterns of the conformance vectors: which decoded messages they fit, and what a message lacks.
// Knows nothing about servers.
import { isNdArray } from "@dsr/env-bridge";

/** What a value lacks to fit a pattern, as `path: expected X, found Y`; undefined when it fits. */
export function mismatchOf(pattern: unknown, value: unknown, path = "message"): string | undefined {
  if (typeof pattern === "string") return textMismatch(pattern, value, path);
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value) || value.length !== pattern.length) return mismatch(path, pattern, value);
    return first(pattern.map((part: unknown, i) => mismatchOf(part, value[i], `${path}[${i}]`)));
  }
  if (typeof pattern === "object" && pattern !== null) {
    if (typeof value !== "object" || value === null) return mismatch(path, pattern, value);
    const record = value as Readonly<Record<string, unknown>>;
    return first(Object.entries(pattern).map(([key, part]) => mismatchOf(part, record[key], `${path}.${key}`)));
  }
  return Object.is(pattern, value) ? undefined : mismatch(path, pattern, value);
}

function textMismatch(pattern: string, value: unknown, path: string): string | undefined {
  const below = /^\$below:(\d+)$/.exec(pattern)?.[1];
  const fits =
    pattern === "$any"
      ? value !== undefined
      : pattern === "$number"
        ? typeof value === "number" && value >= 0
        : pattern === "$text"
          ? typeof value === "string" && value !== ""
          : pattern === "$array"
            ? isNdArray(value)
            : below !== undefined
              ? typeof value === "number" && value < Number(below)
              : pattern.startsWith("~")
                ? typeof value === "string" && new RegExp(pattern.slice(1)).test(value)
                : value === pattern;
  return fits ? undefined : mismatch(path, pattern, value);
}

function first(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

function mismatch(path: string, pattern: unknown, value: unknown): string {
  const shown = JSON.stringify(value, (_, part: unknown) => (isNdArray(part) ? `array ${part.dtype}` : part));
  return `${path}: expected ${JSON.stringify(pattern)}, found ${shown}`;
}
