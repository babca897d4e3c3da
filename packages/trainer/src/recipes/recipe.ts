// What a recipe is: a name, a configuration schema with defaults, and the way to a training task.
// Knows nothing about particular recipes.
import type { z } from "zod";
import { InputError, unknownNameError } from "@dsr/env-bridge/contract";
import type { TrainingTask } from "../training/index.js";

/** A named way to train a model. All fields of its configuration have defaults. */
export interface Recipe {
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodObject;
  /** Makes the task of a configuration, defaults filled in. Throws InputError naming the field that is wrong. */
  prepare(configuration: Readonly<Record<string, unknown>>): TrainingTask;
}

/** Ties a schema to the function that makes a task from its output. */
export function defineRecipe<Schema extends z.ZodObject>(
  definition: Pick<Recipe, "name" | "description"> & {
    readonly schema: Schema;
    readonly task: (configuration: z.output<Schema>) => TrainingTask;
  },
): Recipe {
  const { name, description, schema, task } = definition;
  return {
    name,
    description,
    schema,
    prepare: (configuration) => task(parseConfiguration(name, schema, configuration)),
  };
}

/** The schema's output. Throws InputError naming the recipe, the field, what is expected and what was found. */
export function parseConfiguration<Schema extends z.ZodObject>(
  name: string,
  schema: Schema,
  configuration: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(configuration);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.code === "unrecognized_keys") {
    throw unknownNameError(`setting of recipe '${name}'`, issue.keys[0] ?? "", Object.keys(schema.shape));
  }
  const place = issue?.path.join(".") ?? "";
  const found = JSON.stringify((configuration as Readonly<Record<string, unknown>>)[place]) ?? "nothing";
  if (issue !== undefined && place !== "" && found === "nothing") {
    const expected = issue.code === "invalid_type" ? `expected ${issue.expected}` : issue.message;
    throw new InputError(`recipe '${name}', ${place}: ${expected}, found nothing; give it by --set ${place}=…`);
  }
  const where = place === "" ? `recipe '${name}'` : `recipe '${name}', ${place}`;
  throw new InputError(`${where}: ${issue?.message ?? "not valid"}${place === "" ? "" : `, found ${found}`}`);
}
