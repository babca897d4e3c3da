// Settings of the policy `dsr`.
// Knows nothing about models.
import { InputError, type SpaceRecord, unknownNameError } from "@dsr/env-bridge/contract";
import { z } from "zod";

/** How the model is run. */
export const runtimeSettings = {
  device: z.enum(["auto", "cpu", "cuda", "webgpu", "dml", "coreml"]).default("auto"),
  precision: z.string().optional(),
  /** One thread unless given: evaluation plays on several processes. */
  threads: z.number().int().positive().max(1024).default(1),
} as const;

/** How chunks become actions. */
export const decisionSettings = {
  /** 0 takes the likeliest choice, 1 draws as the model says. */
  temperature: z.number().min(0).max(100).default(1),
  /** By component: from which probability of doing anything something is done. */
  thresholds: z.record(z.string(), z.number().min(0).max(1)).default({}),
  /** Actions carried out before the model is asked again; half a chunk unless given. */
  replan: z.number().int().positive().optional(),
  /** Averages overlapping chunks, older ones weighing exp(decay·age) as much; not at all unless given. */
  aggregate: z.number().min(0).optional(),
  /** Steps from one blow to the next at least. */
  attackInterval: z.number().int().positive().default(1),
} as const;

const schema = z.strictObject({ ...runtimeSettings, ...decisionSettings, model: z.string().min(1) });

/** Everything that can be set. */
export type DsrSettings = z.output<typeof schema>;
/** What can be set where the model is open already. */
export type DecisionSettings = Pick<DsrSettings, keyof typeof decisionSettings>;

/** Reads options of a policy. @throws InputError naming the option, what is expected and what was found */
export function parsePolicyOptions<Schema extends z.ZodObject>(
  policy: string,
  shape: Schema,
  options: SpaceRecord,
): z.output<Schema> {
  const parsed = shape.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys")
    throw unknownNameError(`option of policy '${policy}'`, issue.keys[0] ?? "", Object.keys(shape.shape));
  const place = issue?.path.map(String).join(".") ?? "";
  const found = JSON.stringify(options[String(issue?.path[0] ?? "")]) ?? "nothing";
  throw new InputError(`policy '${policy}', option ${place}: ${issue?.message ?? "not valid"}, found ${found}`);
}

/** Settings of the policy `dsr`. @throws InputError */
export function parseDsrSettings(options: SpaceRecord): DsrSettings {
  if (options["model"] === undefined)
    throw new InputError(
      "policy 'dsr': expected --model, the folder of a converted model with an action head, found none",
    );
  return parsePolicyOptions("dsr", schema, options);
}

/** Settings of decisions alone. @throws InputError */
export function parseDecisionSettings(options: SpaceRecord): DecisionSettings {
  return parsePolicyOptions("dsr", z.strictObject(decisionSettings), options);
}
