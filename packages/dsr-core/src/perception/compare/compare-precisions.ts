// What a model's number formats change: logits and answers of one set, format by format, to the same questions.
// Knows nothing about how formats are made.
import type { Precision } from "../../conversion/precision.js";
import { CoreInputError } from "../../errors.js";
import type { AnswerRequest } from "../answerer.js";
import { type OpenLocalOptions, openLocalAnswerer } from "../local/open-local-answerer.js";
import { wanderingSquares } from "./wandering-squares.js";

/** What is compared. */
export interface ComparePrecisionsOptions extends Pick<OpenLocalOptions, "device" | "threads"> {
  /** The first is what the others are compared with. */
  readonly precisions: readonly [Precision, Precision, ...Precision[]];
  /** 200 when absent. */
  readonly questions?: number;
  /** Frames of a clip; 8 when absent. */
  readonly frames?: number;
  /** Height and width; 112 × 112 when absent. */
  readonly image?: readonly [number, number];
  readonly seed?: number;
  /** Requests to ask in place of the made ones. */
  readonly requests?: readonly AnswerRequest[];
  readonly onAnswer?: (precision: Precision, done: number, of: number) => void;
}

/** One format against the first. Logits are those of the answer's first token. */
export interface PrecisionComparison {
  readonly precision: Precision;
  readonly reference: Precision;
  readonly questions: number;
  /** Largest |Δ| of a logit, the root of the mean of squares, and the spread (standard deviation) of the reference's. */
  readonly maxLogitDifference: number;
  readonly rmsLogitDifference: number;
  readonly logitSpread: number;
  /** Largest |Δ| of an option's probability. */
  readonly maxProbabilityDifference: number;
  /** Share of questions with the same option chosen. */
  readonly agreement: number;
  /** The same among questions whose two likeliest options are at least 0.01 apart in the reference, and how many these are. */
  readonly clearAgreement: number;
  readonly clearQuestions: number;
}

interface Reading {
  readonly logits: Float32Array;
  readonly probabilities: readonly number[];
  readonly option: number | undefined;
}

/** Probabilities nearer than this are a tie that any rounding may turn. */
const clearMargin = 0.01;

/** Asks every format the same questions, one format open at a time. @throws CoreInputError as `openLocalAnswerer` */
export async function comparePrecisions(
  folder: string,
  options: ComparePrecisionsOptions,
): Promise<readonly PrecisionComparison[]> {
  const { precisions, questions = 200, frames = 8, image = [112, 112], seed = 1 } = options;
  const requests = options.requests ?? wanderingSquares({ questions, frames, image, seed });
  const [reference, ...others] = precisions;
  const known = await readAll(folder, reference, { ...options, requests });
  const compared: PrecisionComparison[] = [];
  for (const precision of others) {
    const found = await readAll(folder, precision, { ...options, requests });
    compared.push({ precision, reference, ...compare(known, found) });
  }
  return compared;
}

async function readAll(
  folder: string,
  precision: Precision,
  options: ComparePrecisionsOptions & { readonly requests: readonly AnswerRequest[] },
): Promise<readonly Reading[]> {
  const { requests, onAnswer, device, threads } = options;
  const open = {
    precision,
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined ? {} : { threads }),
  };
  const answerer = await openLocalAnswerer(folder, open);
  try {
    const readings: Reading[] = [];
    for (const [place, request] of requests.entries()) {
      const { logits, probabilities, option } = await answerer.answer({ ...request, logits: true });
      if (logits === undefined) throw new CoreInputError("answer: expected logits, found none");
      readings.push({ logits, probabilities, option });
      onAnswer?.(precision, place + 1, requests.length);
    }
    return readings;
  } finally {
    await answerer.close();
  }
}

function compare(
  reference: readonly Reading[],
  found: readonly Reading[],
): Omit<PrecisionComparison, "precision" | "reference"> {
  const sums = { largest: 0, squares: 0, count: 0, probability: 0 };
  for (const [place, { logits, probabilities }] of reference.entries()) {
    const other = found[place];
    for (const [at, logit] of logits.entries()) {
      const difference = Math.abs(logit - (other?.logits[at] ?? Number.NaN));
      sums.largest = Math.max(sums.largest, difference);
      sums.squares += difference ** 2;
    }
    sums.count += logits.length;
    for (const [at, probability] of probabilities.entries())
      sums.probability = Math.max(sums.probability, Math.abs(probability - (other?.probabilities[at] ?? Number.NaN)));
  }
  const agrees = reference.map(({ option }, place) => option === found[place]?.option);
  const clear = agrees.filter((_, place) => marginOf(reference[place]?.probabilities ?? []) >= clearMargin);
  const share = (list: readonly boolean[]): number => list.filter(Boolean).length / Math.max(1, list.length);
  return {
    questions: reference.length,
    maxLogitDifference: sums.largest,
    rmsLogitDifference: Math.sqrt(sums.squares / sums.count),
    logitSpread: spread(reference),
    maxProbabilityDifference: sums.probability,
    agreement: share(agrees),
    clearAgreement: share(clear),
    clearQuestions: clear.length,
  };
}

function marginOf(probabilities: readonly number[]): number {
  const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
  return first - second;
}

/** Standard deviation of the logits of a question, root mean square over the questions. */
function spread(readings: readonly Reading[]): number {
  const variances = readings.map(({ logits }) => {
    const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
    return logits.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / logits.length;
  });
  return Math.sqrt(variances.reduce((sum, variance) => sum + variance, 0) / variances.length);
}
