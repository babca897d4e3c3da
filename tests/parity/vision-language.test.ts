// The model family against Hugging Face's transformers (vision tower, decoder, DINOv2) and an independent PyTorch GSM.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NdData, float32Data } from "@dsr/dsr-core/graph";
import { type Fusion, modelTensors, patchGrid, geometryEncoder, renormalizedFrames } from "@dsr/dsr-core/model";
import type { RuntimeSession } from "@dsr/dsr-core/runtime";
import { type VisionLanguageGolden, configOf, integers, loadVisionLanguageGolden } from "./support/vision-language.js";
import { openGraph, openPart, pixelsOf } from "./support/vision-language.js";

let golden: VisionLanguageGolden;
let tensors: ReadonlyMap<string, NdData>;
const open: RuntimeSession[] = [];

beforeAll(async () => {
  ({ golden, tensors } = await loadVisionLanguageGolden());
});
afterAll(() => Promise.all(open.map((session) => session.close())));

async function part(name: Parameters<typeof openPart>[1], fusion: Fusion = "gsm"): Promise<RuntimeSession> {
  const session = await openPart(configOf(golden, fusion, tensors), name, tensors);
  open.push(session);
  return session;
}

function expected(name: string): NdData {
  const found = tensors.get(`golden/${name}`);
  if (found === undefined) throw new TypeError(`the golden has no tensor ${name}`);
  return found;
}

/** max |Δ|, printed; both shapes must agree. */
function difference(what: string, found: NdData | undefined, reference: NdData): number {
  expect(found?.shape).toEqual(reference.shape);
  const [a, b] = [found?.data as Float32Array, reference.data as Float32Array];
  let largest = 0;
  for (let place = 0; place < b.length; place++)
    largest = Math.max(largest, Math.abs((a[place] ?? Number.NaN) - (b[place] ?? 0)));
  console.log(`${what} against ${golden.reference}: max |Δ| ${largest.toExponential(1)}`);
  return largest;
}

function videoFeeds(): Readonly<Record<string, NdData>> {
  const { grid } = golden;
  const config = configOf(golden, "gsm", tensors).vision;
  const length = config.channels * config.temporalPatchSize * config.patchSize ** 2;
  return { pixel_values: pixelsOf(grid[0] * grid[1] * grid[2], length), image_grid_thw: integers([1, 3], grid) };
}

test("every weight of the golden is one of the model's, and the other way round", () => {
  const names = modelTensors(configOf(golden, "gsm", tensors));
  const given = [...tensors.keys()].filter((name) => !name.startsWith("golden/"));
  expect(given.sort()).toEqual([...names.keys()].sort());
});

test("vision features", async () => {
  const found = await (await part("vision_encoder")).run(videoFeeds());
  // float32 sums in another order, four blocks deep
  expect(difference("vision features", found["image_features"], expected("image_features"))).toBeLessThan(2e-5);
});

test("a temporal patch alone has the features it has among others, to the bit", async () => {
  const session = await part("vision_encoder");
  const { pixel_values: pixels } = videoFeeds();
  const [temporal, rows, columns] = golden.grid;
  const all = (await session.run(videoFeeds()))["image_features"]?.data as Float32Array;
  const elements = pixels?.data as Float32Array;
  for (let time = 0; time < temporal; time++) {
    const size = elements.length / temporal;
    const own = float32Data([rows * columns, size / (rows * columns)], elements.slice(time * size, (time + 1) * size));
    const one = await session.run({ pixel_values: own, image_grid_thw: integers([1, 3], [1, rows, columns]) });
    const length = all.length / temporal;
    expect(one["image_features"]?.data).toEqual(all.slice(time * length, (time + 1) * length));
  }
});

describe("geometry", () => {
  test("patch tokens of DINOv2 with registers, positions interpolated to a grid that is no square", async () => {
    const config = configOf(golden, "gsm", tensors);
    const { vision, geometry } = config;
    if (geometry === undefined) throw new TypeError("the golden has a geometry encoder");
    const grid = patchGrid(golden.grid[0], golden.grid[1] / 2, golden.grid[2] / 2, 2);
    const feeds = videoFeeds();
    const session = await openGraph((builder) => {
      const pixels = builder.input("pixel_values", "float32", feeds["pixel_values"]?.shape ?? []);
      const frames = renormalizedFrames(builder, pixels, vision, grid);
      builder.output("tokens", geometryEncoder(builder, frames, { config: geometry, vision, grid }));
    }, tensors);
    open.push(session);
    const found = await session.run({ pixel_values: feeds["pixel_values"] ?? float32Data([0], []) });
    // the tower's order of patches (blocks of 2 × 2) back to rows
    const [rows, columns] = [golden.grid[1], golden.grid[2]];
    const width = geometry.hiddenSize;
    const tokens = found["tokens"]?.data as Float32Array;
    const raster = new Float32Array(tokens.length);
    for (let token = 0; token < tokens.length / width; token++) {
      const [frame, place] = [Math.floor(token / (rows * columns)), token % (rows * columns)];
      const [block, inner] = [place >> 2, place & 3];
      const row = 2 * Math.floor(block / (columns / 2)) + (inner >> 1);
      const column = 2 * (block % (columns / 2)) + (inner & 1);
      raster.set(
        tokens.subarray(token * width, (token + 1) * width),
        ((frame * rows + row) * columns + column) * width,
      );
    }
    const reference = expected("geometry_patch_tokens");
    expect(difference("DINOv2 patch tokens", float32Data(reference.shape, raster), reference)).toBeLessThan(2e-5);
  });

  test("merged geometry tokens, grid known only at run time", async () => {
    const found = await (await part("geometry_encoder")).run(videoFeeds());
    const reference = expected("geometry_features");
    expect(difference("geometry features", found["geometry_features"], reference)).toBeLessThan(2e-5);
  });
});

