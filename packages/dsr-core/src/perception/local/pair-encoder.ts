// Vision and geometry features of one pair of frames.
// Knows nothing about windows, caches and questions.
import { CoreInputError } from "../../errors.js";
import { int64Data } from "../../graph/data.js";
import { patchifyFrames } from "../../processors/patchify.js";
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
    const [features] = await this.encodeAll([pair], timer);
    if (features === undefined) throw new CoreInputError("pairs of frames: expected at least one, found none");
    return features;
  }

  /** Several pairs in one run, which changes nothing: attention stays within a pair. @throws CoreInputError as `encode` */
  async encodeAll(pairs: readonly FramePair[], timer: PartTimer): Promise<readonly PairFeatures[]> {
    const { settings } = this.#model;
    const frames = await timer.time("preprocessMs", () => pairs.flatMap((pair) => pair.map(this.#resize)));
    const { pixelValues, grid } = await timer.time("preprocessMs", () => patchifyFrames(frames, settings));
    const feeds = { pixel_values: pixelValues, image_grid_thw: int64Data([1, 3], grid) };
    const run = async (part: "vision_encoder" | "geometry_encoder", output: string) =>
      floatsOf((await sessionOf(this.#model, part).run(feeds))[output], output);
    const vision = await timer.time("visionMs", () => run("vision_encoder", "image_features"));
    const geometry = this.#model.sessions.has("geometry_encoder")
      ? await timer.time("geometryMs", () => run("geometry_encoder", "geometry_features"))
      : undefined;
    const [rows, columns] = [grid[1] / settings.mergeSize, grid[2] / settings.mergeSize];
    const part = (all: Float32Array, place: number): Float32Array =>
      all.subarray((place * all.length) / pairs.length, ((place + 1) * all.length) / pairs.length);
    return pairs.map((_, place) => ({
      ...{ rows, columns, vision: part(vision, place) },
      geometry: geometry === undefined ? undefined : part(geometry, place),
    }));
  }
}
