// What an evaluation of one policy consists of, as it is pinned in run.json: everything that can change a result.
// Knows nothing about processes.
import { createHash } from "node:crypto";
import { InputError, type SpaceRecord } from "@dsr/env-bridge/contract";
import { z } from "zod";

/** Any JSON; environment and policy options are theirs to check. */
const optionsSchema = z.record(z.string(), z.unknown()) as unknown as z.ZodType<SpaceRecord>;

/** An environment that every worker hosts itself, or one behind a URL. Tokens are secrets and are not pinned. */
export const environmentChoiceSchema = z.object({
  name: z.string().nullable(),
  url: z.string().nullable(),
  options: optionsSchema,
});

/** The pinned settings. */
export const configurationSchema = z.object({
  policy: z.string().min(1),
  policyOptions: optionsSchema,
  model: z.string().nullable(),
  suites: z.array(z.object({ name: z.string(), tasks: z.array(z.string()).min(1) })),
  tasks: z.array(z.string().min(1)).min(1),
  seeds: z.array(z.string()).min(1),
  episodes: z.number().int().positive(),
  maxEpisodeSteps: z.number().int().positive(),
  environment: environmentChoiceSchema,
  /** Filmed episodes of each task; they may see another environment (larger pictures), so they are pinned too. */
  clips: z.object({ perTask: z.number().int().nonnegative(), environmentOptions: optionsSchema }),
});
/** Everything that can change a result of one policy. */
export type EvaluationConfiguration = z.infer<typeof configurationSchema>;

/** run.json. */
export const runFileSchema = z.object({
  format: z.literal("dsr.evaluation-run"),
  formatVersion: z.literal(1),
  /** Of the SDK that began the run. */
  version: z.string(),
  /** The command line that began the run. */
  command: z.string(),
  startedAt: z.string(),
  /** {@link hashOf} the configuration. */
  hash: z.string(),
  configuration: configurationSchema,
});
/** What run.json holds. */
export type RunFile = z.infer<typeof runFileSchema>;

/** JSON with sorted keys, so that equal configurations give equal texts; bigint as `123n`. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "bigint") return `${part}n`;
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    const entries = Object.entries(part as Record<string, unknown>);
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** SHA-256 of the canonical JSON, hexadecimal. */
export function hashOf(configuration: EvaluationConfiguration): string {
  return createHash("sha256").update(canonicalJson(configuration)).digest("hex");
}

/**
 * Refuses to go on with a run under other settings.
 * @throws InputError naming the first setting that differs
 */
export function checkSameConfiguration(pinned: RunFile, wanted: EvaluationConfiguration, where: string): void {
  if (pinned.hash === hashOf(wanted)) return;
  const keys = Object.keys(configurationSchema.shape) as (keyof EvaluationConfiguration)[];
  const differing = keys.filter((key) => canonicalJson(pinned.configuration[key]) !== canonicalJson(wanted[key]));
  const key = differing[0];
  if (key === undefined) return;
  const others = differing.length > 1 ? ` (and ${differing.slice(1).join(", ")})` : "";
  throw new InputError(
    `resume ${where}: expected the run's own ${key} ${shorten(canonicalJson(pinned.configuration[key]))}, ` +
      `found ${shorten(canonicalJson(wanted[key]))}${others}`,
  );
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