describe("GSM", () => {
  /** int64 [3, 1, tokens]: the video's positions from zero on. */
  function gridPositions(): NdData {
    const { videoStart, positions } = golden.variants.gsm;
    const count = expected("image_features").shape[0] ?? 0;
    const own = positions.flatMap((axis) => axis.slice(videoStart, videoStart + count).map((at) => at - videoStart));
    return integers([3, 1, count], own);
  }

  function batched(data: NdData): NdData {
    return { ...data, shape: [1, ...data.shape] };
  }

  test("geometry tokens and attention", async () => {
    const found = await (
      await part("gsm")
    ).run({
      text_embeds: batched(expected("gsm/text_embeds")),
      geometry_features: batched(expected("geometry_features")),
      geometry_positions: gridPositions(),
    });
    const tokens = difference("geometry tokens", found["geometry_tokens"], batched(expected("gsm/geometry_tokens")));
    expect(tokens).toBeLessThan(1e-5);
    const attention = difference("GSM attention", found["gsm_attention"], batched(expected("gsm/attention")));
    expect(attention).toBeLessThan(1e-6);
  });
});

describe.each(["plain", "addition", "gsm"] as const)("decoder, %s", (fusion) => {
  /** Embeddings of the prompt with vision and geometry in place, [1, tokens, width]. */
  async function promptEmbeddings(): Promise<NdData> {
    const { inputIds, videoStart } = golden.variants[fusion];
    const embed = await part("embed_tokens", fusion);
    const found = await embed.run({ input_ids: integers([1, inputIds.length], inputIds) });
    const embeddings = found["inputs_embeds"] ?? float32Data([0], []);
    const elements = embeddings.data as Float32Array;
    const width = embeddings.shape[2] ?? 0;
    const features = (expected("image_features").data as Float32Array).slice();
    const geometry = expected("geometry_features").data;
    if (fusion === "addition") features.forEach((value, at) => (features[at] = value + Number(geometry[at])));
    elements.set(features, videoStart * width);
    if (fusion === "gsm")
      elements.set(expected("gsm/geometry_tokens").data as Float32Array, videoStart * width + features.length);
    return embeddings;
  }

  function emptyCache(): Readonly<Record<string, NdData>> {
    const { layers, keyValueHeads, headSize } = configOf(golden, fusion, tensors).text;
    const empty = float32Data([1, keyValueHeads, 0, headSize], []);
    const names = Array.from({ length: layers }, (_, layer) => ["key", "value"].map((kind) => `${layer}.${kind}`));
    return Object.fromEntries(names.flat().map((name) => [`past_key_values.${name}`, empty]));
  }

  function feedsOf(embeddings: NdData, positions: readonly (readonly number[])[], keep: number) {
    const tokens = embeddings.shape[1] ?? 0;
    return {
      inputs_embeds: embeddings,
      position_ids: integers(
        [3, 1, tokens],
        positions.flatMap((axis) => axis.slice(-tokens)),
      ),
      attention_mask: integers(
        [1, positions[0]?.length ?? 0],
        Array.from(positions[0] ?? [], () => 1),
      ),
      num_logits_to_keep: integers([], [keep]),
    };
  }

  function largestAt(logits: NdData | undefined): number {
    const { data, shape } = logits ?? float32Data([0], []);
    const last = (data as Float32Array).slice(-(shape[2] ?? 0));
    return last.indexOf(Math.max(...last));
  }

  test("logits", async () => {
    const { positions } = golden.variants[fusion];
    const feeds = feedsOf(await promptEmbeddings(), positions, 8);
    const found = await (await part("decoder_model_merged", fusion)).run({ ...feeds, ...emptyCache() });
    const reference = expected(`${fusion}/logits`);
    const logits = found["logits"] ?? float32Data([0], []);
    // the bound; float32 sums in another order, three layers deep
    expect(difference("logits", { ...logits, shape: logits.shape.slice(1) }, reference)).toBeLessThan(2e-4);
  });

  test.each([true, false])("32 greedy tokens, with a key/value cache: %s", async (cached) => {
    const [session, embed] = [await part("decoder_model_merged", fusion), await part("embed_tokens", fusion)];
    const { greedy } = golden.variants[fusion];
    let positions: readonly (readonly number[])[] = golden.variants[fusion].positions;
    let embeddings = await promptEmbeddings();
    let fresh = embeddings;
    let cache = emptyCache();
    const ids: number[] = [];
    while (ids.length < greedy.length) {
      const found = await session.run({ ...feedsOf(cached ? fresh : embeddings, positions, 1), ...cache });
      ids.push(largestAt(found["logits"]));
      const next = Math.max(...positions.map((axis) => axis.at(-1) ?? 0)) + 1;
      positions = positions.map((axis) => [...axis, next]);
      fresh = (await embed.run({ input_ids: integers([1, 1], ids.slice(-1)) }))["inputs_embeds"] ?? fresh;
      const width = fresh.shape[2] ?? 0;
      const joined = [...(embeddings.data as Float32Array), ...(fresh.data as Float32Array)];
      embeddings = float32Data([1, joined.length / width, width], joined);
      if (cached)
        cache = Object.fromEntries(
          Object.keys(cache).map((name) => [name, found[name.replace("past_key_values", "present")] ?? fresh]),
        );
    }
    expect(ids).toEqual(greedy);
  });
});
