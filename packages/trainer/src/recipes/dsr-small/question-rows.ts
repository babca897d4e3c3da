// Packs questions into the rows a training step reads: what follows the video in each prompt, the answer, and where
// regions, tracks and geometry tokens stand. Knows nothing about graphs. Prompts are perception's own.
import { InputError } from "@dsr/env-bridge/contract";
import { type NdData, tensorData } from "@dsr/dsr-core/graph";
import type { Clues } from "@dsr/dsr-core/geometry";
import { REGION_NUMBERS, type VisionLanguageConfig, regionNumbers, regionWeights } from "@dsr/dsr-core/model";
import { type PromptLayout, layOutPrompt } from "@dsr/dsr-core/perception";
import type { TextTokenizer } from "@dsr/dsr-core/processors";
import { type Candidate, partsOf, wordAnswer } from "@dsr/dsr-core/questions";
import { clipFrames, relationSize, slotFrames, stateSize, tubelets } from "./model-file.js";
import { type AnswerTargets, emptyAnswers, writeAnswers } from "./answer-targets.js";
import { type CellGrid, emptyTracks, type TrackTargets, writeLooks, writeTracks } from "./track-targets.js";

/** Most objects that a question names. */
export const mostRegions = 3;
/** Track slots of a question. */
export const slotCount = mostRegions * tubelets;

/** Lengths of rows; longer questions are left out. */
export interface RowSizes {
  /** Questions of a step. */
  readonly questions: number;
  /** Tokens after the video: geometry pads, question, answer. */
  readonly suffix: number;
  /** Words the GSM reads. */
  readonly words: number;
  /** Vision tokens of a clip. */
  readonly videoTokens: number;
  /** Geometry tokens of a question. */
  readonly queries: number;
}

/** Features that take the place of pads, one after the other: geometry tokens, regions, track slots. */
export function featureCount({ queries }: RowSizes): number {
  return queries + mostRegions + slotCount;
}

/** What every prompt begins with, up to the last video pad. */
export interface PromptPrefix {
  readonly ids: readonly number[];
  /** int64 [3, prefix tokens]. */
  readonly positions: readonly (readonly bigint[])[];
}

/** Lays out prompts as perception does. */
export class PromptMaker {
  readonly #model: { readonly config: VisionLanguageConfig; readonly tokenizer: TextTokenizer };
  readonly #size: { readonly height: number; readonly width: number };

  constructor(
    config: VisionLanguageConfig,
    tokenizer: TextTokenizer,
    size: { readonly height: number; readonly width: number },
  ) {
    this.#model = { config, tokenizer };
    this.#size = size;
  }

  get tokenizer(): TextTokenizer {
    return this.#model.tokenizer;
  }

  get config(): VisionLanguageConfig {
    return this.#model.config;
  }

