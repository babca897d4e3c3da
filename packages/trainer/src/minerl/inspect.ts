// A look at each episode of a folder: what it is, whether it is sound, and whether pictures move when the camera does.
// Knows nothing about how the findings are printed.
import { join } from "node:path";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { checkAlignment } from "./contact-sheet.js";
import type { Demonstration, DemonstrationLayout, SkippedDemonstration } from "./demonstration.js";
import { writeWholeContent } from "../files/whole-files.js";
import { type DemonstrationReference, openDemonstration } from "./layouts/open-demonstration.js";

/** What was found of one episode. */
export interface InspectedEpisode {
  readonly id: string;
  readonly path: string;
  readonly layout: DemonstrationLayout;
  readonly steps: number;
  readonly frameSize: readonly [height: number, width: number];
  readonly frameRate: number;
  readonly success: boolean | null;
  readonly prompt: string | null;
  /** Steps by which pictures are late against actions; null where it cannot be told or was not asked for. */
  readonly lag: number | null;
  /** Correlations of turns and changes of the picture at lags −3 to 3. */
  readonly lagCorrelations: readonly (number | null)[];
  /** Its contact sheet; null where none was asked for. */
  readonly sheet: string | null;
}

/** The findings of a folder. */
export interface Inspection {
  readonly episodes: readonly InspectedEpisode[];
  readonly skipped: readonly SkippedDemonstration[];
}

/** How much is looked at. */
export interface InspectOptions {
  /** Folder for contact sheets; videos are decoded only when it is given. */
  readonly out?: string | undefined;
  /** Episodes that get a contact sheet; 3 unless given. */
  readonly sheets?: number | undefined;
}

/** Opens every episode; decodes the first `sheets` of them when `out` is given. */
export async function inspectDemonstrations(
  references: readonly DemonstrationReference[],
  { out, sheets = 3 }: InspectOptions = {},
): Promise<Inspection> {
  const episodes: InspectedEpisode[] = [];
  const skipped: SkippedDemonstration[] = [];
  for (const reference of references) {
    try {
      const demonstration = await openDemonstration(reference);
      const sheet =
        out !== undefined && episodes.length < sheets ? sheetPath(out, episodes.length, demonstration) : null;
      episodes.push(await inspect(demonstration, sheet));
    } catch (error) {
      if (!(error instanceof CoreInputError)) throw error;
      skipped.push({ path: reference.path, reason: error.message });
    }
  }
  return { episodes, skipped };
}

/** Names of episodes come from outside; the number keeps equal ones apart. */
function sheetPath(out: string, number: number, { id }: Demonstration): string {
  return join(out, `${String(number).padStart(4, "0")}-${safeName(id)}.png`);
}

/** A name without anything that a file system or a shell could take for more than a name. */
export function safeName(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9_-]+/gu, "-").slice(0, 80);
}

async function inspect(demonstration: Demonstration, sheet: string | null): Promise<InspectedEpisode> {
  const { id, path, layout, frameSize, frameRate, success, prompt } = demonstration;
  const steps = demonstration.actions.length;
  const facts = { id, path, layout, steps, frameSize, frameRate, success, prompt };
  if (sheet === null) return { ...facts, lag: null, lagCorrelations: [], sheet: null };
  const { lag, png } = await checkAlignment(demonstration);
  await writeWholeContent(sheet, png);
  return { ...facts, lag: lag.lag, lagCorrelations: lag.correlations, sheet };
}
