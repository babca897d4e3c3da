// Vision and geometry features of one pair of frames.
// Knows nothing about windows, caches and questions.
import { int64Data } from "../../graph/data.js";
import { patchifyTemporalPatch } from "../../processors/patchify.js";
import type { ImageResizer } from "../../processors/resize-image.js";
import { createFrameResizer } from "../../processors/video-processor.js";
import type { FramePair } from "../feature-cache.js";
import { type OpenModel, sessionOf } from "./open-model.js";
import type { PartTimer } from "./part-timer.js";
import { floatsOf } from "./tensor-rows.js";

/** Features of one temporal patch: a row for each merged token. */
export interface PairFeatures {
  /** Rows and columns of merged tokens. */
  readonly rows: number;
  readonly columns: number;
  /** [rows · columns, width]. */
  readonly vision: Float32Array;
  /** As `vision`; undefined when the model has no geometry encoder. */
  readonly geometry: Float32Array | undefined;
}

/** Runs both encoders. */
export class PairEncoderRunner {
  readonly #model: OpenModel;
  readonly #resize: ImageResizer;

  constructor(model: OpenModel) {
    this.#model = model;
    this.#resize = createFrameResizer(model.settings);
  }

  /** @throws CoreInputError for pictures that cannot be resized to whole patches */
  async encode(pair: FramePair, timer: PartTimer): Promise<PairFeatures> {
    const { settings } = this.#model;
    const frames = await timer.time("preprocessMs", () => pair.map(this.#resize));
    const pixels = await timer.time("preprocessMs", () => patchifyTemporalPatch(frames, settings));
    const [{ width, height } = { width: 0, height: 0 }] = frames;
    const [rows, columns] = [height / settings.patch, width / settings.patch];
    const feeds = { pixel_values: pixels, image_grid_thw: int64Data([1, 3], [1, rows, columns]) };
    const run = async (part: "vision_encoder" | "geometry_encoder", output: string) =>
      floatsOf((await sessionOf(this.#model, part).run(feeds))[output], output);
    const vision = await timer.time("visionMs", () => run("vision_encoder", "image_features"));
    const geometry = this.#model.sessions.has("geometry_encoder")
      ? await timer.time("geometryMs", () => run("geometry_encoder", "geometry_features"))
      : undefined;
    const merged = settings.mergeSize;
    return { rows: rows / merged, columns: columns / merged, vision, geometry };
  }
}
