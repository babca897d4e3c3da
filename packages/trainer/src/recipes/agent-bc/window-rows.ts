// Packs windows into the rows a training step reads: pictures, the prompt with the action queries behind it, targets.
// Knows nothing about graphs and stores. Prompts are perception's own.
import { InputError, minedojoComponents } from "@dsr/env-bridge/contract";
import { type NdData, tensorData } from "@dsr/dsr-core/graph";
import { type PromptLayout, layOutPrompt } from "@dsr/dsr-core/perception";
import type { TextTokenizer } from "@dsr/dsr-core/processors";
import type { ActionHistogram } from "../../minerl/preparation/class-weights.js";
import { isMeaningful } from "../../minerl/preparation/class-weights.js";
import { type BehaviourSizes, type BehaviourStep, behaviourFeatures, focusTargets } from "./behaviour-graph.js";

/** Lays out the agent's prompts as an actor does. */
export class ActionPrompts {
  readonly config: BehaviourStep["config"];
  readonly #tokenizer: TextTokenizer;
  readonly #tickRate: number;
  readonly #known = new Map<string, PromptLayout>();

  constructor(config: BehaviourStep["config"], tokenizer: TextTokenizer, tickRate: number) {
    this.config = config;
    this.#tokenizer = tokenizer;
    this.#tickRate = tickRate;
  }

  layOut(instruction: string): PromptLayout {
    const known = this.#known.get(instruction);
    if (known !== undefined) return known;
    const { window } = this.config.actions;
    const { patchSize, spatialMergeSize } = this.config.vision;
    const side = patchSize * spatialMergeSize;
    const timestamps = Array.from({ length: window.frames }, (_, frame) => (frame * window.stride) / this.#tickRate);
    const layout = layOutPrompt({
      model: { config: this.config, tokenizer: this.#tokenizer },
      grid: [window.frames / 2, window.height / side, window.width / side],
      secondsPerGrid: (2 * window.stride) / this.#tickRate,
      text: instruction,
      system: undefined,
      frame: { height: window.height, width: window.width, timestamps, framesPerPatch: 2 },
    });
    this.#known.set(instruction, layout);
    return layout;
  }

  /** Places of the words that the GSM reads. */
  words({ ids }: PromptLayout): readonly number[] {
    const nonText = new Set(this.config.tokens.nonText);
    return ids.filter((id) => !nonText.has(id));
  }

  /** Lengths for windows of these instructions. */
  sizes(instructions: readonly string[], batch: number): BehaviourSizes {
    const layouts = instructions.map((instruction) => this.layOut(instruction));
    return {
      batch,
      tokens: Math.max(...layouts.map(({ ids }) => ids.length)) + this.config.actions.chunk,
      words: Math.max(...layouts.map((layout) => this.words(layout).length)),
      videoTokens: layouts[0]?.pads ?? 0,
      queries: this.config.gsm?.queries ?? 0,
    };
  }
}

/** One training example. */
export interface Window {
  readonly instruction: string;
  /** Writes RGB bytes [frames, height, width, 3], oldest first. */
  readonly pictures: (into: Uint8Array) => void;
  /** Up to `chunk` actions of eight integers; what is missing at the end does not count. */
  readonly actions: readonly (readonly number[])[];
  /** What the player went for: degrees, degrees, metres, in view; undefined when not known. */
  readonly focus?: readonly number[] | undefined;
}

/** Rows of one step, written window by window. */
export class WindowRows {
  readonly #prompts: ActionPrompts;
  readonly #step: BehaviourStep;
  readonly #weights: ActionHistogram;
  readonly #frames: Uint8Array;
  readonly #ids: BigInt64Array;
  readonly #positions: BigInt64Array;
  readonly #keep: Float32Array;
  readonly #placement: Float32Array;
  readonly #places: BigInt64Array;
  readonly #words: BigInt64Array;
  readonly #wordMask: Float32Array;
  readonly #targets: readonly BigInt64Array[];
  readonly #masks: readonly Float32Array[];
  readonly #focus: Float32Array;
  readonly #focusMask: Float32Array;
  #geometryPositions: BigInt64Array;

  /** `weights` by class of each of the eight components. */
  constructor(prompts: ActionPrompts, sizes: BehaviourSizes, weights: ActionHistogram) {
    const { actions } = prompts.config;
    const rows = sizes.batch * sizes.tokens;
    this.#prompts = prompts;
    this.#step = { config: prompts.config, sizes };
    this.#weights = weights;
    this.#frames = new Uint8Array(sizes.batch * this.#pictureBytes());
    this.#ids = new BigInt64Array(rows);
    this.#positions = new BigInt64Array(3 * rows);
    this.#keep = new Float32Array(rows).fill(1);
    this.#placement = new Float32Array(rows * behaviourFeatures(this.#step));
    this.#places = new BigInt64Array(sizes.batch * actions.chunk);
    this.#words = new BigInt64Array(sizes.batch * sizes.words);
    this.#wordMask = new Float32Array(sizes.batch * sizes.words);
    this.#targets = actions.components.map(() => new BigInt64Array(sizes.batch * actions.chunk));
    this.#masks = actions.components.map(() => new Float32Array(sizes.batch * actions.chunk));
    this.#focus = new Float32Array(sizes.batch * focusTargets);
    this.#focusMask = new Float32Array(sizes.batch * focusTargets);
    this.#geometryPositions = new BigInt64Array(3 * sizes.videoTokens);
  }

  #pictureBytes(): number {
    const { frames, height, width } = this.#prompts.config.actions.window;
    return frames * height * width * 3;
  }

  /** Writes a window into row `row`. @throws InputError when its prompt is longer than the rows */
  set(row: number, { instruction, pictures, actions, focus }: Window): void {
    const layout = this.#prompts.layOut(instruction);
    const { tokens } = this.#step.sizes;
    const length = layout.ids.length + this.#prompts.config.actions.chunk;
    if (length > tokens) throw new InputError(`instruction: expected at most ${tokens} tokens, found ${length}`);
    const size = this.#pictureBytes();
    pictures(this.#frames.subarray(row * size, (row + 1) * size));
    this.#writePrompt(row, layout);
    this.#writeWords(row, layout);
    this.#writeTargets(row, actions);
    if (focus !== undefined) this.#writeFocus(row, focus);
  }

  /** Turns and distance are learned of what is in view only: nothing tells where the rest is. */
  #writeFocus(row: number, [yaw = 0, pitch = 0, distance = 0, inView = 0]: readonly number[]): void {
    this.#focus.set([yaw / 20, pitch / 15, Math.log(Math.max(distance, 0.5) / 4), 2 * inView - 1], row * focusTargets);
    this.#focusMask.set([inView, inView, inView, 1], row * focusTargets);
  }

  #writePrompt(row: number, layout: PromptLayout): void {
    const { batch, tokens, videoTokens, queries } = this.#step.sizes;
    const { length } = layout.ids;
    const first = row * tokens;
    layout.ids.forEach((id, place) => {
      this.#ids[first + place] = BigInt(id);
      for (let axis = 0; axis < 3; axis++)
        this.#positions[axis * batch * tokens + first + place] = layout.positions[axis * length + place] ?? 0n;
    });
    for (let pad = 0; pad < videoTokens + queries; pad++) this.#place(first + layout.padsAt + pad, pad);
    const { chunk } = this.#prompts.config.actions;
    for (let query = 0; query < chunk; query++) {
      this.#place(first + length + query, videoTokens + queries + query);
      this.#places[row * chunk + query] = BigInt(length + query);
      for (let axis = 0; axis < 3; axis++)
        this.#positions[axis * batch * tokens + first + length + query] = BigInt(layout.next + query);
    }
  }

