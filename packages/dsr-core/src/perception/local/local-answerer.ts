// Perception by a model on this machine.
// Knows nothing about files: it is given an open model.
import { CoreInputError } from "../../errors.js";
import type { DeviceChoice } from "../../runtime/choose-device.js";
import {
  type Answer,
  type AnswerRequest,
  type Answerer,
  type GenerateRequest,
  checkRequest,
  letterOf,
} from "../answerer.js";
import type { UsageConfig } from "../../model/vision-language/index.js";
import { type Clip, checkClip, framePairs, framesPerPatch, secondsPerGridOf } from "../clip.js";
import { FeatureCache, type FeatureCacheStatistics } from "../feature-cache.js";
import type { GroundingFrame } from "../grounding/ground-question.js";
import { mirroredClip, mirroredText } from "../mirrored.js";
import { questionText } from "../question-text.js";
import { Decoder } from "./decoder.js";
import { type OpenModel, checkModel, sessionOf } from "./open-model.js";
import { lastObjectSlots, optionAlignments } from "./option-alignment.js";
import { optionLikelihoods } from "./option-likelihood.js";
import { type LetterTokens, letterTokens } from "./option-tokens.js";
import { type PairFeatures, PairEncoderRunner } from "./pair-encoder.js";
import { PartTimer } from "./part-timer.js";
import { type ReadPrompt, PromptReader } from "./prefill.js";
import { largestIndex, softmax } from "./probabilities.js";
import { type EmbeddedPrompt, embedIds, embedPrompt } from "./prompt-embedder.js";
import { layOutPrompt } from "./prompt-layout.js";
import { SerialQueue } from "./serial-queue.js";
import { type StepRunner, writeText } from "./text-writer.js";

export interface LocalAnswererOptions {
  /** Pairs of frames whose features are kept; 64 when absent. */
  readonly cachedPairs?: number;
}

/** What keeps prompts about one clip, with its video and without. */
interface Readers {
  readonly seen: PromptReader;
  readonly unseen: PromptReader;
}

/** How a prompt is prepared. */
interface Preparation {
  readonly timer: PartTimer;
  /** Whether other questions about the clip are to be expected. */
  readonly shared: boolean;
  readonly readers: Readers;
}

/** A question and what it is asked about, prepared. */
interface Asked {
  readonly options: readonly string[];
  readonly prompt: Prepared;
}

interface Prepared extends ReadPrompt {
  readonly attention: EmbeddedPrompt["attention"];
  /** The same prompt with nothing to see in its video, where scoring asks for it. */
  readonly unseen: ReadPrompt | undefined;
}

/**
 * An answerer over an open model. One request runs at a time; features of frames are shared between requests, and the
 * prompt up to the video's end between questions about one clip.
 */
export class LocalAnswerer implements Answerer {
  readonly #model: OpenModel;
  readonly #encoder: PairEncoderRunner;
  readonly #features: FeatureCache<PairFeatures>;
  readonly #decoder: Decoder;
  readonly #readers: Readers;
  readonly #mirroredReaders: Readers;
  readonly #queue = new SerialQueue();
  readonly #seen = new WeakSet<Clip>();
  #closed = false;

