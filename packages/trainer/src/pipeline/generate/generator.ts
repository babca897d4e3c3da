// The seam between clips and the questions about them.
// Knows nothing about templates or language models.
import type { Clues } from "@dsr/dsr-core/geometry";
import type { Candidate, QuestionItem, RandomSource } from "@dsr/dsr-core/questions";
import type { Json } from "../../checkpoints/manifest.js";

/** What a generator made of one clip. */
export interface Generated {
  /** Questions whose wrong options are found later, among all clips. */
  readonly candidates: readonly Candidate[];
  /** Questions that came with their options, such as a language model's. */
  readonly items: readonly QuestionItem[];
  /** Why there are fewer than wanted, for the manifest. */
  readonly notes: readonly string[];
}

/** Makes questions about one clip. */
export interface Generator {
  readonly name: string;
  /** Everything that decides the questions; pinned in the manifest. */
  readonly settings: { readonly [key: string]: Json };
  generate(clues: Clues, options: { readonly random: RandomSource; readonly signal?: AbortSignal }): Promise<Generated>;
}
