// Asks again while the reply makes no sense, a bounded number of times.
// Knows nothing about what a valid reply is.
import type { LanguageModel, Prompt } from "./language-model.js";

/** What is wrong with a reply, in words for the manifest. */
export interface Fault {
  readonly fault: string;
}

/** Replies asked for before a question is given up. */
export const defaultAttempts = 4;

/** How often, and until when. */
export interface AskOptions {
  readonly attempts?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The first valid reply, or the last one's fault. Each further try says that it is one, so that caches do not repeat. */
export async function askUntilValid<T extends object>(
  model: LanguageModel,
  prompt: Prompt,
  parse: (reply: string) => T | Fault,
  { attempts = defaultAttempts, signal }: AskOptions = {},
): Promise<T | Fault> {
  let last: Fault = { fault: "reply: expected one, asked for none" };
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const hint = attempt === 1 ? "" : `\n\nYour reply before this was not in the wanted form (${last.fault}).`;
    const found = parse(await model.complete({ ...prompt, text: prompt.text + hint }, signal));
    if (!("fault" in found)) return found;
    last = found;
  }
  return { fault: `${last.fault} (${attempts} replies)` };
}
