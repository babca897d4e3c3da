// Qwen2.5-VL's vision tower: patches in, one token for each block of merged patches out.
// Knows nothing about videos or pixels. Attention stays within a temporal patch, so patches can be computed one by one.
import type { GraphBuilder } from "../../../graph/builder.js";
import { multiplyDimensions } from "../../../graph/dimension.js";
import { float32Data } from "../../../graph/data.js";
import type { Value } from "../../../graph/graph.js";
import { attend, mergeHeads, splitHeads } from "../../../graph/layers/attention.js";
import { applyLinear, linear } from "../../../graph/layers/linear.js";
import { activate, gatedMlp } from "../../../graph/layers/mlp.js";
import { rmsNorm } from "../../../graph/layers/normalization.js";
import { rotate, rotaryFrequencies, type RotaryTables } from "../../../graph/layers/rotary.js";
import { add, cosine, multiply, sine } from "../../../graph/operators/elementwise.js";
import { concat, gather, reshape, split, unsqueeze } from "../../../graph/operators/movement.js";
import type { VisionConfig } from "../config/config.js";
import { positionsOfGrid } from "../geometry/position-embedding.js";
import { attentionWindows, type AttentionWindows } from "./attention-windows.js";
import { asFloats, patchPlaces, type PatchGrid, type PatchPlaces } from "./patch-grid.js";

const NAME = "visual";
const THETA = 10_000;
const NORM_EPSILON = 1e-6;

/** Elements of a flattened patch: channels × frames × side². */
export function patchLength(config: VisionConfig): number {
  return config.channels * config.temporalPatchSize * config.patchSize ** 2;
}

/**
 * [all patches, patch length] → [temporal, patches, width]: a convolution over whole patches is one product. Where the
 * configuration has a position grid, embeddings of places are added.
 */
function embedPatches(builder: GraphBuilder, pixels: Value, config: VisionConfig, grid: PatchGrid): Value {
  const { hiddenSize, channels, temporalPatchSize, patchSize, positionGrid: side } = config;
  const size = patchLength(config);
  const shape = [hiddenSize, channels, temporalPatchSize, patchSize, patchSize];
  const initializer = { kind: "normal", deviation: 1 / Math.sqrt(size) } as const;
  const kernel = builder.parameter(`${NAME}.patch_embed.proj.weight`, shape, initializer);
  const tokens = applyLinear(builder, pixels, reshape(builder, kernel, [hiddenSize, size]));
  const patches = reshape(builder, tokens, [grid.temporal, grid.patches, hiddenSize]);
  if (side === 0) return patches;
  const positions = builder.parameter(`${NAME}.patch_embed.positions`, [side * side, hiddenSize], {
    kind: "normal",
    deviation: 0.3,
  });
  return add(builder, patches, positionsOfGrid(builder, positions, side, grid));
}

/** Tables [1, 1, patches, head size]: half the frequencies turn by row, half by column. */
function rotaryOfPlaces(builder: GraphBuilder, places: PatchPlaces, headSize: number): RotaryTables {
  const frequencies = rotaryFrequencies(headSize / 2, THETA);
  const row = builder.shared(float32Data([frequencies.length], frequencies));
  const angles = [places.rows, places.columns].map((along) =>
    multiply(builder, unsqueeze(builder, asFloats(builder, along), [1]), row),
  );
  const all = unsqueeze(builder, concat(builder, [...angles, ...angles], 1), [0, 1]);
  return { cosine: cosine(builder, all), sine: sine(builder, all) };
}

interface Surroundings {
  readonly config: VisionConfig;
  readonly grid: PatchGrid;
  readonly rotary: RotaryTables;
  readonly windows: AttentionWindows | undefined;
}

interface Heads {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
}

/** Attention within windows: heads [temporal, heads, patches, size] are seated, attend, and go back to their places. */
function attendInWindows(builder: GraphBuilder, heads: Heads, around: Surroundings, windows: AttentionWindows): Value {
  const { hiddenSize, heads: count } = around.config;
  const { temporal, patches } = around.grid;
  const size = hiddenSize / count;
  const groups = multiplyDimensions(temporal, count);
  const seated = (x: Value): Value =>
    reshape(builder, gather(builder, x, windows.patchOfSeat, 2), [groups, windows.count, windows.seats, size]);
  const inputs = { query: seated(heads.query), key: seated(heads.key), value: seated(heads.value) };
  const mixed = attend(builder, inputs, { bias: windows.bias });
  const rows = reshape(builder, mixed, [temporal, count, multiplyDimensions(windows.count, windows.seats), size]);
  return reshape(builder, gather(builder, rows, windows.seatOfPatch, 2), [temporal, count, patches, size]);
}

