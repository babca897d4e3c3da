// What a person decided about items: a log that only grows, and what it makes of the items.
// Knows nothing about pages or servers.
import { appendFile, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { jsonIfValid } from "@dsr/dsr-core/json-text";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { letters, type QuestionItem } from "@dsr/dsr-core/questions";
import { z } from "zod";
import { sha256 } from "../../checkpoints/manifest.js";

/** Name of the log in a data folder. */
export const decisionLog = "review.jsonl";

const text = z.string().trim().min(1);

/** Schema of one line of the log. */
export const decisionSchema = z.strictObject({
  /** See {@link itemKey}. */
  item: z.string().min(1),
  decision: z.enum(["accept", "reject", "edit"]),
  /** What an edit puts in place of the item's own. */
  question: text.optional(),
  options: z.array(text).length(4).readonly().optional(),
  correct: z.enum(letters).optional(),
  /** Why, in the reviewer's words. */
  note: z.string().optional(),
});
/** One decision. A later one about the same item replaces it. */
export type ReviewDecision = z.infer<typeof decisionSchema>;

/** A name for an item that its options do not change. */
export function itemKey({ video, type, question }: QuestionItem): string {
  return sha256(new TextEncoder().encode([video, type, question].join("\n"))).slice(0, 16);
}

/** The last decision about each item. @throws CoreInputError naming the line that is none */
export async function readDecisions(root: string): Promise<ReadonlyMap<string, ReviewDecision>> {
  const path = join(root, decisionLog);
  const lines = (await readFile(path, "utf8").catch(() => "")).split("\n");
  const last = new Map<string, ReviewDecision>();
  for (const [i, line] of lines.entries()) {
    // a line that was being written when the machine stopped has no end, and is the last
    if (line === "" || i === lines.length - 1) continue;
    const parsed = decisionSchema.safeParse(jsonIfValid(line));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new CoreInputError(
        `${path} line ${i + 1}: expected a decision, found at ${issue?.path.join(".")}: ${issue?.message}`,
      );
    }
    last.set(parsed.data.item, parsed.data);
  }
  return last;
}

/** Cuts off a last line that was being written when the machine stopped, so that the next one begins on its own. */
export async function mendDecisions(root: string): Promise<void> {
  const path = join(root, decisionLog);
  const log = await readFile(path, "utf8").catch(() => "");
  if (log !== "" && !log.endsWith("\n"))
    await truncate(path, Buffer.byteLength(log.slice(0, log.lastIndexOf("\n") + 1)));
}

/** Appends one line, in one write. */
export async function appendDecision(root: string, decision: ReviewDecision): Promise<void> {
  await appendFile(join(root, decisionLog), `${JSON.stringify(decision)}\n`);
}

/** Items after review: rejected ones left out, edited ones changed; unseen ones too where only reviewed ones are wanted. */
export function applyDecisions(
  items: readonly QuestionItem[],
  decisions: ReadonlyMap<string, ReviewDecision>,
  { onlyReviewed = false }: { readonly onlyReviewed?: boolean } = {},
): readonly QuestionItem[] {
  return items.flatMap((item) => {
    const found = decisions.get(itemKey(item));
    if (found === undefined) return onlyReviewed ? [] : [item];
    if (found.decision === "reject") return [];
    if (found.decision === "accept") return [item];
    const { question = item.question, options = item.options, correct = item.correct } = found;
    return [{ ...item, question, options, correct }];
  });
}
