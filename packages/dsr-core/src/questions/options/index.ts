// Two rules for wrong options.
export { type BalancedOptions, makeQuartets, type Quartet, quartetItems } from "./balanced.js";
export { randomSequence, type SequenceOptions } from "./random-sequences.js";
export { type ReleasedOptions, releasedItem } from "./released.js";
