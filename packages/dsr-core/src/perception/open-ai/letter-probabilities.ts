// Probabilities of the options' letters out of a server's log-probabilities.
// Knows nothing about requests.
import type { ChatCompletion } from "openai/resources/chat/completions";
import { letterOf } from "../answerer.js";

type Logprobs = NonNullable<ChatCompletion.Choice["logprobs"]>;

/**
 * Probability of each option by the first written token that is a letter of one, normalised over the options. Letters
 * outside the server's list of likely tokens count as 0. Undefined when the server gave no log-probabilities or none of
 * the letters.
 */
export function letterProbabilities(
  logprobs: Logprobs | null | undefined,
  options: number,
): readonly number[] | undefined {
  for (const { token, logprob, top_logprobs: alternatives } of logprobs?.content ?? []) {
    if (optionOf(token, options) === undefined) continue;
    const likely = alternatives.length > 0 ? alternatives : [{ token, logprob }];
    return normalized(likely, options);
  }
  return undefined;
}

function normalized(likely: readonly { token: string; logprob: number }[], options: number): readonly number[] {
  const masses = Array.from({ length: options }, () => 0);
  for (const { token, logprob } of likely) {
    const option = optionOf(token, options);
    if (option !== undefined) masses[option] = (masses[option] ?? 0) + Math.exp(logprob);
  }
  const sum = masses.reduce((total, mass) => total + mass, 0);
  return masses.map((mass) => mass / sum);
}

/** The option that a token names: `A`, ` A` and `(A` are the first one. */
function optionOf(token: string, options: number): number | undefined {
  const letter = token.replace(/^[\s(*]+/, "").replace(/[\s).:*]+$/, "");
  const option = Array.from({ length: options }, (_, index) => letterOf(index)).indexOf(letter);
  return option < 0 ? undefined : option;
}