  /** Rows and columns of a clip's tokens. */
  get cells(): readonly [temporal: number, rows: number, columns: number] {
    const { patchSize, spatialMergeSize } = this.#model.config.vision;
    const side = patchSize * spatialMergeSize;
    return [tubelets, this.#size.height / side, this.#size.width / side];
  }

  /** The prompt of a question about a clip of this many frames' times. */
  layOut(text: string, timestamps: readonly number[]): PromptLayout {
    const frames = timestamps.slice(0, clipFrames);
    const duration = (frames.at(-1) ?? 0) - (frames[0] ?? 0);
    return layOutPrompt({
      model: this.#model,
      grid: [...this.cells],
      secondsPerGrid: (2 * duration) / (frames.length - 1),
      text,
      system: undefined,
      frame: { ...this.#size, timestamps: frames, framesPerPatch: 2 },
    });
  }

  /** What all prompts share. @throws InputError when clips of this timing do not fit the others */
  prefix(timestamps: readonly number[]): PromptPrefix {
    const { ids, positions, padsAt, pads } = this.layOut("", timestamps);
    const length = padsAt + pads;
    const axes = [0, 1, 2].map((axis) => [...positions.subarray(axis * ids.length, axis * ids.length + length)]);
    return { ids: ids.slice(0, length), positions: axes };
  }
}

/** Rows of one step; written question by question. */
export class QuestionRows {
  readonly #maker: PromptMaker;
  readonly #sizes: RowSizes;
  readonly #ids: BigInt64Array;
  readonly #positions: BigInt64Array;
  readonly #keep: Float32Array;
  readonly #placement: Float32Array;
  readonly #targets: BigInt64Array;
  readonly #mask: Float32Array;
  readonly #words: BigInt64Array;
  readonly #wordKeep: Float32Array;
  readonly #wordPlacement: Float32Array;
  readonly #wordMask: Float32Array;
  readonly #regionWeights: Float32Array;
  readonly #regionBoxes: Float32Array;
  readonly #regionNames: BigInt64Array;
  readonly #slotPositions: BigInt64Array;
  readonly #tracks: TrackTargets;
  readonly #answers: AnswerTargets;

  constructor(maker: PromptMaker, sizes: RowSizes) {
    const { questions, suffix, words, videoTokens } = sizes;
    const [features, tokens] = [featureCount(sizes), questions * suffix];
    this.#maker = maker;
    this.#sizes = sizes;
    this.#ids = new BigInt64Array(tokens);
    this.#positions = new BigInt64Array(3 * tokens);
    this.#keep = new Float32Array(tokens).fill(1);
    this.#placement = new Float32Array(tokens * features);
    this.#targets = new BigInt64Array(tokens);
    this.#mask = new Float32Array(tokens);
    this.#words = new BigInt64Array(questions * words);
    this.#wordKeep = new Float32Array(questions * words).fill(1);
    this.#wordPlacement = new Float32Array(questions * words * mostRegions);
    this.#wordMask = new Float32Array(questions * words);
    this.#regionWeights = new Float32Array(questions * mostRegions * videoTokens);
    this.#regionBoxes = new Float32Array(questions * mostRegions * REGION_NUMBERS);
    this.#regionNames = new BigInt64Array(questions * mostRegions);
    this.#slotPositions = new BigInt64Array(questions * slotCount);
    this.#tracks = emptyTracks(questions * slotCount, this.#grid);
    this.#answers = emptyAnswers(questions * slotCount);
  }

  get #grid(): CellGrid {
    const [, rows, columns] = this.#maker.cells;
    return { rows, columns };
  }

  /** Writes a question into row `row`; false, and nothing written, when it is too long. */
  add(row: number, clues: Clues, candidate: Candidate): boolean {
    const layout = this.#maker.layOut(
      candidate.question,
      clues.frames.map(({ timestamp }) => timestamp),
    );
    const from = layout.padsAt + layout.pads;
    const { tokenizer } = this.#maker;
    const wording = { dialect: "paper", kind: partsOf(candidate.plan.type).kind } as const;
    const answer = [...tokenizer.encode(wordAnswer(candidate.answer, wording)), tokenizer.endId ?? 0];
    const words = this.#wordPlaces(layout);
    const fits =
      layout.ids.length - from + answer.length - 1 <= this.#sizes.suffix && words.length <= this.#sizes.words;
    if (!fits || layout.regions.length > mostRegions) return false;
    this.#writeTokens(row, layout, answer);
    this.#writeFeatures(row, layout);
    this.#writeWords(row, layout, words);
    writeTracks(clues, candidate.plan, this.#tracks, row * slotCount);
    writeLooks(clues, candidate.plan, this.#tracks, { at: row * slotCount, grid: this.#grid });
    writeAnswers(clues, candidate.plan, this.#answers, row * slotCount);
    return true;
  }

  #wordPlaces({ ids }: PromptLayout): readonly number[] {
    const nonText = new Set(this.#maker.config.tokens.nonText);
    return ids.flatMap((id, at) => (nonText.has(id) ? [] : [at]));
  }

  #writeTokens(row: number, layout: PromptLayout, answer: readonly number[]): void {
    const { suffix, questions } = this.#sizes;
    const from = layout.padsAt + layout.pads;
    const all = [...layout.ids.slice(from), ...answer.slice(0, -1)];
    const prompt = layout.ids.length - from;
    all.forEach((id, place) => {
      const at = row * suffix + place;
      this.#ids[at] = BigInt(id);
      for (let axis = 0; axis < 3; axis++) {
        const known = place < prompt ? layout.positions[axis * layout.ids.length + from + place] : undefined;
        this.#positions[axis * questions * suffix + at] = known ?? BigInt(layout.next + place - prompt);
      }
    });
    answer.forEach((id, place) => {
      const at = row * suffix + prompt - 1 + place;
      this.#targets[at] = BigInt(id);
      this.#mask[at] = 1;
    });
  }

  #place(row: number, place: number, feature: number): void {
    const { suffix } = this.#sizes;
    const at = row * suffix + place;
    this.#keep[at] = 0;
    this.#placement[at * featureCount(this.#sizes) + feature] = 1;
  }

  #writeFeatures(row: number, layout: PromptLayout): void {
    const { queries, videoTokens } = this.#sizes;
    const from = layout.padsAt + layout.pads;
    const [temporal, rows, columns] = this.#maker.cells;
    const cells = { temporal, rows, columns };
    for (let query = 0; query < layout.extraPads; query++) this.#place(row, query, query);
    layout.regions.forEach(({ at, nameAt, region }, place) => {
      this.#regionNames[row * mostRegions + place] = BigInt(layout.ids[nameAt] ?? 0);
      this.#place(row, at - from, queries + place);
      this.#regionWeights.set(regionWeights(region, cells), (row * mostRegions + place) * videoTokens);
      this.#regionBoxes.set(regionNumbers(region, cells), (row * mostRegions + place) * REGION_NUMBERS);
    });
    layout.slots.forEach(({ at }, place) => {
      this.#place(row, at - from, queries + mostRegions + place);
      this.#slotPositions[row * slotCount + place] = BigInt(at - from);
    });
  }

