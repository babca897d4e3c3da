// Chooses one action from the probabilities of its components.
// Knows nothing about where they come from.
import {
  type Observation,
  type Random,
  encodeMinedojoAction,
  minedojoComponents,
  minedojoFunctions,
} from "@dsr/env-bridge/contract";
import type { StepProbabilities } from "./chunk-aggregation.js";
import { legalChoices } from "./legal-choices.js";
import { normalized } from "./probabilities.js";

/** How choices are made. */
export interface ChoiceRules {
  /** 0 takes the likeliest choice, 1 draws as the model says, more evens out. */
  readonly temperature: number;
  /**
   * By component: the probability of doing anything at all from which something is done; below it the neutral choice is
   * taken. Components without one are drawn as a whole.
   */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Functions that may not be used now. */
  readonly forbidden: readonly (typeof minedojoFunctions)[number][];
  readonly cameraInterval: number;
}

/** The eight integers; components that the model does not decide stay neutral. */
export function chooseAction(
  probabilities: StepProbabilities,
  {
    observation,
    rules,
    random,
  }: { readonly observation: Observation; readonly rules: ChoiceRules; readonly random: Random },
): readonly number[] {
  const neutral = encodeMinedojoAction({}, rules.cameraInterval);
  const action = [...neutral];
  minedojoComponents.forEach((name, place) => {
    const given = probabilities.get(name);
    if (given === undefined) return;
    const used = action[minedojoComponents.indexOf("function")] ?? 0;
    const legal = legalChoices(observation, name, used);
    const allowed = given.map((probability, choice) => (isAllowed(choice, name, { legal, rules }) ? probability : 0));
    action[place] = choose(normalized(allowed), { name, idle: neutral[place] ?? 0, rules, random });
  });
  return action;
}

function isAllowed(
  choice: number,
  component: string,
  { legal, rules }: { readonly legal: readonly boolean[] | undefined; readonly rules: ChoiceRules },
): boolean {
  if (legal?.[choice] === false) return false;
  const called = minedojoFunctions[choice];
  return component !== "function" || called === undefined || !rules.forbidden.includes(called);
}

interface ChoiceOf {
  readonly name: string;
  readonly idle: number;
  readonly rules: ChoiceRules;
  readonly random: Random;
}

function choose(probabilities: readonly number[], { name, idle, rules, random }: ChoiceOf): number {
  const threshold = rules.thresholds[name];
  if (threshold === undefined) return draw(probabilities, rules.temperature, random);
  if (1 - (probabilities[idle] ?? 0) < threshold) return idle;
  const others = probabilities.map((probability, choice) => (choice === idle ? 0 : probability));
  return others.some((probability) => probability > 0) ? draw(others, rules.temperature, random) : idle;
}

/** Draws with probabilities raised to 1 / temperature. */
function draw(probabilities: readonly number[], temperature: number, random: Random): number {
  const likeliest = probabilities.indexOf(Math.max(...probabilities));
  if (temperature === 0) return likeliest;
  const scaled = normalized(probabilities.map((probability) => probability ** (1 / temperature)));
  let left = random.float();
  for (const [choice, probability] of scaled.entries()) {
    left -= probability;
    if (left < 0 && probability > 0) return choice;
  }
  return likeliest;
}
