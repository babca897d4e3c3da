// Tracking with SAM2's four video graphs: image encoder, memory attention, mask decoder, memory encoder.
// Knows nothing about detection.
import { CoreError } from "@dsr/dsr-core/errors";
import type { RunLengths } from "@dsr/dsr-core/geometry";
import { float32Data, type NdData } from "@dsr/dsr-core/graph";
import type { RuntimeSession, Tensors } from "@dsr/dsr-core/runtime";
import type { VideoFrameImage } from "@dsr/dsr-core/video";
import { maskOfLogits } from "../images/upsample.js";
import type { MaskTracker, Track, TrackStart } from "../perceivers.js";
import { MemoryBank } from "./memory-bank.js";
import { modelBox, modelFrame } from "./model-frame.js";

/** The four graphs, with the port names of the usual export. */
export interface Sam2VideoSessions {
  /** One input [1, 3, 1024, 1024] → `pix_feat`, `high_res_feat0`, `high_res_feat1`, `vision_feats`, `vision_pos_embed`. */
  readonly imageEncoder: RuntimeSession;
  /** `current_vision_feat`, `current_vision_pos_embed`, `memory_0`, `memory_1`, `memory_pos_embed` → `image_embed`. */
  readonly memoryAttention: RuntimeSession;
  /**
   * `point_coords` [1, points, 2], `point_labels` [1, points], `image_embed`, `high_res_feats_0`, `high_res_feats_1` →
   * `obj_ptr` [1, 256], `mask_for_mem`, `pred_mask` (logits).
   */
  readonly maskDecoder: RuntimeSession;
  /** `mask_for_mem`, `pix_feat` → `maskmem_features` [1, 64, 64, 64], `maskmem_pos_enc`, `temporal_code` [7, 1, 1, 64]. */
  readonly memoryEncoder: RuntimeSession;
}

/** Labels of a box's two corners, and of a point that says nothing. */
const cornerLabels = [2, 3];
const nothing = [-1];

/** Wraps the four sessions. */
export function sam2VideoTracker(sessions: Sam2VideoSessions): MaskTracker {
  return {
    name: "sam2-video",
    track: (frames, starts) => trackAll(sessions, frames, starts),
    close: async () => {
      for (const session of Object.values(sessions) as RuntimeSession[]) await session.close();
    },
  };
}

/** Frame after frame, so that a frame is encoded once for all objects. */
async function trackAll(
  sessions: Sam2VideoSessions,
  frames: readonly VideoFrameImage[],
  starts: readonly TrackStart[],
): Promise<readonly Track[]> {
  const input = sessions.imageEncoder.inputs[0]?.name ?? "image";
  const tracks = starts.map((): (RunLengths | undefined)[] => []);
  const banks: (MemoryBank | undefined)[] = starts.map(() => undefined);
  const first = Math.min(...starts.map(({ frame }) => frame));
  for (const [index, frame] of frames.entries()) {
    if (index < first) {
      for (const track of tracks) track.push(undefined);
      continue;
    }
    const encoded = await sessions.imageEncoder.run({ [input]: modelFrame(frame, "bicubic") });
    for (const [object, start] of starts.entries()) {
      const bank = banks[object];
      if (index < start.frame) tracks[object]?.push(undefined);
      else {
        const found = await followObject(sessions, { encoded, frame, bank, start });
        tracks[object]?.push(found.mask);
        banks[object] = found.bank;
      }
    }
  }
  return tracks;
}

interface Following {
  readonly encoded: Tensors;
  readonly frame: VideoFrameImage;
  /** Undefined in the object's first frame. */
  readonly bank: MemoryBank | undefined;
  readonly start: TrackStart;
}

async function followObject(
  sessions: Sam2VideoSessions,
  { encoded, frame, bank, start }: Following,
): Promise<{ readonly mask: RunLengths | undefined; readonly bank: MemoryBank }> {
  const embed = bank === undefined ? part(encoded, "pix_feat") : await remembered(sessions, encoded, bank);
  const [left, top, right, bottom] = modelBox(start.box, frame);
  const [points, labels] = bank === undefined ? [[left, top, right, bottom], cornerLabels] : [[0, 0], nothing];
  const decoded = await sessions.maskDecoder.run({
    point_coords: float32Data([1, labels.length, 2], points),
    point_labels: float32Data([1, labels.length], labels),
    image_embed: embed,
    high_res_feats_0: part(encoded, "high_res_feat0"),
    high_res_feats_1: part(encoded, "high_res_feat1"),
  });
  const written = await sessions.memoryEncoder.run({
    mask_for_mem: part(decoded, "mask_for_mem"),
    pix_feat: part(encoded, "pix_feat"),
  });
  const memory = {
    features: part(written, "maskmem_features"),
    positions: part(written, "maskmem_pos_enc"),
    pointer: part(decoded, "obj_ptr"),
  };
  bank?.add(memory);
  return {
    mask: maskOf(part(decoded, "pred_mask"), frame),
    bank: bank ?? new MemoryBank(memory, part(written, "temporal_code")),
  };
}

async function remembered({ memoryAttention }: Sam2VideoSessions, encoded: Tensors, bank: MemoryBank): Promise<NdData> {
  const outputs = await memoryAttention.run({
    current_vision_feat: part(encoded, "vision_feats"),
    current_vision_pos_embed: part(encoded, "vision_pos_embed"),
    ...bank.feeds(),
  });
  return part(outputs, "image_embed");
}

/** The first mask of the last two axes. */
function maskOf(logits: NdData, frame: VideoFrameImage): RunLengths | undefined {
  const [height = 0, width = 0] = logits.shape.slice(-2);
  return maskOfLogits((logits.data as Float32Array).subarray(0, width * height), { width, height }, frame);
}

function part(tensors: Tensors, name: string): NdData {
  const found = tensors[name];
  if (found === undefined)
    throw new CoreError(`SAM2: expected an output '${name}', found ${Object.keys(tensors).join(", ")}`);
  return found;
}
