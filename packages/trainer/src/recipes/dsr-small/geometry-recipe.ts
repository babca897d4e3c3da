// The recipe `dsr-geometry`: vision tower and geometry encoder learn, patch by patch, what the embedded world knows exactly.
// Knows nothing about questions. The paper takes both from others (Qwen2.5-VL, π³); this is their small counterpart.
import { z } from "zod";
import {
  type GraphBuilder,
  type NdData,
  type Value,
  linear,
  mean,
  reshape,
  slice,
  tensorData,
} from "@dsr/dsr-core/graph";
import {
  type VisionLanguageConfig,
  geometryEncoder,
  normalizedPatchTokens,
  renormalizedFrames,
  visionPatchTokens,
} from "@dsr/dsr-core/model";
import { mirrorPictures } from "@dsr/dsr-core/video";
import type { Random } from "@dsr/env-bridge/contract";
import { ClipStore } from "../../clips/index.js";
import {
  type LossTerm,
  type TrainingGraph,
  buildTrainingGraph,
  crossEntropy,
  squaredError,
  warmupCosine,
} from "../../engine/index.js";
import type { BatchSource } from "../../training/index.js";
import { defineRecipe } from "../recipe.js";
import {
  DenseTargetReader,
  type DenseTargets,
  cameraSize,
  classNames,
  emptyTargets,
  patchCells,
  poseSize,
  wayAt,
} from "./dense-targets.js";
import { clipFrames, smallModelConfig } from "./model-file.js";
import { smallModelGroups } from "./parameter-groups.js";
import { gridOfFrames, pixelPatches } from "./pixel-patches.js";
import { smallTokens } from "./small-tokenizer.js";

const schema = z.strictObject({
  seed: z.string().default("dsr"),
  /** Folder of a clip store (`dsr data film`). */
  clips: z.string(),
  /** Clips that are used, from the first; all when absent. */
  mostClips: z.number().int().positive().optional(),
  steps: z.number().int().positive().default(3600),
  /** Clips a step sees, and pairs of frames of each: many clips, for what a clip shows changes little. */
  batch: z.number().int().positive().max(64).default(16),
  pairs: z
    .number()
    .int()
    .positive()
    .max(clipFrames / 2)
    .default(2),
  /** Share of the clips that are seen in a mirror, for there are never enough of them. */
  mirror: z.number().min(0).max(1).default(0.5),
  learningRate: z.number().positive().default(4e-3),
  warmup: z.number().int().nonnegative().default(60),
});

type Settings = z.output<typeof schema>;

const outputs = patchCells + patchCells * classNames.length + poseSize;

interface TargetInputs {
  readonly depths: Value;
  readonly depthMask: Value;
  readonly classes: Value;
  readonly classWeights: Value;
  readonly poses: Value;
  readonly poseMask: Value;
  readonly camera: Value;
  readonly cameraMask: Value;
}

function targetInputs(builder: GraphBuilder, frames: number, patchesOfFrame: number): TargetInputs {
  const patches = frames * patchesOfFrame;
  const rows = (name: string, size: number, count = patches): Value => builder.input(name, "float32", [count, size]);
  return {
    depths: rows("depths", patchCells),
    depthMask: rows("depth_mask", patchCells),
    classes: builder.input("classes", "int64", [patches * patchCells]),
    classWeights: builder.input("class_weights", "float32", [patches * patchCells]),
    poses: rows("poses", poseSize),
    poseMask: rows("pose_mask", poseSize),
    camera: rows("camera", cameraSize, frames),
    cameraMask: rows("camera_mask", cameraSize, frames),
  };
}

/** Losses of one network: depths, classes and poses of its patches; one that sees single frames cannot see ways. */
function denseLosses(
  builder: GraphBuilder,
  name: "tower" | "encoder",
  tokens: Value,
  inputs: TargetInputs,
): readonly LossTerm[] {
  const [patches = 0] = inputs.depths.shape.map(Number);
  const made = linear(builder, `heads.${name}`, reshape(builder, tokens, [patches, -1]), outputs, {
    bias: true,
    deviation: 0.02,
  });
  const classesEnd = patchCells * (1 + classNames.length);
  const part = (start: number, end: number): Value => slice(builder, made, { axis: 1, start, end });
  const cells = patches * patchCells;
  const { depths, depthMask, classes, classWeights, poses, poseMask } = inputs;
  const logits = reshape(builder, part(patchCells, classesEnd), [cells, classNames.length]);
  const pose = (term: string, start: number, end: number, coefficient = 1): LossTerm => {
    const of = (x: Value): Value => slice(builder, x, { axis: 1, start, end });
    const predictions = part(classesEnd + start, classesEnd + end);
    const error = squaredError(builder, `${name}.${term}`, { predictions, targets: of(poses), mask: of(poseMask) });
    return { ...error, coefficient };
  };
  return [
    squaredError(builder, `${name}.depth`, { predictions: part(0, patchCells), targets: depths, mask: depthMask }),
    { ...crossEntropy(builder, `${name}.class`, { logits, targets: classes, mask: classWeights }), coefficient: 2 },
    pose("centre", 0, 3),
    pose("heading", 3, wayAt),
    ...(name === "tower" ? [pose("way", wayAt, poseSize, 0.2)] : []),
  ];
}

