// Draws template questions about a clip: types evenly, only answers with a margin, no question twice.
// Knows nothing about wrong options.
import type { Clues } from "@dsr/dsr-core/geometry";
import {
  type Candidate,
  candidateOf,
  defaultPlanOptions,
  type Dialect,
  drawPlan,
  EvenDraw,
  mostClauses,
  type PlanOptions,
  type RandomSource,
  type TemplateType,
  templateTypes,
} from "@dsr/dsr-core/questions";
import type { Generator } from "./generator.js";

/** What is drawn. */
export interface TemplateGeneratorOptions {
  readonly dialect: Dialect;
  /** Candidates wanted from each clip. */
  readonly perClip: number;
  /** Least margin of an answer; see `DerivedAnswer`. */
  readonly leastMargin: number;
  /** Longer answers are left out; 15 unless given, the released limit. */
  readonly mostClauses?: number;
  readonly plan?: Partial<PlanOptions>;
}

/** Draws in vain, in a row, before a type is given up for a clip. */
const patience = 60;

/** The generator of the twelve template types. */
export function templateGenerator(options: TemplateGeneratorOptions): Generator {
  const plan = { ...defaultPlanOptions, ...options.plan };
  return {
    name: "template",
    settings: { ...options, plan: { ...plan } },
    generate: async (clues, { random }) => {
      const candidates = drawCandidates(clues, { ...options, plan, random });
      const missing = options.perClip - candidates.length;
      const notes = missing === 0 ? [] : [`templates: ${missing} of ${options.perClip} questions not found`];
      return { candidates, items: [], notes };
    },
  };
}

interface Drawing extends TemplateGeneratorOptions {
  readonly plan: PlanOptions;
  readonly random: RandomSource;
}

function drawCandidates(clues: Clues, drawing: Drawing): readonly Candidate[] {
  const types = new EvenDraw<TemplateType>(templateTypes);
  const failures = new Map<TemplateType, number>(templateTypes.map((type) => [type, 0]));
  const found = new Map<string, Candidate>();
  while (found.size < drawing.perClip) {
    const type = types.draw(drawing.random, (option) => (failures.get(option) ?? 0) < patience);
    if (type === undefined) break;
    const candidate = drawCandidate(clues, type, drawing);
    if (candidate === undefined || found.has(candidate.question)) {
      failures.set(type, (failures.get(type) ?? 0) + 1);
      continue;
    }
    failures.set(type, 0);
    types.count(type);
    found.set(candidate.question, candidate);
  }
  return [...found.values()];
}

function drawCandidate(clues: Clues, type: TemplateType, { plan, random, ...rules }: Drawing): Candidate | undefined {
  const drawn = drawPlan(clues, type, { ...plan, random });
  const candidate = drawn === undefined ? undefined : candidateOf(clues, drawn, rules.dialect);
  if (candidate === undefined || candidate.answer.length > (rules.mostClauses ?? mostClauses)) return undefined;
  return candidate.margin >= rules.leastMargin ? candidate : undefined;
}
