// Free-form questions about a clip: a language model words them, their form and objects are checked.
// Knows nothing about servers; whether the model's answer is true is for people to review.
import { type Clues, seenAt } from "@dsr/dsr-core/geometry";
import {
  type Dialect,
  freeFormItem,
  type FreeFormPlan,
  freeFormPrompt,
  type FreeFormReply,
  mobilities,
  parseReply,
  pick,
  type QuestionItem,
  type RandomSource,
  replyFault,
  type Target,
  viewpointOf,
} from "@dsr/dsr-core/questions";
import { askUntilValid, type LanguageModel } from "../language/index.js";
import type { Generator } from "./generator.js";

/** How many, and how they are drawn. */
export interface FreeFormGeneratorOptions {
  readonly model: LanguageModel;
  readonly dialect: Dialect;
  /** Questions wanted from each clip. */
  readonly perClip: number;
  /** Replies asked for before a question is given up. */
  readonly attempts: number;
  /** Frames at the end that stay hidden, and the least number of steps of an interval. */
  readonly hiddenFrames: number;
  readonly leastSteps: number;
}

/** As released: at least 3 steps, the last 2 frames hidden. */
export const defaultFreeFormOptions = { perClip: 2, attempts: 4, hiddenFrames: 2, leastSteps: 3 } as const;

/** Draws of a plan before a clip is given up, as released. */
const mostDraws = 50;

/** The generator of the thirteenth type. */
export function freeFormGenerator(options: FreeFormGeneratorOptions): Generator {
  const { model, ...rest } = options;
  return {
    name: "free-form",
    settings: { ...rest, model: model.description },
    generate: async (clues, { random, signal }) => {
      const items: QuestionItem[] = [];
      const notes: string[] = [];
      for (const { plan, prompt } of drawFreeFormPlans(clues, random, options)) {
        const parse = (text: string): FreeFormReply | { readonly fault: string } => checkedReply(text, clues, plan);
        const reply = await askUntilValid(model, { text: prompt }, parse, { attempts: options.attempts, signal });
        if ("fault" in reply) notes.push(`free-form: ${reply.fault}`);
        else items.push(freeFormItem(reply, clues, { ...plan, dialect: options.dialect }));
      }
      const missing = options.perClip - items.length;
      if (missing > 0 && notes.length < missing)
        notes.push(`free-form: ${missing} of ${options.perClip} questions not found`);
      return { candidates: [], items, notes };
    },
  };
}

/** A plan with its prompt. */
export interface PlannedFreeForm {
  readonly plan: FreeFormPlan;
  readonly prompt: string;
}

/** What would be asked about a clip: as many plans as wanted, fewer where the clip gives no more. */
export function drawFreeFormPlans(
  clues: Clues,
  random: RandomSource,
  options: Omit<FreeFormGeneratorOptions, "model">,
): readonly PlannedFreeForm[] {
  const found: PlannedFreeForm[] = [];
  for (let draw = 0; draw < mostDraws && found.length < options.perClip; draw++) {
    const plan = drawPlan(clues, random, options);
    const prompt = plan === undefined ? undefined : freeFormPrompt(clues, plan, options.dialect);
    if (plan !== undefined && prompt !== undefined && found.every((other) => other.prompt !== prompt))
      found.push({ plan, prompt });
  }
  return found;
}

/** An interval, an observer, and the objects that are in sight all the while. */
function drawPlan(
  clues: Clues,
  random: RandomSource,
  { hiddenFrames, leastSteps }: Omit<FreeFormGeneratorOptions, "model">,
): FreeFormPlan | undefined {
  const visible = clues.frames.length - hiddenFrames;
  if (visible <= leastSteps) return undefined;
  const start = random.integer(visible - leastSteps);
  const end = start + leastSteps + random.integer(visible - leastSteps - start);
  const mobility = pick(random, mobilities) ?? "abs";
  const viewFrame = mobility === "abs" ? random.integer(visible) : undefined;
  const frames = Array.from({ length: end - start + 1 }, (_, i) => start + i);
  const inSight = clues.objects.filter((object) => frames.every((frame) => seenAt(object, frame) !== undefined));
  const views = viewFrame === undefined ? frames : [viewFrame];
  const isObserver = (target: Target): boolean =>
    views.every((frame) => viewpointOf(clues, target, frame) !== undefined && isSeen(clues, target, frame));
  const observers: Target[] = clues.objects.map(({ id }) => ({ object: id }));
  const observer = random.float() < 0.5 ? "camera" : pick(random, observers.filter(isObserver));
  const objects = inSight.map(({ id }): Target => ({ object: id }));
  const watched = objects.filter((target) => observer === "camera" || idOf(target) !== idOf(observer));
  if (observer === undefined || watched.length < 2) return undefined;
  return { mobility, observer, ...(viewFrame === undefined ? {} : { viewFrame }), objects: watched, start, end };
}

function idOf(target: Target | undefined): string | undefined {
  return target === undefined || target === "camera" ? undefined : target.object;
}

function isSeen(clues: Clues, target: Target, frame: number): boolean {
  const object = clues.objects.find(({ id }) => id === idOf(target));
  return object !== undefined && seenAt(object, frame) !== undefined;
}

function checkedReply(text: string, clues: Clues, plan: FreeFormPlan): FreeFormReply | { readonly fault: string } {
  const reply = parseReply(text);
  if ("fault" in reply) return reply;
  const fault = replyFault(reply, clues, plan);
  return fault === undefined ? reply : { fault };
}