/** The camera's own motion, from the mean of a pair's patches [pairs, patches, width]. */
function cameraLoss(builder: GraphBuilder, tokens: Value, { camera, cameraMask }: TargetInputs): LossTerm {
  const pooled = mean(builder, tokens, [1]);
  const predictions = linear(builder, "heads.camera", pooled, cameraSize, { bias: true, deviation: 0.02 });
  const error = squaredError(builder, "tower.camera", { predictions, targets: camera, mask: cameraMask });
  return { ...error, coefficient: 0.5 };
}

/** The second frame of each pair: the geometry encoder sees frames one by one, and half of them teach it as much. */
function lastOfPairs(builder: GraphBuilder, frames: Value): Value {
  const [count = 0, patches = 0, length = 0] = frames.shape.map(Number);
  const pairs = reshape(builder, frames, [count / 2, 2, patches, length]);
  return reshape(builder, slice(builder, pairs, { axis: 1, start: 1, end: 2 }), [count / 2, patches, length]);
}

function trainingGraph(config: VisionLanguageConfig, store: ClipStore, settings: Settings): TrainingGraph {
  const { vision, geometry } = config;
  if (geometry === undefined) throw new TypeError("the small model has a geometry encoder");
  const { height, width } = store.about;
  const { batch, pairs, seed, steps, warmup, learningRate: peak } = settings;
  return buildTrainingGraph({
    name: "dsr-geometry",
    seed,
    groups: smallModelGroups(),
    schedule: warmupCosine({ peak, warmup, steps, floor: 0.03 }),
    clipNorm: 1,
    define: (builder) => {
      const frames = builder.input("frames", "uint8", [batch, 2 * pairs, height, width, 3]);
      const grid = gridOfFrames(frames.shape, vision);
      const pixels = pixelPatches(builder, frames, vision);
      const seen = normalizedPatchTokens(builder, visionPatchTokens(builder, pixels, { config: vision, grid }));
      const pictures = renormalizedFrames(builder, pixels, vision, grid);
      const encoded = geometryEncoder(builder, lastOfPairs(builder, pictures), {
        config: geometry,
        vision: { ...vision, temporalPatchSize: 1 },
        grid,
      });
      const targets = targetInputs(builder, Number(grid.temporal), Number(grid.patches));
      return {
        losses: [
          ...denseLosses(builder, "tower", seen, targets),
          cameraLoss(builder, seen, targets),
          ...denseLosses(builder, "encoder", encoded, targets),
        ],
      };
    },
  });
}

function targetFeeds(targets: DenseTargets): Readonly<Record<string, NdData>> {
  const patches = targets.poses.length / poseSize;
  const cells = [patches, patchCells];
  return {
    depths: tensorData("float32", cells, targets.depths),
    depth_mask: tensorData("float32", cells, new Float32Array(patches * patchCells).fill(1)),
    classes: tensorData("int64", [patches * patchCells], targets.classes),
    class_weights: tensorData("float32", [patches * patchCells], targets.classWeights),
    poses: tensorData("float32", [patches, poseSize], targets.poses),
    pose_mask: tensorData("float32", [patches, poseSize], targets.poseMask),
    camera: tensorData("float32", [targets.camera.length / cameraSize, cameraSize], targets.camera),
    camera_mask: tensorData("float32", [targets.camera.length / cameraSize, cameraSize], targets.cameraMask),
  };
}

/** Some pairs of a clip's frames, each at most once, in any order. */
function drawPairs(random: Random, all: number, count: number): readonly number[] {
  const left = Array.from({ length: all }, (_, pair) => pair);
  return Array.from({ length: count }, () => left.splice(random.integer(left.length), 1)[0] ?? 0);
}

function batches(store: ClipStore, { batch, pairs, mirror }: Settings): BatchSource {
  const { frames, height, width } = store.about;
  const reader = new DenseTargetReader(store);
  const size = 2 * height * width * 3;
  const clip = new Uint8Array((frames / 2) * size);
  return {
    next: (random) => {
      const rgb = new Uint8Array(batch * pairs * size);
      const targets = emptyTargets(batch * pairs, reader.patches);
      for (let place = 0; place < batch; place++) {
        const chosen = random.integer(store.count);
        const drawn = drawPairs(random, frames / 2, pairs);
        const isMirrored = random.float() < mirror;
        store.rgb(chosen, clip);
        drawn.forEach((pair, at) => {
          const pictures = clip.subarray(pair * size, (pair + 1) * size);
          if (isMirrored) mirrorPictures(pictures, width);
          rgb.set(pictures, (place * pairs + at) * size);
        });
        const lasts = drawn.map((pair) => 2 * pair + 1);
        reader.read({ clip: chosen, isMirrored }, targets, place * pairs, lasts);
      }
      return {
        frames: tensorData("uint8", [batch, 2 * pairs, height, width, 3], rgb),
        ...targetFeeds(targets),
      };
    },
  };
}

/** Dense geometry of every patch: the small model's eyes, before it is asked anything. */
export const geometryRecipe = defineRecipe({
  name: "dsr-geometry",
  description: "vision tower and geometry encoder of dsr-small, from exact depth, classes and poses (needs clips)",
  schema,
  task: (settings) => {
    const store = ClipStore.open(settings.clips, settings.mostClips);
    const config = smallModelConfig({ fusion: "gsm", ...smallTokens() });
    return {
      recipe: "dsr-geometry",
      identity: {
        ...settings,
        mostClips: settings.mostClips ?? null,
        clips: JSON.stringify(store.about.settings),
        count: store.count,
      },
      seed: settings.seed,
      steps: settings.steps,
      training: trainingGraph(config, store, settings),
      batches: batches(store, settings),
      parts: 1,
      samples: { perStep: settings.batch, unit: "clips" },
    };
  },
});
