// Tracking with SAM2's image graphs alone: each frame's prompt is the box of the mask before it.
// Knows nothing about memory; where objects cross, the video graphs are better.
import { CoreError } from "@dsr/dsr-core/errors";
import { decodeMask, measureMask, type RunLengths } from "@dsr/dsr-core/geometry";
import { float32Data, int64Data, type NdData } from "@dsr/dsr-core/graph";
import type { RuntimeSession, Tensors } from "@dsr/dsr-core/runtime";
import type { VideoFrameImage } from "@dsr/dsr-core/video";
import { maskOfLogits } from "../images/upsample.js";
import type { MaskTracker, PixelBox, Track, TrackStart } from "../perceivers.js";
import { modelBox, modelFrame } from "./model-frame.js";

/** The two graphs. */
export interface Sam2ImageSessions {
  /** `pixel_values` [1, 3, 1024, 1024] → `image_embeddings.0`, `.1`, `.2`. */
  readonly visionEncoder: RuntimeSession;
  /**
   * `input_points` [1, boxes, points, 2], `input_labels` [1, boxes, points] (int64), `input_boxes` [1, boxes, 4] and the
   * embeddings → `pred_masks` [1, boxes, masks, 256, 256], `iou_scores` [1, boxes, masks], `object_score_logits`.
   */
  readonly maskDecoder: RuntimeSession;
}

/** Share of a box's sides by which the next frame's prompt is larger on each side. */
const growth = 0.25;

/** Wraps the two sessions. */
export function sam2ImageTracker(sessions: Sam2ImageSessions): MaskTracker {
  return {
    name: "sam2-image",
    track: (frames, starts) => trackAll(sessions, frames, starts),
    close: async () => {
      await sessions.visionEncoder.close();
      await sessions.maskDecoder.close();
    },
  };
}

async function trackAll(
  { visionEncoder, maskDecoder }: Sam2ImageSessions,
  frames: readonly VideoFrameImage[],
  starts: readonly TrackStart[],
): Promise<readonly Track[]> {
  const tracks = starts.map((): (RunLengths | undefined)[] => []);
  const boxes: (PixelBox | undefined)[] = starts.map(() => undefined);
  const first = Math.min(...starts.map(({ frame }) => frame));
  for (const [index, frame] of frames.entries()) {
    if (index < first) {
      for (const track of tracks) track.push(undefined);
      continue;
    }
    const embeddings = await visionEncoder.run({ pixel_values: modelFrame(frame, "bilinear") });
    for (const [object, start] of starts.entries()) {
      const box = start.frame === index ? start.box : boxes[object];
      const mask = box === undefined ? undefined : await decode(maskDecoder, { embeddings, box, frame });
      tracks[object]?.push(mask);
      boxes[object] = mask === undefined ? undefined : grownBox(mask, frame);
    }
  }
  return tracks;
}

interface Prompt {
  readonly embeddings: Tensors;
  readonly box: PixelBox;
  readonly frame: VideoFrameImage;
}

async function decode(decoder: RuntimeSession, { embeddings, box, frame }: Prompt): Promise<RunLengths | undefined> {
  const outputs = await decoder.run({
    ...embeddings,
    input_points: float32Data([1, 1, 0, 2], []),
    input_labels: int64Data([1, 1, 0], []),
    input_boxes: float32Data([1, 1, 4], modelBox(box, frame)),
  });
  if (((outputs["object_score_logits"]?.data[0] ?? 1) as number) <= 0) return undefined;
  return bestMask(outputs["pred_masks"], outputs["iou_scores"], frame);
}

/** The mask that the decoder itself thinks best. */
function bestMask(
  masks: NdData | undefined,
  scores: NdData | undefined,
  frame: VideoFrameImage,
): RunLengths | undefined {
  const [height, width] = masks?.shape.slice(-2) ?? [];
  if (masks === undefined || scores === undefined || height === undefined || width === undefined)
    throw new CoreError("SAM2 mask decoder: expected pred_masks and iou_scores, found others");
  const values = [...(scores.data as Float32Array)];
  const best = values.indexOf(Math.max(...values));
  const logits = (masks.data as Float32Array).subarray(best * width * height, (best + 1) * width * height);
  return maskOfLogits(logits, { width, height }, frame);
}

function grownBox(mask: RunLengths, { width, height }: VideoFrameImage): PixelBox | undefined {
  const { box } = measureMask(decodeMask(mask), width);
  if (box === undefined) return undefined;
  const [dx, dy] = [growth * (box[2] - box[0] + 1), growth * (box[3] - box[1] + 1)];
  return [
    Math.max(0, box[0] - dx),
    Math.max(0, box[1] - dy),
    Math.min(width - 1, box[2] + dx),
    Math.min(height - 1, box[3] + dy),
  ];
}
