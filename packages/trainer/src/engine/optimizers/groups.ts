// Which weights are moved by which rule.
// Knows nothing about graphs beyond names and shapes.
import { InputError } from "@dsr/env-bridge/contract";
import type { Parameter } from "@dsr/dsr-core/graph";
import { adamW, type AdamWOptions } from "./adamw.js";
import { muon, type MuonOptions } from "./muon.js";
import type { UpdateRule } from "./optimizer.js";

/** An optimiser and its settings. */
export type OptimizerOptions = AdamWOptions | MuonOptions;

/** Weights that share a rule. A weight belongs to the first group that takes it. */
export interface ParameterGroup {
  readonly name: string;
  readonly matches: (parameter: Parameter) => boolean;
  readonly optimizer: OptimizerOptions;
  /** Factor on the learning rate; 1 when absent. */
  readonly rateFactor?: number;
}

/** The rule of an optimiser's options. */
export function updateRule(options: OptimizerOptions): UpdateRule {
  return options.kind === "adamw" ? adamW(options) : muon(options);
}

/** The group of a weight; an error when no group takes it. */
export function groupOf(parameter: Parameter, groups: readonly ParameterGroup[]): ParameterGroup {
  const group = groups.find((each) => each.matches(parameter));
  if (group !== undefined) return group;
  const names = groups.map((each) => each.name).join(", ");
  throw new InputError(
    `weight '${parameter.value.name}': expected a parameter group that takes it, found none (${names})`,
  );
}

const EMBEDDING_OR_HEAD = /embed|lm_head|head\b|positions/;

/** Whether a weight is a matrix inside the network: Muon is for these, not for embeddings, heads, biases or scales. */
export function isHiddenMatrix(parameter: Parameter): boolean {
  return parameter.value.shape.length === 2 && !EMBEDDING_OR_HEAD.test(parameter.value.name);
}

/** AdamW for all weights, decay on matrices only. */
export function adamWGroups(options: Omit<AdamWOptions, "kind"> = {}): readonly ParameterGroup[] {
  const { weightDecay = 0, ...rest } = options;
  return [
    {
      name: "matrices",
      matches: ({ value }) => value.shape.length > 1,
      optimizer: { kind: "adamw", weightDecay, ...rest },
    },
    { name: "vectors", matches: () => true, optimizer: { kind: "adamw", ...rest } },
  ];
}

/** Muon for matrices inside the network, AdamW for the rest. */
export function muonGroups(
  options: { readonly muon?: Omit<MuonOptions, "kind">; readonly adamw?: Omit<AdamWOptions, "kind"> } = {},
): readonly ParameterGroup[] {
  return [
    { name: "hidden matrices", matches: isHiddenMatrix, optimizer: { kind: "muon", ...options.muon } },
    ...adamWGroups(options.adamw),
  ];
}
