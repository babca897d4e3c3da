// Remembers what the encoders said about pairs of frames, so that a sliding window pays for new frames only. Exact:
// features of one temporal patch do not depend on the others (attention in both encoders stays within the patch).
// Knows nothing about the encoders.
import { CoreInputError } from "../errors.js";
import type { VideoFrameImage } from "../video/read-video.js";

/** Two neighbouring frames: one temporal patch. */
export type FramePair = readonly [VideoFrameImage, VideoFrameImage];

/** Computes the features of one pair of frames. */
export type PairEncoder<F> = (pair: FramePair) => Promise<F>;

/** How often the cache helped. */
export interface FeatureCacheStatistics {
  readonly hits: number;
  readonly misses: number;
  /** Pairs kept now. */
  readonly size: number;
}

/**
 * Features by pair of frames. A frame is known by its identity as an object, not by its pixels, so pictures that may
 * change must be copied by who makes them. At most `limit` pairs are kept, the least recently used goes first. A window
 * of `n` frames that moves one frame at a time pairs its frames in two ways: a limit of `n` keeps both.
 */
export class FeatureCache<F> {
  readonly #limit: number;
  readonly #kept = new Map<string, Promise<F>>();
  readonly #ids = new WeakMap<VideoFrameImage, number>();
  #nextId = 0;
  #hits = 0;
  #misses = 0;

  /** @throws CoreInputError for a limit below 1 */
  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1)
      throw new CoreInputError(`feature cache: expected a limit of at least 1 pair, found ${limit}`);
    this.#limit = limit;
  }

  /**
   * Features of each pair, in order; `encode` computes those that are not kept. Pairs asked for at the same time are
   * computed once. A failure is not remembered.
   */
  async encode(pairs: readonly FramePair[], encode: PairEncoder<F>, signal?: AbortSignal): Promise<readonly F[]> {
    const found: F[] = [];
    for (const pair of pairs) {
      signal?.throwIfAborted();
      found.push(await this.#featuresOf(pair, encode));
    }
    return found;
  }

  statistics(): FeatureCacheStatistics {
    return { hits: this.#hits, misses: this.#misses, size: this.#kept.size };
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept.clear();
  }

  #featuresOf(pair: FramePair, encode: PairEncoder<F>): Promise<F> {
    const key = `${this.#idOf(pair[0])}:${this.#idOf(pair[1])}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#hits += 1;
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    this.#misses += 1;
    const features = encode(pair);
    this.#kept.set(key, features);
    features.catch(() => this.#kept.delete(key));
    this.#dropOldest();
    return features;
  }

  #dropOldest(): void {
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) return;
      this.#kept.delete(key);
    }
  }

  #idOf(frame: VideoFrameImage): number {
    const known = this.#ids.get(frame);
    if (known !== undefined) return known;
    this.#ids.set(frame, this.#nextId);
    return this.#nextId++;
  }
}
