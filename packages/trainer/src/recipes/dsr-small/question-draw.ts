// Draws questions about clips with their right answers, rare answers more often than they come by themselves.
// Knows nothing about tokens or graphs.
import { type Random, createRandom } from "@dsr/env-bridge/contract";
import type { Clues } from "@dsr/dsr-core/geometry";
import {
  type Candidate,
  type TemplateType,
  candidateOf,
  defaultPlanOptions,
  drawPlan,
  templateTypes,
} from "@dsr/dsr-core/questions";

/** How questions are drawn. */
export interface QuestionDrawOptions {
  /** Least margin of an answer: what changes with a little shift of the thresholds teaches little. */
  readonly leastMargin: number;
  /** Questions whose answers have more clauses are left out. */
  readonly mostClauses: number;
  /** How far frequencies are evened out: 0 not at all, 1 wholly. */
  readonly balance: number;
}

/** An answer this rare is always taken. */
const rare = 0.02;
const attempts = 60;

/** Draws questions; the same random numbers give the same questions. */
export class QuestionDraw {
  readonly #options: QuestionDrawOptions;
  readonly #shares = new Map<string, number>();

  /** Learns how often answers come from a sample of the clips, always the same one. */
  constructor(clips: readonly Clues[], options: QuestionDrawOptions, samples = 6000) {
    this.#options = options;
    const random = createRandom("answer frequencies");
    const counts = new Map<string, number>();
    const totals = new Map<string, number>();
    for (let draw = 0; draw < samples; draw++) {
      const clues = clips[random.integer(clips.length)];
      const type = templateTypes[draw % templateTypes.length];
      const candidate = clues === undefined || type === undefined ? undefined : this.#draw(clues, type, random);
      if (candidate === undefined) continue;
      const key = keyOf(candidate);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      totals.set(candidate.plan.type, (totals.get(candidate.plan.type) ?? 0) + 1);
    }
    for (const [key, count] of counts) this.#shares.set(key, count / (totals.get(key.split(" ")[0] ?? "") ?? 1));
  }

  /** A question about a clip; undefined when none was found. */
  next(clues: Clues, random: Random): Candidate | undefined {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const type = templateTypes[random.integer(templateTypes.length)] ?? "rel_dis";
      const candidate = this.#draw(clues, type, random);
      if (candidate !== undefined && random.float() < this.#chance(candidate)) return candidate;
    }
    return undefined;
  }

  #chance(candidate: Candidate): number {
    const share = this.#shares.get(keyOf(candidate)) ?? 0;
    return share <= rare ? 1 : (rare / share) ** this.#options.balance;
  }

  #draw(clues: Clues, type: TemplateType, random: Random): Candidate | undefined {
    const plan = drawPlan(clues, type, { ...defaultPlanOptions, random });
    const candidate = plan === undefined ? undefined : candidateOf(clues, plan, "paper");
    if (candidate === undefined) return undefined;
    const { leastMargin, mostClauses } = this.#options;
    return candidate.margin >= leastMargin && candidate.answer.length <= mostClauses ? candidate : undefined;
  }
}

function keyOf({ plan, answer }: Candidate): string {
  return `${plan.type} ${answer.join()}`;
}
