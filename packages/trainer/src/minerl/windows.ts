// Windows for behaviour cloning: the frames that were seen, and the chunk of actions that a person then made.
// Knows nothing about models; reads any stream of opened episodes.
import type { RgbImage } from "@dsr/dsr-core/video";
import { InputError, encodeMinedojoAction, minedojoNoop } from "@dsr/env-bridge/contract";
import type { Demonstration } from "./demonstration.js";
import type { DemonstrationReference } from "./layouts/open-demonstration.js";
import { type ActionHistogram, isMeaningful } from "./preparation/class-weights.js";
import { type PreparationOptions, type PreparedAction, prepareActions } from "./preparation/prepare-actions.js";
import { type StreamOptions, interleaveEpisodes } from "./streaming/interleave.js";

/** Components of an action. */
const components = 8;

/** Shape of the windows, and how they are made. */
export interface WindowOptions extends PreparationOptions, StreamOptions {
  /** Frames of a window; the last is the one that the first action answers. */
  readonly frames: number;
  /** Actions of a window. */
  readonly chunk: number;
  /** Prepared steps between two windows; 1 unless given. */
  readonly stride?: number | undefined;
  /** Weights by class, such as {@link classWeights} makes; all 1 unless given. */
  readonly classWeights?: ActionHistogram | undefined;
}

/** One training example. */
export interface DemonstrationWindow {
  readonly demonstration: Demonstration;
  /** Index of the newest frame in its episode. */
  readonly index: number;
  /** Oldest first. Before the episode's first frame that frame is repeated. */
  readonly frames: readonly RgbImage[];
  /** Repeated frames at the beginning. */
  readonly padding: number;
  /** chunk × 8 integers of MineDojo's space; no-ops after the episode's end. */
  readonly actions: Int32Array;
  /** chunk × 8: 0 after the episode's end and for arguments that no function uses. */
  readonly weights: Float32Array;
}

/** Windows of all episodes, those of `parallel` episodes in turn; at most `frames` pictures of each are kept. */
export function demonstrationWindows(
  episodes: readonly DemonstrationReference[],
  options: WindowOptions,
): AsyncGenerator<DemonstrationWindow> {
  return interleaveEpisodes(episodes, (demonstration) => windowsOf(demonstration, options), options);
}

/** Windows of one episode in order. @throws InputError for lengths below 1; CoreInputError when its video breaks off */
export async function* windowsOf(
  demonstration: Demonstration,
  options: WindowOptions,
): AsyncGenerator<DemonstrationWindow> {
  checkLengths(options);
  const prepared = prepareActions(demonstration, options);
  const { stride = 1 } = options;
  const seen: RgbImage[] = [];
  let next = 0;
  let index = 0;
  for await (const frame of demonstration.frames()) {
    if (prepared[next]?.index !== index++) continue;
    seen.push(frame);
    if (seen.length > options.frames) seen.shift();
    if (next % stride === 0) yield windowAt(demonstration, seen, targetsOf(prepared, next, options));
    if (++next === prepared.length) return;
  }
}

function checkLengths({ frames, chunk, stride = 1 }: WindowOptions): void {
  for (const [name, value] of Object.entries({ frames, chunk, stride })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new InputError(`windows: expected ${name} of at least 1, found ${value}`);
  }
}

interface Targets {
  readonly index: number;
  readonly frames: number;
  readonly actions: Int32Array;
  readonly weights: Float32Array;
}

function windowAt(demonstration: Demonstration, seen: readonly RgbImage[], targets: Targets): DemonstrationWindow {
  const { index, frames, actions, weights } = targets;
  const padding = frames - seen.length;
  const [first] = seen;
  const repeated = first === undefined ? [] : Array.from({ length: padding }, () => first);
  return { demonstration, index, frames: [...repeated, ...seen], padding, actions, weights };
}

function targetsOf(prepared: readonly PreparedAction[], from: number, options: WindowOptions): Targets {
  const { frames, chunk, cameraInterval } = options;
  const actions = new Int32Array(chunk * components);
  const weights = new Float32Array(chunk * components);
  const idle = encodeMinedojoAction(minedojoNoop, cameraInterval);
  for (let k = 0; k < chunk; k++) {
    const action = prepared[from + k]?.minedojo;
    actions.set(action ?? idle, k * components);
    if (action !== undefined) weights.set(weightsOf(action, options.classWeights), k * components);
  }
  return { index: prepared[from]?.index ?? 0, frames, actions, weights };
}

function weightsOf(action: readonly number[], byClass: ActionHistogram | undefined): readonly number[] {
  return action.map((chosen, component) => {
    if (!isMeaningful(action, component)) return 0;
    return byClass?.[component]?.[chosen] ?? 1;
  });
}
