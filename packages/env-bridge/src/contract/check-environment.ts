// A public validator of environments, after Gymnasium's check_env: plays a few steps and reports what breaks the
// contract. Knows nothing about how the environment is reached.
import { type Environment, type StepInfo, environmentSpecSchema } from "./environment.js";
import { messageOf } from "./errors.js";
import { isNdArray, bytesOf } from "./ndarray.js";
import { createRandom, type Seed } from "./random.js";
import { type SpaceValue, sample, violationOf } from "./spaces.js";

export interface EnvironmentProblem {
  /** The rule that was broken, such as `determinism`. */
  readonly rule: string;
  /** What was expected, what was found, and where. */
  readonly message: string;
}

export interface CheckOptions {
  readonly seed?: Seed;
  /** Steps of each of the two episodes that are played; 20 unless given. */
  readonly steps?: number;
  readonly task?: string | undefined;
}

/**
 * Checks an environment against the contract: its spec, its spaces at every step, types of reward and flags, info,
 * refusal of bad actions and unknown tasks, step before reset, and equal observations for equal seeds and actions.
 * Returns all problems found; an empty list means that the environment conforms. Never throws for a fault of the
 * environment, and does not close it.
 */
export async function checkEnvironment(
  environment: Environment,
  options: CheckOptions = {},
): Promise<readonly EnvironmentProblem[]> {
  const problems: EnvironmentProblem[] = [];
  const seen = new Set<string>();
  const report: Report = (rule, message, where) => {
    // a fault that repeats at every step is one problem, told where it was first seen
    if (seen.has(rule + message)) return;
    seen.add(rule + message);
    problems.push({ rule, message: where === undefined ? message : `${where}: ${message}` });
  };
  const spec = environmentSpecSchema.safeParse(environment.spec);
  if (!spec.success) {
    for (const issue of spec.error.issues) report("spec", `spec.${issue.path.join(".")}: ${issue.message}`);
    return problems;
  }
  await checkRefusals(environment, report);
  const first = await playEpisode(environment, options, report);
  const second = await playEpisode(environment, options, report);
  const differing = first.findIndex((bytes, i) => bytes !== second[i]);
  if (differing >= 0 || first.length !== second.length) {
    const at = differing >= 0 ? differing : Math.min(first.length, second.length);
    report("determinism", `same seed and actions: expected equal observations, found a difference at step ${at}`);
  }
  return problems;
}

type Report = (rule: string, message: string, where?: string) => void;

async function checkRefusals(environment: Environment, report: Report): Promise<void> {
  try {
    await environment.reset({ seed: "check", task: "no such task \u2620" });
    report("unknown-task", "reset with an unknown task: expected an error, found none");
  } catch {
    // refusing is right
  }
  try {
    await environment.reset({ seed: "check" });
    await environment.step("no such action \u2620");
    report("bad-action", "step with an action outside the space: expected an error, found none");
  } catch {
    // refusing is right
  }
}

async function playEpisode(environment: Environment, options: CheckOptions, report: Report): Promise<string[]> {
  const seed = options.seed ?? "check-environment";
  const random = createRandom(seed, "actions");
  const seen: string[] = [];
  try {
    const start = await environment.reset({ seed, task: options.task });
    checkObservation(environment, start.observation, "reset", report);
    checkInfo(environment, start.info, "reset", report);
    seen.push(fingerprintOf(start.observation));
    for (let step = 0; step < (options.steps ?? 20); step++) {
      const result = await environment.step(sample(environment.spec.actionSpace, random));
      checkObservation(environment, result.observation, `step ${step}`, report);
      checkInfo(environment, result.info, `step ${step}`, report);
      checkOutcome(result, report);
      seen.push(fingerprintOf(result.observation));
      if (result.terminated || result.truncated) break;
    }
  } catch (error) {
    report("exception", `a legal call failed: ${messageOf(error)}`);
  }
  return seen;
}

function checkObservation(environment: Environment, observation: unknown, where: string, report: Report): void {
  const violation = violationOf(environment.spec.observationSpace, observation, "observation");
  if (violation !== undefined) report("observation-space", violation, where);
}

function checkInfo(environment: Environment, info: StepInfo | undefined, where: string, report: Report): void {
  if (typeof info !== "object" || info === null) report("info", `expected an info record, found ${typeof info}`, where);
  else if (environment.spec.tasks.length > 0 && typeof info.success !== "boolean") {
    report("info", `expected info.success to be a boolean, found ${typeof info.success}`, where);
  }
}

function checkOutcome(
  result: { readonly reward: unknown; readonly terminated: unknown; readonly truncated: unknown },
  report: Report,
): void {
  if (typeof result.reward !== "number" || Number.isNaN(result.reward)) {
    report("reward", `expected a number, found ${String(result.reward)}`);
  }
  for (const flag of ["terminated", "truncated"] as const) {
    if (typeof result[flag] !== "boolean") report(flag, `expected a boolean, found ${typeof result[flag]}`);
  }
}

/** A text that is equal exactly when two observations have the same keys, types and bytes (64-bit FNV-1a of arrays). */
export function fingerprintOf(value: SpaceValue | undefined): string {
  if (isNdArray(value)) return `${value.dtype}[${value.shape.join(",")}]${fnv1a(bytesOf(value))}`;
  if (Array.isArray(value)) return `[${value.map((part: SpaceValue) => fingerprintOf(part)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const record = value as Readonly<Record<string, SpaceValue>>;
    return `{${Object.keys(record)
      .sort()
      .map((key) => `${key}:${fingerprintOf(record[key])}`)
      .join(",")}}`;
  }
  return `${typeof value}:${String(value)}`;
}

/** Two 32-bit FNV-1a hashes with different offsets; enough to tell observations apart, not to resist an attacker. */
function fnv1a(bytes: Uint8Array): string {
  let a = 0x811c9dc5;
  let b = 0x01234567;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x01000193) + (b >>> 15);
  }
  return (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0");
}
