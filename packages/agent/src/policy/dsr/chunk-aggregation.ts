// Averages what several overlapping chunks say about the same step (temporal ensembling of ACT, Zhao et al. 2023).
// Knows nothing about models and actions.

/** Probabilities by component; a row for each step of a chunk, or for one step. */
export type StepProbabilities = ReadonlyMap<string, readonly number[]>;

interface KnownChunk {
  readonly first: number;
  readonly steps: readonly StepProbabilities[];
}

/** Keeps the chunks that still say something about steps to come. */
export class ChunkAggregator {
  readonly #decay: number;
  #chunks: readonly KnownChunk[] = [];

  /** Weights are exp(−decay·i), i = 0 for the oldest chunk: 0 counts all alike, more trusts the oldest more. */
  constructor(decay: number) {
    this.#decay = decay;
  }

  /** Forgets everything: a new episode. */
  clear(): void {
    this.#chunks = [];
  }

  /** Takes in a chunk whose first row is for step `first`; chunks that end before it are forgotten. */
  add(first: number, steps: readonly StepProbabilities[]): void {
    const open = this.#chunks.filter((chunk) => chunk.first + chunk.steps.length > first);
    this.#chunks = [...open, { first, steps }];
  }

  /** The weighted mean over all chunks that reach a step; empty when none does. */
  at(step: number): StepProbabilities {
    const said = this.#chunks.flatMap(({ first, steps }) => steps[step - first] ?? []);
    const weights = said.map((_, age) => Math.exp(-this.#decay * age));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const [oldest] = said;
    if (oldest === undefined) return new Map();
    return new Map(
      [...oldest].map(([name, choices]) => [
        name,
        choices.map((_, choice) =>
          said.reduce((sum, each, i) => sum + ((weights[i] ?? 0) / total) * (each.get(name)?.[choice] ?? 0), 0),
        ),
      ]),
    );
  }
}
