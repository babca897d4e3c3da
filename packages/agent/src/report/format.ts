// Numbers and names as people read them.
// Rates are fractions in files and percent here.

/** A fraction as percent with one decimal; a dash for none. */
export function percent(fraction: number | null): string {
  return fraction === null ? "–" : (100 * fraction).toFixed(1);
}

/** `97.5 ± 2.5`, the way of the paper's tables; without ± for a single seed. */
export function meanAndSpread(mean: number | null, std: number | null): string {
  return std === null ? percent(mean) : `${percent(mean)} ± ${percent(std)}`;
}

/** `[91.2, 99.0]` in percent. */
export function intervalText(interval: readonly [number, number] | null): string {
  return interval === null ? "–" : `[${percent(interval[0])}, ${percent(interval[1])}]`;
}

/** A number with at most one decimal; a dash for none. */
export function decimal(value: number | null): string {
  return value === null ? "–" : String(Math.round(value * 10) / 10);
}

/** A task id in words, without the equipment that all combat tasks share. */
export function taskLabel(id: string): string {
  return id.replace(/_diamond_armors_diamond_sword_shield$/u, "").replaceAll("_", " ");
}
