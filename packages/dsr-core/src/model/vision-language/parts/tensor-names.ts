// The names of weights as released Qwen2.5-VL and DSR checkpoints have them, and how newer files' names map to them.
// Knows nothing about shapes or files.

const RENAMINGS: readonly (readonly [from: string, to: string])[] = [
  ["model.visual.", "visual."],
  ["model.language_model.", "model."],
  ["language_model.model.", "model."],
  ["language_model.lm_head.", "lm_head."],
];

/** The released checkpoints' name of a weight; names that already are such stay. */
export function canonicalTensorName(name: string): string {
  const renaming = RENAMINGS.find(([from]) => name.startsWith(from));
  return renaming === undefined ? name : renaming[1] + name.slice(renaming[0].length);
}

/** Some writers store a head that shares its matrix with the token embedding, and others do not. */
const IGNORED = [/\.rotary_emb\.inv_freq$/, /\.mask_token$/, /^lm_head\.weight$/];

/** Whether a tensor may lie in a checkpoint without being a weight of the model, where the model has none of its name. */
export function isIgnoredTensor(name: string): boolean {
  return IGNORED.some((pattern) => pattern.test(name));
}
