// The geometry encoder: DINOv2 with registers, as π³ uses it, on the frames behind the vision tower's patches.
// Knows nothing about the language model. Weights have the released checkpoints' names under `visual.spatial_encoder`.
import type { GraphBuilder } from "../../../graph/builder.js";
import { multiplyDimensions } from "../../../graph/dimension.js";
import type { Value } from "../../../graph/graph.js";
import { attend, mergeHeads, splitHeads } from "../../../graph/layers/attention.js";
import { applyLinear, learned, linear, residualDeviation } from "../../../graph/layers/linear.js";
import { mlp } from "../../../graph/layers/mlp.js";
import { layerNorm } from "../../../graph/layers/normalization.js";
import { add, multiply } from "../../../graph/operators/elementwise.js";
import { concat, expand, reshape, slice, split } from "../../../graph/operators/movement.js";
import type { GeometryEncoderConfig, VisionConfig } from "../config/config.js";
import type { PatchGrid } from "../vision/patch-grid.js";
import { positionsOfGrid } from "./position-embedding.js";

const NAME = "visual.spatial_encoder";

/** What the encoder is made of and looks at. */
export interface GeometryEncoderOptions {
  readonly config: GeometryEncoderConfig;
  readonly vision: VisionConfig;
  readonly grid: PatchGrid;
}

function embedPatches(builder: GraphBuilder, frames: Value, { config, vision }: GeometryEncoderOptions): Value {
  const { hiddenSize } = config;
  const { channels, patchSize } = vision;
  const size = channels * patchSize ** 2;
  const shape = [hiddenSize, channels, patchSize, patchSize];
  const kernel = builder.parameter(`${NAME}.patch_embed.proj.weight`, shape, {
    kind: "normal",
    deviation: 1 / Math.sqrt(size),
  });
  const bias = builder.parameter(`${NAME}.patch_embed.proj.bias`, [hiddenSize], { kind: "zeros" });
  return applyLinear(builder, frames, reshape(builder, kernel, [hiddenSize, size]), bias);
}

/** [frames, 1 + registers + patches, width]: class token, registers, patches; only the first and last have positions. */
function withPositions(builder: GraphBuilder, patches: Value, { config, grid }: GeometryEncoderOptions): Value {
  const { hiddenSize: width, positionGrid: side, registers } = config;
  const [frames = 1] = patches.shape;
  const table = learned(builder, `${NAME}.pos_embed`, [1, 1 + side * side, width]);
  const own = reshape(builder, slice(builder, table, { axis: 1, start: 1 }), [side * side, width]);
  const placed = add(builder, patches, positionsOfGrid(builder, own, side, grid));
  const first = slice(builder, table, { axis: 1, start: 0, end: 1 });
  const everyFrame = (x: Value, count: number): Value => expand(builder, x, [frames, count, width]);
  const leading = [everyFrame(add(builder, learned(builder, `${NAME}.cls_token`, [1, 1, width]), first), 1)];
  if (registers > 0)
    leading.push(everyFrame(learned(builder, `${NAME}.register_tokens`, [1, registers, width]), registers));
  return concat(builder, [...leading, placed], 1);
}

/** x times a learned factor for each element (LayerScale, Touvron et al. 2021). */
function layerScale(builder: GraphBuilder, name: string, x: Value): Value {
  return multiply(builder, x, builder.parameter(`${name}.gamma`, [Number(x.shape.at(-1))], { kind: "ones" }));
}

function selfAttention(builder: GraphBuilder, name: string, x: Value, config: GeometryEncoderConfig): Value {
  const { hiddenSize: width, heads, depth } = config;
  const joint = linear(builder, `${name}.qkv`, x, 3 * width, { bias: true });
  const [query = x, key = x, value = x] = split(builder, joint, [width, width, width], 2).map((part) =>
    splitHeads(builder, part, heads),
  );
  const mixed = mergeHeads(builder, attend(builder, { query, key, value }));
  return linear(builder, `${name}.proj`, mixed, width, { bias: true, deviation: residualDeviation(depth, width) });
}

function block(builder: GraphBuilder, name: string, x: Value, config: GeometryEncoderConfig): Value {
  const hidden = config.hiddenSize * config.mlpRatio;
  return builder.scoped(name, () => {
    const mixed = builder.scoped("attention", () => {
      const input = layerNorm(builder, `${name}.norm1`, x, config.normEpsilon);
      return add(builder, x, layerScale(builder, `${name}.ls1`, selfAttention(builder, `${name}.attn`, input, config)));
    });
    return builder.scoped("mlp", () => {
      const input = layerNorm(builder, `${name}.norm2`, mixed, config.normEpsilon);
      const forward = mlp(builder, `${name}.mlp`, input, {
        hidden,
        activation: "gelu",
        bias: true,
        names: ["fc1", "fc2"],
        outputDeviation: residualDeviation(config.depth, hidden),
      });
      return add(builder, mixed, layerScale(builder, `${name}.ls2`, forward));
    });
  });
}

/**
 * Normalised patch tokens [frames, patches, width] of frames' patches [frames, patches, channels·side²] (ImageNet's
 * normalisation), in the order of the vision tower's patches.
 */
export function geometryEncoder(builder: GraphBuilder, frames: Value, options: GeometryEncoderOptions): Value {
  const { config, grid } = options;
  return builder.scoped(NAME, () => {
    const start = withPositions(builder, embedPatches(builder, frames, options), options);
    const names = Array.from({ length: config.depth }, (_, position) => `${NAME}.blocks.${position}`);
    const hidden = names.reduce((x, name) => block(builder, name, x, config), start);
    const normal = layerNorm(builder, `${NAME}.norm`, hidden, config.normEpsilon);
    const leading = 1 + config.registers;
    const [, tokens = 1] = normal.shape;
    const patches = slice(builder, normal, { axis: 1, start: leading, end: tokens });
    const count = multiplyDimensions(grid.temporal, options.vision.temporalPatchSize);
    return reshape(builder, patches, [count, grid.patches, config.hiddenSize]);
  });
}