  /** @throws CoreInputError for a model that cannot answer */
  constructor(model: OpenModel, { cachedPairs = 64 }: LocalAnswererOptions = {}) {
    checkModel(model);
    this.#model = model;
    this.#encoder = new PairEncoderRunner(model);
    this.#features = new FeatureCache(cachedPairs);
    this.#decoder = new Decoder(sessionOf(model, "decoder_model_merged"));
    const readers = (): Readers => ({ seen: new PromptReader(this.#decoder), unseen: new PromptReader(this.#decoder) });
    this.#readers = readers();
    this.#mirroredReaders = readers();
  }

  get description(): string {
    return this.#model.description;
  }

  get preferences(): UsageConfig {
    return this.#model.config.usage;
  }

  /** Where the model runs, and why not elsewhere. */
  get device(): DeviceChoice {
    return sessionOf(this.#model, "decoder_model_merged").device;
  }

  /** How an option's letter is written as a token. @throws CoreInputError when letters are no tokens */
  get letterForm(): LetterTokens["form"] {
    return letterTokens(this.#model.tokenizer, 2).form;
  }

  /** How often features of frames were known already. */
  cacheStatistics(): FeatureCacheStatistics {
    return this.#features.statistics();
  }

  answer(request: AnswerRequest): Promise<Answer> {
    return this.#answer(request, false);
  }

  async answerAll(requests: readonly AnswerRequest[]): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    for (const places of placesByClip(requests)) {
      for (const place of places) {
        const request = requests[place];
        if (request !== undefined) answers[place] = await this.#answer(request, places.length > 1);
      }
    }
    return answers;
  }

  async *generate(request: GenerateRequest): AsyncGenerator<string> {
    const timer = new PartTimer();
    const { signal } = request;
    const preparation = { timer, shared: false, readers: this.#readers };
    const prompt = await this.#queue.run(() => this.#prepare(request, preparation), signal);
    const step: StepRunner = (work) =>
      this.#queue.run(() => {
        this.#checkOpen();
        return work();
      }, signal);
    yield* this.#write(request, prompt, step);
  }

  /** Forgets all frames and prompts, as if nothing had been asked. */
  forget(): void {
    for (const { seen, unseen } of [this.#readers, this.#mirroredReaders]) {
      seen.clear();
      unseen.clear();
    }
    this.#features.clear();
  }

  /** Frees the model once what is in progress has ended. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue.run(async () => {
      this.forget();
      for (const session of this.#model.sessions.values()) await session.close();
    });
  }

  #checkOpen(): void {
    if (this.#closed) throw new CoreInputError("answerer: expected it to be open, found it closed");
  }

  #answer(request: AnswerRequest, shared: boolean): Promise<Answer> {
    const timer = new PartTimer();
    return this.#queue.run(async () => {
      const prompt = await this.#prepare(request, { timer, shared, readers: this.#readers });
      const mirrored = await this.#askMirrored(request, { timer, shared, readers: this.#mirroredReaders });
      const answer = await timer.time("decodeMs", () => this.#conclude(request, prompt, mirrored));
      const attention =
        request.attention === true && prompt.attention !== undefined ? { attention: prompt.attention } : {};
      const logits = request.logits === true ? { logits: prompt.logits } : {};
      return { ...answer, ...attention, ...logits, timings: timer.read() };
    }, request.signal);
  }

  /** The same of the clip's mirror image, where scoring asks for it. */
  async #askMirrored(request: AnswerRequest, preparation: Preparation): Promise<Asked | undefined> {
    if (!this.#isLikelihood(request) || this.preferences.mirrored !== true) return undefined;
    const { clip, question, options = [] } = request;
    const { width = 0 } = clip.frames[0] ?? {};
    const [text = "", ...others] = [question, ...options].map((each) => mirroredText(each, width));
    const mirrored = { ...request, clip: mirroredClip(clip), question: text, options: others };
    return { options: others, prompt: await this.#prepare(mirrored, preparation) };
  }

  /** Everything up to the first token of the answer. */
  async #prepare(request: AnswerRequest, { timer, shared, readers }: Preparation): Promise<Prepared> {
    this.#checkOpen();
    checkRequest(request);
    checkClip(request.clip);
    const { clip, signal } = request;
    const encode = (pair: Parameters<PairEncoderRunner["encode"]>[0]) => this.#encoder.encode(pair, timer);
    const features = await this.#features.encode(framePairs(clip), encode, signal);
    const layout = await timer.time("preprocessMs", () => this.#layOut(request, features));
    signal?.throwIfAborted();
    const words = await timer.time("prefillMs", () => embedIds(this.#model, layout.ids));
    const embedded = await embedPrompt(this.#model, layout, { features, timer, words });
    signal?.throwIfAborted();
    const again = shared || this.#seen.has(clip);
    this.#seen.add(clip);
    const slots = this.#isAligned(request) ? lastObjectSlots(layout) : [];
    const asked = { clip, layout, shared: again, slots };
    const read = await timer.time("prefillMs", () => readers.seen.read({ ...asked, embedded }));
    if (!this.#isContrasted(request)) return { ...read, attention: embedded.attention, unseen: undefined };
    const nothing = await embedPrompt(this.#model, layout, { features: features.map(withoutContent), timer, words });
    signal?.throwIfAborted();
    const unseen = await timer.time("prefillMs", () => readers.unseen.read({ ...asked, embedded: nothing }));
    return { ...read, attention: embedded.attention, unseen };
  }

  #isLikelihood(request: AnswerRequest): boolean {
    return request.options !== undefined && this.#scoringOf(request) === "likelihood";
  }

  #isContrasted(request: AnswerRequest): boolean {
    return this.#isLikelihood(request) && (this.preferences.contrast ?? 0) > 0;
  }

  #isAligned(request: AnswerRequest): boolean {
    return this.#isLikelihood(request) && (this.preferences.alignment ?? 0) > 0;
  }

  #layOut(request: AnswerRequest, features: readonly PairFeatures[]) {
    const { clip, question, options, system } = request;
    const scoring = this.#scoringOf(request);
    const [pair] = features;
    return layOutPrompt({
      model: this.#model,
      grid: [features.length, pair?.rows ?? 0, pair?.columns ?? 0],
      secondsPerGrid: secondsPerGridOf(clip),
      text: questionText(question, scoring === "likelihood" ? undefined : options),
      system,
      frame: groundingFrameOf(clip),
    });
  }

  async #conclude(request: AnswerRequest, prompt: Prepared, mirrored?: Asked): Promise<Omit<Answer, "timings">> {
    const { options } = request;
    const scoring = this.#scoringOf(request);
    if (options === undefined) {
      let text = "";
      for await (const piece of this.#write(request, prompt, (work) => work())) text += piece;
      return { option: undefined, letter: undefined, probabilities: [], text: text.trim(), scoring: "text" };
    }
    const scores =
      scoring === "letter" ? this.#letterScores(options, prompt) : await this.#likelihoodScores({ options, prompt });
    const others = mirrored === undefined ? [] : await this.#likelihoodScores(mirrored);
    const probabilities = softmax(scores.map((score, place) => score + (others[place] ?? 0)));
    const option = largestIndex(probabilities);
    return { option, letter: letterOf(option), probabilities, text: options[option] ?? "", scoring };
  }

  #write(request: GenerateRequest, prompt: ReadPrompt, step: StepRunner): AsyncGenerator<string> {
    return writeText({ model: this.#model, decoder: this.#decoder }, prompt, { request, step });
  }

  #scoringOf({ scoring }: AnswerRequest): "letter" | "likelihood" {
    return scoring ?? this.preferences.scoring ?? "letter";
  }

  #letterScores(options: readonly string[], { logits }: ReadPrompt): readonly number[] {
    const { ids } = letterTokens(this.#model.tokenizer, options.length);
    return ids.map((id) => logits[id] ?? Number.NEGATIVE_INFINITY);
  }

  /** The options' words, and how well they fit what the slots say, as far as the model wants that to count. */
  async #likelihoodScores({ options, prompt }: Asked): Promise<readonly number[]> {
    const words = await this.#likelihoods(options, prompt);
    const { alignment = 0, contrast = 0 } = this.preferences;
    const seen = optionAlignments(prompt, options);
    if (seen === undefined) return words;
    const unseen = prompt.unseen === undefined ? undefined : optionAlignments(prompt.unseen, options);
    return words.map((score, place) => score + alignment * ((seen[place] ?? 0) - contrast * (unseen?.[place] ?? 0)));
  }

  /** Mean log-probability of options' tokens; with a contrast, how much likelier the video makes the option as a whole. */
  async #likelihoods(options: readonly string[], prompt: Prepared): Promise<readonly number[]> {
    const { tokenizer } = this.#model;
    const end = tokenizer.endId === undefined ? [] : [tokenizer.endId];
    const ids = options.map((option) => [...tokenizer.encode(option), ...end]);
    const sumsAfter = (read: ReadPrompt) =>
      optionLikelihoods({ model: this.#model, decoder: this.#decoder }, read, ids);
    const seen = await sumsAfter(prompt);
    if (prompt.unseen === undefined) return seen.map((sum, place) => sum / (ids[place]?.length ?? 1));
    const unseen = await sumsAfter(prompt.unseen);
    const contrast = this.preferences.contrast ?? 0;
    return seen.map((sum, place) => sum - contrast * (unseen[place] ?? 0));
  }
}

/** Features as they are of a video that was taken away in training: zeros. */
function withoutContent({ vision, geometry, ...place }: PairFeatures): PairFeatures {
  const zeros = (of: Float32Array): Float32Array => new Float32Array(of.length);
  return { ...place, vision: zeros(vision), geometry: geometry === undefined ? undefined : zeros(geometry) };
}

/** What boxes and times in a question about the clip refer to. */
function groundingFrameOf({ frames }: Clip): GroundingFrame {
  const { width = 0, height = 0 } = frames[0] ?? {};
  return { width, height, timestamps: frames.map(({ timestamp }) => timestamp), framesPerPatch };
}

/** Places of the requests, those about one clip together so that work is shared; clips in the order they first come. */
function placesByClip(requests: readonly AnswerRequest[]): Iterable<readonly number[]> {
  const places = new Map<Clip, number[]>();
  for (const [place, { clip }] of requests.entries()) places.set(clip, [...(places.get(clip) ?? []), place]);
  return places.values();
}