function selfAttention(builder: GraphBuilder, name: string, x: Value, around: Surroundings): Value {
  const { hiddenSize, heads } = around.config;
  const joint = linear(builder, `${name}.qkv`, x, 3 * hiddenSize, { bias: true });
  const [query = x, key = x, value = x] = split(builder, joint, [hiddenSize, hiddenSize, hiddenSize], 2).map((part) =>
    splitHeads(builder, part, heads),
  );
  const turned = { query: rotate(builder, query, around.rotary), key: rotate(builder, key, around.rotary), value };
  const mixed =
    around.windows === undefined ? attend(builder, turned) : attendInWindows(builder, turned, around, around.windows);
  const deviation = 1 / Math.sqrt(2 * around.config.depth * hiddenSize);
  return linear(builder, `${name}.proj`, mergeHeads(builder, mixed), hiddenSize, { bias: true, deviation });
}

function block(builder: GraphBuilder, name: string, x: Value, around: Surroundings): Value {
  const { intermediateSize: hidden, activation, depth } = around.config;
  return builder.scoped(name, () => {
    const mixed = builder.scoped("attention", () => {
      const input = rmsNorm(builder, `${name}.norm1`, x, NORM_EPSILON);
      return add(builder, x, selfAttention(builder, `${name}.attn`, input, around));
    });
    return builder.scoped("mlp", () => {
      const input = rmsNorm(builder, `${name}.norm2`, mixed, NORM_EPSILON);
      const outputDeviation = 1 / Math.sqrt(2 * depth * hidden);
      const options = { hidden, activation, bias: true, outputDeviation };
      return add(builder, mixed, gatedMlp(builder, `${name}.mlp`, input, options));
    });
  });
}

/** Two maps with GELU between, weights `<name>.0` and `<name>.2`, as Qwen's mergers have them. */
export function mergerMlp(builder: GraphBuilder, name: string, x: Value, outputs: number): Value {
  const width = Number(x.shape.at(-1));
  const hidden = activate(builder, "gelu", linear(builder, `${name}.0`, x, width, { bias: true }));
  return linear(builder, `${name}.2`, hidden, outputs, { bias: true });
}

/** What the tower is made of and looks at. */
export interface VisionTowerOptions {
  readonly config: VisionConfig;
  readonly grid: PatchGrid;
}

/** The merger's norm of patch tokens, before they are put side by side. */
export function normalizedPatchTokens(builder: GraphBuilder, x: Value): Value {
  return rmsNorm(builder, `${NAME}.merger.ln_q`, x, NORM_EPSILON);
}

/** [temporal, patches, width] → [temporal·blocks, outputs]: the patches of a block side by side, then two maps. */
export function mergePatchTokens(
  builder: GraphBuilder,
  x: Value,
  { config, grid, outputs }: VisionTowerOptions & { readonly outputs: number },
): Value {
  const tokens = multiplyDimensions(grid.temporal, grid.blocks);
  return builder.scoped(`${NAME}.merger`, () => {
    const normal = normalizedPatchTokens(builder, x);
    const joined = reshape(builder, normal, [tokens, config.hiddenSize * grid.merge ** 2]);
    return mergerMlp(builder, `${NAME}.merger.mlp`, joined, outputs);
  });
}

/**
 * Patch tokens [temporal, patches, width] after all blocks of flattened patches float32 [temporal·patches,
 * channels·frames·side²] in Qwen2-VL's order, normalised. Weights have the reference's names under `visual`.
 */
export function visionPatchTokens(builder: GraphBuilder, pixels: Value, { config, grid }: VisionTowerOptions): Value {
  const places = builder.scoped(`${NAME}.places`, () => patchPlaces(builder, grid));
  const rotary = builder.scoped(`${NAME}.rotary`, () =>
    rotaryOfPlaces(builder, places, config.hiddenSize / config.heads),
  );
  const blocks = Array.from({ length: config.depth }, (_, position) => position);
  const windowed = blocks.some((position) => !config.fullAttentionBlocks.includes(position));
  const windows = windowed
    ? builder.scoped(`${NAME}.windows`, () => attentionWindows(builder, grid, places, config))
    : undefined;
  const embedded = builder.scoped(`${NAME}.patch_embed`, () => embedPatches(builder, pixels, config, grid));
  return blocks.reduce((x, position) => {
    const whole = config.fullAttentionBlocks.includes(position);
    return block(builder, `${NAME}.blocks.${position}`, x, {
      config,
      grid,
      rotary,
      windows: whole ? undefined : windows,
    });
  }, embedded);
}

/** Vision tokens [temporal·blocks, outputs] of flattened patches; see {@link visionPatchTokens}. */
export function visionTower(
  builder: GraphBuilder,
  pixels: Value,
  options: VisionTowerOptions & { readonly outputs: number },
): Value {
  return mergePatchTokens(builder, visionPatchTokens(builder, pixels, options), options);
}
