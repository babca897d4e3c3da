// What the frozen encoders make of clips: computed once a clip, kept in memory while there is room.
// Knows nothing about questions.
import {
  GraphBuilder,
  type WeightSource,
  bytesPerElement,
  encodeOnnx,
  joinTensors,
  tensorData,
} from "@dsr/dsr-core/graph";
import type { VisionLanguageConfig } from "@dsr/dsr-core/model";
import { type RuntimeSession, type Tensors, openSession } from "@dsr/dsr-core/runtime";
import type { ClipStore } from "../../clips/index.js";
import { encodeClips } from "./perception-graph.js";

/** Bytes of features that are kept; clips beyond are encoded anew each time. */
const mostBytes = 4e9;

/** Encodes clips of a store. */
export class ClipEncoder {
  readonly #store: ClipStore;
  readonly #model: Uint8Array;
  readonly #kept = new Map<number, Tensors>();
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

  /** Features of several clips, one after the other, by the names of the training graph's inputs (`EncodedClips`). */
  async features(clips: readonly number[]): Promise<Tensors> {
    const found: Tensors[] = [];
    for (const clip of clips) found.push(await this.#featuresOf(clip));
    const names = Object.keys(found[0] ?? {});
    return Object.fromEntries(names.map((name) => [name, joinTensors(found.flatMap((each) => each[name] ?? []))]));
  }

  async #featuresOf(clip: number): Promise<Tensors> {
    const kept = this.#kept.get(clip);
    if (kept !== undefined) return kept;
    const { frames, height, width } = this.#store.about;
    const rgb = tensorData("uint8", [1, frames, height, width, 3], this.#store.rgb(clip));
    this.#session ??= openSession(this.#model, { device: "cpu" });
    const made = await (await this.#session).run({ frames: rgb });
    const bytes = Object.values(made).reduce((sum, { dtype, data }) => sum + bytesPerElement(dtype) * data.length, 0);
    if (this.#bytes + bytes > mostBytes) return made;
    this.#bytes += bytes;
    this.#kept.set(clip, made);
    return made;
  }
}
