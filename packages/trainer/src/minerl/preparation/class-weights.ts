// How much each class of each action component counts in training, so that rare actions are not drowned by idling.
// Knows nothing about models.
import { minedojoActionSpace, minedojoFunctions } from "@dsr/env-bridge/contract";

/** Counts of each class, component by component. */
export type ActionHistogram = readonly (readonly number[])[];

/** Position of the function, the crafted item and the slot among the eight integers. */
const [functionAt, craftAt, slotAt] = [5, 6, 7];
const slotFunctions: ReadonlySet<string> = new Set(["equip", "place", "destroy"]);

/** Whether a component of an action means anything: items only of `craft`, slots only of `equip`, `place`, `destroy`. */
export function isMeaningful(action: readonly number[], component: number): boolean {
  const used = minedojoFunctions[action[functionAt] ?? 0] ?? "none";
  if (component === craftAt) return used === "craft";
  return component !== slotAt || slotFunctions.has(used);
}

/** Counts the meaningful components of actions. */
export function actionHistogram(actions: Iterable<readonly number[]>, cameraInterval?: number): ActionHistogram {
  const counts = minedojoActionSpace(cameraInterval).nvec.map((n) => Array.from({ length: n }, () => 0));
  for (const action of actions) {
    counts.forEach((classes, component) => {
      const chosen = action[component] ?? 0;
      if (isMeaningful(action, component)) classes[chosen] = (classes[chosen] ?? 0) + 1;
    });
  }
  return counts;
}

/** How strongly frequencies are evened out. */
export interface ClassWeightOptions {
  /** 0 leaves all weights 1, 1 makes every class count the same in total; 0.5 unless given. */
  readonly power?: number | undefined;
  /** Largest weight against a component's mean; 10 unless given. */
  readonly most?: number | undefined;
}

/**
 * A weight for each class of each component: frequency^−power, limited, with mean 1 over the counted actions before the
 * limit. Classes that were never seen weigh as much as the limit, so that no loss on them is lost.
 */
export function classWeights(histogram: ActionHistogram, options: ClassWeightOptions = {}): ActionHistogram {
  const { power = 0.5, most = 10 } = options;
  return histogram.map((counts) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return counts.map(() => 1);
    const raw = counts.map((count) => (count === 0 ? Infinity : (count / total) ** -power));
    const mean = counts.reduce((sum, count, i) => sum + (count === 0 ? 0 : (count / total) * (raw[i] ?? 0)), 0);
    return raw.map((weight) => Math.min(weight / mean, most));
  });
}
