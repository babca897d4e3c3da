// What the commands of the pipeline's stages share: progress, the summary of states.
// Knows nothing about any stage.
import type { StageRecord, VideoState } from "@dsr/trainer/pipeline";

/** Tells each item that did not come through, on standard error. */
export function reportRecord(stage: string): (record: StageRecord<unknown>, isNew: boolean) => void {
  return (record, isNew) => {
    if (isNew && record.status !== "done")
      process.stderr.write(`${stage} ${record.status} ${record.id}: ${record.reason}\n`);
  };
}

/** How many videos are how far. */
export function countStates(states: readonly VideoState[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { stage, status } of states) {
    const key = `${stage} ${status}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** One line of {@link countStates}. */
export function describeStates(states: readonly VideoState[]): string {
  const parts = Object.entries(countStates(states)).map(([key, count]) => `${count} ${key}`);
  return `${states.length} videos: ${parts.join(", ")}`;
}
