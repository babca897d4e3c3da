// Acting by a model on this machine: one forward pass gives a chunk of actions, for one window or several at once.
// Knows nothing about files: it is given an open model. Nothing about environments either.
import { CoreInputError } from "../../errors.js";
import { int64Data } from "../../graph/data.js";
import type { ActionConfig } from "../../model/vision-language/index.js";
import type { VideoFrameImage } from "../../video/read-video.js";
import { type Clip, checkClip, framePairs, framesPerPatch, secondsPerGridOf } from "../clip.js";
import type { FramePair } from "../feature-cache.js";
import { Decoder } from "../local/decoder.js";
import { type OpenModel, checkModel, sessionOf } from "../local/open-model.js";
import { type PairFeatures, PairEncoderRunner } from "../local/pair-encoder.js";
import { PartTimer } from "../local/part-timer.js";
import { embedIds, embedPrompt } from "../local/prompt-embedder.js";
import { type PromptLayout, layOutPrompt } from "../local/prompt-layout.js";
import { floatsOf } from "../local/tensor-rows.js";
import type { ActRequest, ActionLogits, Actor } from "./actor.js";
import { packPrompts } from "./pack-prompts.js";
import { RequestBatcher } from "./request-batcher.js";

/** Windows that are decided on at once at most. */
const largestBatch = 32;

/** Prompts whose layout and words are kept. */
const keptPrompts = 64;

interface KnownPrompt {
  readonly layout: PromptLayout;
  /** Embeddings [prompt, width] of its ids. */
  readonly words: Float32Array;
}

/** An actor over an open model; features of frames are shared between windows, prompts between decisions. */
export class LocalActor implements Actor {
  readonly actions: ActionConfig;
  readonly #model: OpenModel;
  readonly #encoder: PairEncoderRunner;
  readonly #decoder: Decoder;
  readonly #batcher = new RequestBatcher<ActRequest, ActionLogits>(
    (requests) => this.#decideAll(requests),
    largestBatch,
  );
  /** By the pair's frames as objects, so that features go when their frames do. */
  readonly #features = new WeakMap<VideoFrameImage, WeakMap<VideoFrameImage, PairFeatures>>();
  readonly #prompts = new Map<string, KnownPrompt>();
  #queries: Float32Array | undefined;
  #closed = false;

  /** @throws CoreInputError for a model that cannot act */
  constructor(model: OpenModel) {
    checkModel(model);
    const { actions } = model.config;
    if (actions === undefined)
      throw new CoreInputError(`model ${model.description}: expected an action head (dsr_config.actions), found none`);
    this.actions = actions;
    this.#model = model;
    this.#encoder = new PairEncoderRunner(model);
    this.#decoder = new Decoder(sessionOf(model, "decoder_model_merged"));
  }

  get description(): string {
    return this.#model.description;
  }

  async decide(request: ActRequest): Promise<ActionLogits> {
    if (this.#closed) throw new CoreInputError("actor: expected it to be open, found it closed");
    checkClip(request.clip);
    const { length } = request.clip.frames;
    if (length % framesPerPatch !== 0)
      throw new CoreInputError(`window: expected an even number of frames, found ${length}`);
    return this.#batcher.call(request);
  }

  /** Frees the model once what is in progress has ended. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#batcher.idle();
    for (const session of this.#model.sessions.values()) await session.close();
  }

  async #decideAll(requests: readonly ActRequest[]): Promise<readonly ActionLogits[]> {
    const timer = new PartTimer();
    await this.#encodeNew(
      requests.map(({ clip }) => clip),
      timer,
    );
    const prompts: { readonly rows: Float32Array; readonly layout: PromptLayout }[] = [];
    for (const request of requests) {
      const features = framePairs(request.clip).flatMap((pair) => this.#featuresOf(pair) ?? []);
      const { layout, words } = await this.#promptOf(request, features);
      const { rows } = await embedPrompt(this.#model, layout, { features, timer, words });
      prompts.push({ rows, layout });
    }
    const packed = packPrompts(prompts, { queries: await this.#queryRows(), count: this.actions.chunk });
    const { actions } = await this.#decoder.read({ ...packed, keep: 1 });
    return requests.map((_, row) => this.#rowOf(actions, row));
  }

  #rowOf(actions: ReadonlyMap<string, Parameters<typeof floatsOf>[0]>, row: number): ActionLogits {
    return new Map(
      this.actions.components.map(({ name, size }) => {
        const all = floatsOf(actions.get(name), `actions.${name}`);
        const length = this.actions.chunk * size;
        return [name, all.slice(row * length, (row + 1) * length)];
      }),
    );
  }

  #featuresOf([first, second]: FramePair): PairFeatures | undefined {
    return this.#features.get(first)?.get(second);
  }

  /** Encodes the pairs that were not seen before, all at once. */
  async #encodeNew(clips: readonly Clip[], timer: PartTimer): Promise<void> {
    const fresh: FramePair[] = [];
    for (const pair of clips.flatMap(framePairs)) {
      const isQueued = fresh.some(([first, second]) => first === pair[0] && second === pair[1]);
      if (!isQueued && this.#featuresOf(pair) === undefined) fresh.push(pair);
    }
    if (fresh.length === 0) return;
    const found = await this.#encoder.encodeAll(fresh, timer);
    fresh.forEach(([first, second], place) => {
      const features = found[place];
      const known = this.#features.get(first) ?? new WeakMap<VideoFrameImage, PairFeatures>();
      this.#features.set(first, known);
      if (features !== undefined) known.set(second, features);
    });
  }

  async #promptOf({ clip, instruction }: ActRequest, features: readonly PairFeatures[]): Promise<KnownPrompt> {
    const [pair] = features;
    const grid = [features.length, pair?.rows ?? 0, pair?.columns ?? 0] as const;
    const secondsPerGrid = secondsPerGridOf(clip);
    const key = JSON.stringify([grid, secondsPerGrid, instruction]);
    const known = this.#prompts.get(key);
    if (known !== undefined) return known;
    const { width = 0, height = 0 } = clip.frames[0] ?? {};
    const frame = { width, height, timestamps: clip.frames.map(({ timestamp }) => timestamp), framesPerPatch };
    const request = { model: this.#model, grid, secondsPerGrid, text: instruction, system: undefined, frame };
    const layout = layOutPrompt(request);
    const made = { layout, words: await embedIds(this.#model, layout.ids) };
    if (this.#prompts.size >= keptPrompts) this.#prompts.clear();
    this.#prompts.set(key, made);
    return made;
  }

  async #queryRows(): Promise<Float32Array> {
    if (this.#queries !== undefined) return this.#queries;
    const { chunk } = this.actions;
    const steps = Array.from({ length: chunk }, (_, step) => step);
    const found = await sessionOf(this.#model, "action_queries").run({ action_steps: int64Data([chunk], steps) });
    this.#queries = floatsOf(found["action_queries"], "action_queries");
    return this.#queries;
  }
}
