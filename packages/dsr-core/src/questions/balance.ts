// Keeping types and letters even while questions are drawn.
// Knows nothing about questions.
import { drawWeighted, pick, type RandomSource, shuffled } from "./random.js";
import { type Letter, letters } from "./question-types.js";

/** Draws what was drawn least: an option's weight is 1 / (count + 1), as in the released code. */
export class EvenDraw<T> {
  readonly #counts: Map<T, number>;

  constructor(options: readonly T[]) {
    this.#counts = new Map(options.map((option) => [option, 0]));
  }

  /** One of the options for which `isOpen` holds, without counting it. */
  draw(random: RandomSource, isOpen: (option: T) => boolean = () => true): T | undefined {
    const open = [...this.#counts].filter(([option]) => isOpen(option));
    return open[
      drawWeighted(
        random,
        open.map(([, count]) => 1 / (count + 1)),
      )
    ]?.[0];
  }

  /** One of those drawn least, of which `isOpen` holds, without counting it. */
  least(random: RandomSource, isOpen: (option: T) => boolean = () => true): T | undefined {
    const open = [...this.#counts].filter(([option]) => isOpen(option));
    const fewest = Math.min(...open.map(([, count]) => count));
    return pick(
      random,
      open.filter(([, count]) => count === fewest),
    )?.[0];
  }

  count(option: T): void {
    this.#counts.set(option, (this.#counts.get(option) ?? 0) + 1);
  }
}

/** Letters in blocks of four, each block in random order: no letter is ever ahead of another by more than one. */
export class LetterDraw {
  readonly #random: RandomSource;
  #block: Letter[] = [];

  constructor(random: RandomSource) {
    this.#random = random;
  }

  next(): Letter {
    if (this.#block.length === 0) this.#block = shuffled(this.#random, letters);
    return this.#block.pop() ?? "A";
  }
}
