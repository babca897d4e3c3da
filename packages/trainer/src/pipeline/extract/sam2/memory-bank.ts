// What SAM2 remembers of one object: its first frame, the last six, and pointers of the last fifteen.
// Source: SAM2's video predictor. Knows nothing about sessions.
import { type NdData, joinFloats, joinTensors } from "@dsr/dsr-core/graph";

/** Memories of masks, the first frame's included; and of object pointers, likewise. */
export const [maskMemories, pointerMemories] = [7, 16];

/** What is remembered of one frame. */
export interface FrameMemory {
  /** [1, 64, 64, 64]: channels first. */
  readonly features: NdData;
  /** [places, 1, 64]. */
  readonly positions: NdData;
  /** [1, 256]. */
  readonly pointer: NdData;
}

/** What the memory attention takes. */
export interface MemoryFeeds {
  /** [pointers, 256]. */
  readonly memory_0: NdData;
  /** [memories, 64, 64, 64]. */
  readonly memory_1: NdData;
  /** [memories · places + 4 · pointers, 1, 64]: a pointer is four tokens of 64, without a position. */
  readonly memory_pos_embed: NdData;
}

/** One object's memory. */
export class MemoryBank {
  readonly #first: FrameMemory;
  /** Newest first. */
  readonly #later: FrameMemory[] = [];
  /** [7, 1, 1, 64]. */
  readonly #times: NdData;

  constructor(first: FrameMemory, times: NdData) {
    this.#first = first;
    this.#times = times;
  }

  add(memory: FrameMemory): void {
    this.#later.unshift(memory);
    this.#later.length = Math.min(this.#later.length, pointerMemories - 1);
  }

  /** The first frame, then the last six from old to new; pointers from new to old. */
  feeds(): MemoryFeeds {
    const recent = this.#later.slice(0, maskMemories - 1).toReversed();
    const masks = [this.#first, ...recent];
    const pointers = [this.#first, ...this.#later];
    const width = this.#times.shape.at(-1) ?? 64;
    // the newest frame has time code 0, the first frame the last one
    const codes = masks.map((_, i) => (i === 0 ? maskMemories - 1 : recent.length - i));
    const positions = masks.map(({ positions: own }, i) => this.#withTime(own, codes[i] ?? 0, width));
    const pointerWidth = pointers[0]?.pointer.data.length ?? 0;
    positions.push(new Float32Array(pointers.length * pointerWidth));
    const all = joinFloats(positions);
    return {
      memory_0: joinTensors(pointers.map(({ pointer }) => pointer)),
      memory_1: joinTensors(masks.map(({ features }) => features)),
      memory_pos_embed: { dtype: "float32", shape: [all.length / width, 1, width], data: all },
    };
  }

  #withTime(positions: NdData, code: number, width: number): Float32Array {
    const times = this.#times.data as Float32Array;
    return (positions.data as Float32Array).map((value, i) => value + (times[code * width + (i % width)] ?? 0));
  }
}
