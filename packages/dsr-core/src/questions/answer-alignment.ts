// How well frame-by-frame accounts of an answer that grows fit a whole answer: the ways in which it may have grown are
// summed, as connectionist temporal classification sums alignments (Graves et al., 2006).
// Knows nothing about who gives the accounts.
import { templateClauses } from "./answer-so-far.js";
import type { Clause } from "./describe/index.js";

/**
 * Log-probabilities in one frame: of the clause reached (1 + its place in `templateClauses`), and of its place in the answer
 * (1 for the first); 0 is where there is no answer yet or no longer.
 */
export interface FrameAccount {
  readonly clause: readonly number[];
  readonly place: readonly number[];
}

/** What an answer may be in a frame, and what it may be in the next one. */
interface Stage {
  readonly clause: number;
  readonly place: number;
  readonly next: readonly number[];
}

const nothing = 0;

/**
 * Log-probability that the answer so far went through the frames as this answer does; undefined for clauses that are none
 * of the templates'. `accounts` hold all frames of the clip; places beyond the last one known count as that one.
 */
export function alignAnswer(accounts: readonly FrameAccount[], clauses: readonly Clause[]): number | undefined {
  const stages = stagesOf(clauses, (accounts[0]?.place.length ?? 1) - 1);
  if (stages === undefined) return undefined;
  const start = stages.map((_, stage) => (stage === 0 || stages[0]?.next.includes(stage) === true ? 0 : -Infinity));
  const end = accounts.reduce<readonly number[]>((reached, account, frame) => {
    const arrived = frame === 0 ? start : step(stages, reached);
    return arrived.map((log, stage) => log + emission(account, stages[stage]));
  }, start);
  return logSum(end.slice(-2));
}

/**
 * The stages of an answer: nothing yet, its clauses one after the other, nothing any longer. "Nearly constant, then …" is
 * nearly constant at first, and what comes after it may seem a clause of its own for a while.
 */
function stagesOf(clauses: readonly Clause[], places: number): readonly Stage[] | undefined {
  const codes = clauses.map((clause) => 1 + templateClauses.indexOf(clause));
  if (clauses.length === 0 || codes.includes(0)) return undefined;
  const constant = 1 + templateClauses.indexOf("constant");
  const stages: { clause: number; place: number; next: number[] }[] = [];
  const add = (clause: number, place: number): number =>
    stages.push({ clause, place: Math.min(place, places), next: [] }) - 1;
  const link = (from: number | undefined, to: number | undefined): void => {
    if (from !== undefined && to !== undefined) stages[from]?.next.push(to);
  };
  let before = add(nothing, 0);
  link(before, before);
  codes.forEach((code, at) => {
    const isTurn = clauses[at]?.startsWith("constant-") === true;
    const [early, more] = isTurn ? [add(constant, at + 1), add(constant, at + 2)] : [];
    const own = add(code, at + 1);
    for (const stage of [early, more, own]) link(stage, stage);
    for (const stage of [early, own]) link(before, stage);
    link(early, own);
    link(own, more);
    link(more, own);
    before = own;
  });
  const after = add(nothing, 0);
  for (const stage of [before, after]) link(stage, after);
  return stages;
}

/** Log-probabilities of being in each stage a frame later. */
function step(stages: readonly Stage[], reached: readonly number[]): readonly number[] {
  const arriving = stages.map((): number[] => []);
  stages.forEach(({ next }, stage) => {
    for (const to of next) arriving[to]?.push(reached[stage] ?? -Infinity);
  });
  return arriving.map(logSum);
}

function emission({ clause, place }: FrameAccount, stage: Stage | undefined): number {
  return (clause[stage?.clause ?? -1] ?? -Infinity) + (place[stage?.place ?? -1] ?? -Infinity);
}

function logSum(logs: readonly number[]): number {
  const most = Math.max(-Infinity, ...logs);
  if (most === -Infinity) return most;
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}