  #writeWords(row: number, layout: PromptLayout, places: readonly number[]): void {
    const { words } = this.#sizes;
    const regionAt = new Map(layout.regions.map(({ at }, place) => [at, place]));
    places.forEach((place, index) => {
      const at = row * words + index;
      this.#words[at] = BigInt(layout.ids[place] ?? 0);
      this.#wordMask[at] = 1;
      const region = regionAt.get(place);
      if (region === undefined) return;
      this.#wordKeep[at] = 0;
      this.#wordPlacement[at * mostRegions + region] = 1;
    });
  }

  /** The rows as inputs of the training graph. @throws InputError when the sizes do not fit the arrays */
  feeds(): Readonly<Record<string, NdData>> {
    const { questions, suffix, words, videoTokens } = this.#sizes;
    if (questions < 1) throw new InputError(`questions: expected at least one, found ${questions}`);
    const features = featureCount(this.#sizes);
    const slots = [questions, slotCount];
    return {
      ids: tensorData("int64", [questions, suffix], this.#ids),
      positions: tensorData("int64", [3, questions, suffix], this.#positions),
      keep: tensorData("float32", [questions, suffix, 1], this.#keep),
      placement: tensorData("float32", [questions, suffix, features], this.#placement),
      targets: tensorData("int64", [questions, suffix], this.#targets),
      mask: tensorData("float32", [questions, suffix], this.#mask),
      words: tensorData("int64", [questions, words], this.#words),
      word_keep: tensorData("float32", [questions, words, 1], this.#wordKeep),
      word_placement: tensorData("float32", [questions, words, mostRegions], this.#wordPlacement),
      word_mask: tensorData("float32", [questions, words], this.#wordMask),
      region_weights: tensorData("float32", [questions, mostRegions, videoTokens], this.#regionWeights),
      region_boxes: tensorData("float32", [questions, mostRegions, REGION_NUMBERS], this.#regionBoxes),
      region_names: tensorData("int64", [questions, mostRegions], this.#regionNames),
      slot_positions: tensorData("int64", slots, this.#slotPositions),
      state_targets: tensorData("float32", [...slots, stateSize], this.#tracks.state),
      state_mask: tensorData("float32", [...slots, stateSize], this.#tracks.stateMask),
      relation_targets: tensorData("float32", [...slots, relationSize], this.#tracks.relation),
      relation_mask: tensorData("float32", [...slots, relationSize], this.#tracks.relationMask),
      look_targets: tensorData("float32", [...slots, videoTokens / tubelets], this.#tracks.look),
      look_mask: tensorData("float32", slots, this.#tracks.lookMask),
      clause_targets: tensorData("int64", [...slots, slotFrames], this.#answers.clause),
      place_targets: tensorData("int64", [...slots, slotFrames], this.#answers.place),
      answer_mask: tensorData("float32", [...slots, slotFrames], this.#answers.mask),
    };
  }
}