  #place(at: number, feature: number): void {
    this.#keep[at] = 0;
    this.#placement[at * behaviourFeatures(this.#step) + feature] = 1;
  }

  #writeWords(row: number, layout: PromptLayout): void {
    const { words, videoTokens } = this.#step.sizes;
    this.#prompts.words(layout).forEach((id, place) => {
      this.#words[row * words + place] = BigInt(id);
      this.#wordMask[row * words + place] = 1;
    });
    const { length } = layout.ids;
    const start = layout.positions[layout.padsAt] ?? 0n;
    this.#geometryPositions = BigInt64Array.from({ length: 3 * videoTokens }, (_, at) => {
      const [axis, pad] = [Math.floor(at / videoTokens), at % videoTokens];
      return (layout.positions[axis * length + layout.padsAt + pad] ?? 0n) - start;
    });
  }

  #writeTargets(row: number, actions: Window["actions"]): void {
    const { chunk, components } = this.#prompts.config.actions;
    actions.slice(0, chunk).forEach((action, place) => {
      components.forEach(({ name }, part) => {
        const component = (minedojoComponents as readonly string[]).indexOf(name);
        const chosen = action[component] ?? 0;
        const [targets, masks] = [this.#targets[part], this.#masks[part]];
        if (targets !== undefined) targets[row * chunk + place] = BigInt(chosen);
        if (masks !== undefined && isMeaningful(action, component))
          masks[row * chunk + place] = this.#weights[component]?.[chosen] ?? 1;
      });
    });
  }

  /** The rows as inputs of the training graph. */
  feeds(): Readonly<Record<string, NdData>> {
    const { batch, tokens, words, videoTokens } = this.#step.sizes;
    const { window, chunk, components } = this.#prompts.config.actions;
    const targets = components.flatMap(({ name }, part) => [
      [`target_${name}`, tensorData("int64", [batch, chunk], this.#targets[part] ?? new BigInt64Array(0))] as const,
      [`mask_${name}`, tensorData("float32", [batch, chunk], this.#masks[part] ?? new Float32Array(0))] as const,
    ]);
    const selected = {
      words: tensorData("int64", [batch, words], this.#words),
      word_mask: tensorData("float32", [batch, words], this.#wordMask),
      geometry_positions: tensorData("int64", [3, 1, videoTokens], this.#geometryPositions),
    };
    return {
      frames: tensorData("uint8", [batch, window.frames, window.height, window.width, 3], this.#frames),
      ids: tensorData("int64", [batch, tokens], this.#ids),
      keep: tensorData("float32", [batch, tokens, 1], this.#keep),
      placement: tensorData("float32", [batch, tokens, behaviourFeatures(this.#step)], this.#placement),
      positions: tensorData("int64", [3, batch, tokens], this.#positions),
      action_positions: tensorData("int64", [batch, chunk], this.#places),
      ...(this.#prompts.config.fusion === "gsm" ? selected : {}),
      ...Object.fromEntries(targets),
      focus_targets: tensorData("float32", [batch, 1, focusTargets], this.#focus),
      focus_mask: tensorData("float32", [batch, 1, focusTargets], this.#focusMask),
    };
  }
}
