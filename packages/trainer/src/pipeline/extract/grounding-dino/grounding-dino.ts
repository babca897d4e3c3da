// GroundingDINO as an ONNX session: a frame and classes in, boxes out.
// Knows nothing about tracking.
import { int64Data, type NdData } from "@dsr/dsr-core/graph";
import { roundHalfToEven } from "@dsr/dsr-core/processors";
import type { RuntimeSession, Tensors } from "@dsr/dsr-core/runtime";
import { imageNet, pictureTensor } from "../images/picture-tensor.js";
import { resample, type Size } from "../images/resample.js";
import type { ObjectDetector } from "../perceivers.js";
import { chooseBoxes, detectionThresholds } from "./choose-boxes.js";
import { captionTokens, type CaptionTokenizer } from "./phrase-tokens.js";

/** The model's own limits on the sides of a picture. */
export const detectorSides = { shortest: 800, longest: 1333 } as const;

/**
 * Shortest side 800 unless the longest would pass 1333; the other side is cut off, not rounded.
 * Source: transformers' GroundingDINO processor, with its order of multiplications.
 */
export function detectorSize({ width, height }: Size, sides: DetectorSides = detectorSides): Size {
  const [least, most] = [Math.min(width, height), Math.max(width, height)];
  const { shortest, longest } = sides;
  const exact = (most / least) * shortest > longest ? (longest * least) / most : shortest;
  const side = roundHalfToEven(exact);
  if (least === side) return { width, height };
  return width < height
    ? { width: side, height: Math.trunc((exact * height) / width) }
    : { width: Math.trunc((exact * width) / height), height: side };
}

/** Pixels. */
export interface DetectorSides {
  readonly shortest: number;
  readonly longest: number;
}

/** Thresholds and sizes other than the released ones. */
export interface GroundingDinoOptions {
  readonly boxThreshold?: number;
  readonly sides?: DetectorSides;
}

/**
 * Wraps a session with the inputs `pixel_values` [1, 3, height, width], `input_ids`, `token_type_ids`, `attention_mask`
 * [1, tokens] and `pixel_mask` [1, height, width] (all int64), and the outputs `logits` [1, queries, 256] and
 * `pred_boxes` [1, queries, 4].
 */
export function groundingDino(
  session: RuntimeSession,
  tokenizer: CaptionTokenizer,
  { boxThreshold = detectionThresholds.box, sides = detectorSides }: GroundingDinoOptions = {},
): ObjectDetector {
  return {
    name: "grounding-dino",
    detect: async (frame, classes) => {
      if (classes.length === 0) return [];
      const { ids, spans } = captionTokens(classes, tokenizer);
      const picture = resample(frame, detectorSize(frame, sides), "bilinear");
      const feeds = {
        ...captionFeeds(ids),
        pixel_values: pictureTensor([picture], imageNet),
        pixel_mask: ones(picture),
      };
      const outputs = await session.run(known(session, feeds));
      const [logits, boxes] = [outputs["logits"], outputs["pred_boxes"]];
      const raw = { logits: numbersOf(logits), boxes: numbersOf(boxes), tokens: logits?.shape[2] ?? 1 };
      const labelled = spans.map((span, i) => ({ label: classes[i] ?? "", span }));
      return chooseBoxes(raw, labelled, { width: frame.width, height: frame.height, box: boxThreshold });
    },
    close: () => session.close(),
  };
}

function captionFeeds(ids: readonly number[]): Tensors {
  const shape = [1, ids.length];
  const same = (value: number): NdData =>
    int64Data(
      shape,
      ids.map(() => value),
    );
  return { input_ids: int64Data(shape, ids), token_type_ids: same(0), attention_mask: same(1) };
}

function ones({ width, height }: Size): NdData {
  return { dtype: "int64", shape: [1, height, width], data: new BigInt64Array(width * height).fill(1n) };
}

/** Some exports leave out inputs that do not matter to them. */
function known(session: RuntimeSession, feeds: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(feeds).filter(([name]) => session.inputs.some((port) => port.name === name)),
  );
}

function numbersOf(tensor: NdData | undefined): Float32Array {
  return (tensor?.data ?? new Float32Array(0)) as Float32Array;
}
