// A trained text-only model: logistic regression over words of question and option, softmax over the four options.
// Knows nothing about videos.
import type { QuestionItem } from "../candidate.js";
import { letters } from "../question-types.js";
import { type RandomSource, shuffled } from "../random.js";
import type { BlindScorer } from "./scorer.js";
import { featureCount, textFeatures } from "./text-features.js";

/** Training settings. */
export interface TextModelOptions {
  readonly random: RandomSource;
  readonly epochs?: number;
  readonly learningRate?: number;
  /** Weight decay an update, on touched weights. */
  readonly decay?: number;
}

interface Example {
  readonly options: readonly Int32Array[];
  readonly right: number;
}

/** A bag-of-words model by AdaGrad. */
export function textModel({ random, epochs = 6, learningRate = 0.1, decay = 1e-4 }: TextModelOptions): BlindScorer {
  return {
    name: "text",
    learn: (items) => {
      const weights = new Float64Array(featureCount);
      const squares = new Float64Array(featureCount).fill(1);
      const examples = items.map(exampleOf);
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (const example of shuffled(random, examples)) update(example, { weights, squares, learningRate, decay });
      }
      return (item) => textFeatures(item).map((features) => score(weights, features));
    },
  };
}

function exampleOf(item: QuestionItem): Example {
  return { options: textFeatures(item), right: letters.indexOf(item.correct) };
}

function score(weights: Float64Array, features: Int32Array): number {
  let sum = 0;
  for (const feature of features) sum += weights[feature] ?? 0;
  return sum / Math.sqrt(features.length);
}

interface State {
  readonly weights: Float64Array;
  readonly squares: Float64Array;
  readonly learningRate: number;
  readonly decay: number;
}

function update({ options, right }: Example, { weights, squares, learningRate, decay }: State): void {
  const scores = options.map((features) => score(weights, features));
  const best = Math.max(...scores);
  const powers = scores.map((value) => Math.exp(value - best));
  const total = powers.reduce((sum, power) => sum + power, 0);
  for (const [i, features] of options.entries()) {
    const gradient = ((powers[i] ?? 0) / total - (i === right ? 1 : 0)) / Math.sqrt(features.length);
    for (const feature of features) {
      const slope = gradient + decay * (weights[feature] ?? 0);
      squares[feature] = (squares[feature] ?? 1) + slope * slope;
      weights[feature] = (weights[feature] ?? 0) - (learningRate * slope) / Math.sqrt(squares[feature] ?? 1);
    }
  }
}
