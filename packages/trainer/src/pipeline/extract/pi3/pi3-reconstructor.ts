// π³ as an ONNX session: frames in, camera poses and points out.
// Knows nothing about objects.
import { CoreInputError } from "@dsr/dsr-core/errors";
import type { NdData } from "@dsr/dsr-core/graph";
import { roundHalfToEven } from "@dsr/dsr-core/processors";
import type { RuntimeSession } from "@dsr/dsr-core/runtime";
import { pictureTensor, unitRange } from "../images/picture-tensor.js";
import { resample, type Size } from "../images/resample.js";
import type { SceneReconstruction, SceneReconstructor } from "../perceivers.js";
import { keptPoints } from "./kept-points.js";

/** Pixels a frame at most, as in π³'s own loader. */
export const pixelLimit = 255_000;
const patch = 14;

/** The size π³'s loader resizes frames to: about `limit` pixels, both sides multiples of 14, the ratio nearly kept. */
export function pi3Size({ width, height }: Size, limit = pixelLimit): Size {
  const scale = Math.sqrt(limit / (width * height));
  const [w, h] = [width * scale, height * scale];
  let [columns, rows] = [roundHalfToEven(w / patch), roundHalfToEven(h / patch)];
  while (columns * patch * rows * patch > limit) {
    if (columns / rows > w / h) columns--;
    else rows--;
  }
  return { width: Math.max(1, columns) * patch, height: Math.max(1, rows) * patch };
}

/**
 * Wraps a session with one input [1, frames, 3, height, width] in [0, 1] and the outputs `local_points`
 * [1, frames, height, width, 3], `conf` [1, frames, height, width, 1] (logits) and `camera_poses` [1, frames, 4, 4].
 * @throws CoreInputError when the session has other ports
 */
export function pi3Reconstructor(session: RuntimeSession, { limit = pixelLimit } = {}): SceneReconstructor {
  const [input] = session.inputs;
  const wanted = ["local_points", "conf", "camera_poses"];
  const missing = wanted.find((name) => !session.outputs.some((output) => output.name === name));
  if (input === undefined || missing !== undefined) {
    throw new CoreInputError(
      `π³ model: expected an input and the outputs ${wanted.join(", ")}, found no ${missing ?? "input"}`,
    );
  }
  return {
    name: "pi3",
    reconstruct: async (frames) => {
      const [first] = frames;
      if (first === undefined) throw new CoreInputError("π³: expected frames, found none");
      const size = pi3Size(first, limit);
      const pictures = frames.map((frame) => resample(frame, size, "lanczos"));
      return reconstructionOf(await session.run({ [input.name]: pictureTensor(pictures, unitRange, 1) }), size);
    },
    close: () => session.close(),
  };
}

function reconstructionOf(outputs: Readonly<Record<string, NdData>>, size: Size): SceneReconstruction {
  const numbers = (name: string): Float32Array => outputs[name]?.data as Float32Array;
  const [points, confidence, poses] = [numbers("local_points"), numbers("conf"), numbers("camera_poses")];
  const pixels = size.width * size.height;
  const frames = Array.from({ length: poses.length / 16 }, (_, i) => {
    const own = points.slice(3 * i * pixels, 3 * (i + 1) * pixels);
    const kept = keptPoints(own, confidence.subarray(i * pixels, (i + 1) * pixels), size);
    return { pose: [...poses.subarray(16 * i, 16 * (i + 1))], points: own, kept };
  });
  return { ...size, frames, unit: "relative" };
}
