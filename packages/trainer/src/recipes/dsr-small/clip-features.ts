// What the frozen encoders make of clips: computed once a clip, kept in memory while there is room.
// Knows nothing about questions.
import { GraphBuilder, type WeightSource, encodeOnnx, tensorData } from "@dsr/dsr-core/graph";
import type { VisionLanguageConfig } from "@dsr/dsr-core/model";
import { type RuntimeSession, openSession } from "@dsr/dsr-core/runtime";
import type { ClipStore } from "../../clips/index.js";
import { encodeClips } from "./perception-graph.js";

/** Features of one clip by the names of the training graph's inputs, rows as the encoders give them. */
export type ClipFeatures = ReadonlyMap<string, Float32Array>;

/** Bytes of features that are kept; clips beyond are encoded anew each time. */
const mostBytes = 4e9;

/** Encodes clips of a store. */
export class ClipEncoder {
  readonly #store: ClipStore;
  readonly #model: Uint8Array;
  readonly #kept = new Map<number, ClipFeatures>();
  #bytes = 0;
  #session: Promise<RuntimeSession> | undefined;

  constructor(store: ClipStore, config: VisionLanguageConfig, weights: WeightSource) {
    this.#store = store;
    const builder = new GraphBuilder({ weights });
    const { frames, height, width } = store.about;
    const input = builder.input("frames", "uint8", [1, frames, height, width, 3]);
    for (const [name, value] of Object.entries(encodeClips(builder, config, input))) builder.output(name, value);
    this.#model = encodeOnnx(builder.finish()).model;
  }

  /** Features of a clip. */
  async features(clip: number): Promise<ClipFeatures> {
    const kept = this.#kept.get(clip);
    if (kept !== undefined) return kept;
    const { frames, height, width } = this.#store.about;
    const rgb = tensorData("uint8", [1, frames, height, width, 3], this.#store.rgb(clip));
    this.#session ??= openSession(this.#model, { device: "cpu" });
    const found = await (await this.#session).run({ frames: rgb });
    const made = new Map(Object.entries(found).map(([name, { data }]) => [name, (data as Float32Array).slice()]));
    const bytes = [...made.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (this.#bytes + bytes > mostBytes) return made;
    this.#bytes += bytes;
    this.#kept.set(clip, made);
    return made;
  }
}
