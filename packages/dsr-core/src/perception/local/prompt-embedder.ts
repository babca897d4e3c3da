// From a laid-out prompt and a clip's features to the embeddings the language model reads.
// Knows nothing about scoring and writing.
import { CoreInputError } from "../../errors.js";
import { int64Data, joinFloats, tensorData } from "../../graph/data.js";
import type { NdData } from "../../graph/graph.js";
import type { GsmAttention } from "../answerer.js";
import { type OpenModel, sessionOf } from "./open-model.js";
import type { PairFeatures } from "./pair-encoder.js";
import type { PartTimer } from "./part-timer.js";
import { placeGrounding } from "./grounding-rows.js";
import { type PromptLayout, geometryPositions } from "./prompt-layout.js";
import { addRows, floatsOf, pickRows } from "./tensor-rows.js";

/** Embeddings [prompt, width], and where the GSM looked when the model has one. */
export interface EmbeddedPrompt {
  readonly rows: Float32Array;
  readonly attention: GsmAttention | undefined;
}

/** Embeddings [tokens, width] of token ids. */
export async function embedIds(model: OpenModel, ids: readonly number[]): Promise<Float32Array> {
  const found = await sessionOf(model, "embed_tokens").run({ input_ids: int64Data([1, ids.length], ids) });
  return floatsOf(found["inputs_embeds"], "inputs_embeds");
}

/** What a prompt's embeddings are made of. */
export interface EmbeddingInputs {
  readonly features: readonly PairFeatures[];
  readonly timer: PartTimer;
  /** Embeddings [prompt, width] of the prompt's ids; not changed. */
  readonly words: Float32Array;
}

/** Puts the clip's features on the video pads among the words, and the GSM's tokens after them. */
export async function embedPrompt(
  model: OpenModel,
  layout: PromptLayout,
  { features, timer, words }: EmbeddingInputs,
): Promise<EmbeddedPrompt> {
  const width = model.config.text.hiddenSize;
  const rows = words.slice();
  const vision = joinFloats(features.map((pair) => pair.vision));
  const geometry = features.flatMap((pair) => pair.geometry ?? []);
  const seen = model.config.fusion === "addition" ? addRows(vision, joinFloats(geometry)) : vision;
  const [pair] = features;
  const grid = [features.length, pair?.rows ?? 0, pair?.columns ?? 0] as const;
  rows.set(seen, layout.padsAt * width);
  if (layout.regions.length > 0)
    await timer.time("prefillMs", () => placeGrounding(model, layout, { rows, seen, grid }));
  if (model.config.fusion !== "gsm") return { rows, attention: undefined };
  const selected = await timer.time("gsmMs", () =>
    selectGeometry(model, layout, { text: rows, geometry: joinFloats(geometry) }),
  );
  rows.set(selected.tokens, (layout.padsAt + layout.pads) * width);
  return { rows, attention: { weights: selected.weights, queries: layout.extraPads, grid } };
}

/** The GSM reads the embeddings of the prompt's words, without chat and vision marks, and the clip's 3D tokens. */
async function selectGeometry(
  model: OpenModel,
  layout: PromptLayout,
  { text, geometry }: { readonly text: Float32Array; readonly geometry: Float32Array },
): Promise<{ readonly tokens: Float32Array; readonly weights: Float32Array }> {
  const width = model.config.text.hiddenSize;
  const nonText = new Set(model.config.tokens.nonText);
  const words = pickRows(text, width, (row) => !nonText.has(layout.ids[row] ?? 0));
  const batch = (rows: Float32Array): NdData => tensorData("float32", [1, rows.length / width, width], rows);
  const found = await sessionOf(model, "gsm").run({
    text_embeds: batch(words),
    geometry_features: batch(geometry),
    geometry_positions: geometryPositions(layout),
  });
  const tokens = floatsOf(found["geometry_tokens"], "geometry_tokens");
  if (tokens.length !== layout.extraPads * width)
    throw new CoreInputError(`gsm: expected ${layout.extraPads} tokens, found ${tokens.length / width}`);
  return { tokens, weights: floatsOf(found["gsm_attention"], "gsm_attention") };
}
