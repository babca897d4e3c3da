// Looks over the shoulder of whoever films: a factory whose environments also keep dense labels of every picture.
// Knows nothing about sources, files or clips.
import {
  type Environment,
  type EnvironmentFactory,
  InputError,
  isNdArray,
  type NdArray,
  type Observation,
  type SpaceRecord,
} from "@dsr/env-bridge";
import { type DenseFrame, denseFrame } from "./dense-labels.js";

/** A factory to hand to a source, and the labels of the pictures since the last reset. */
export interface DenseObserver {
  readonly factory: EnvironmentFactory;
  frames(): readonly DenseFrame[];
}

/**
 * Wraps a factory whose environments can observe `depth` and `segmentation`; every `stride`-th picture is labelled.
 * `extra` goes to the environments as options.
 */
export function observeDensely(inner: EnvironmentFactory, stride: number, extra: SpaceRecord = {}): DenseObserver {
  let frames: DenseFrame[] = [];
  let pictures = 0;
  const look = (observation: Observation): void => {
    if (pictures++ % stride === 0)
      frames.push(denseFrame(arrayOf(observation, "depth"), arrayOf(observation, "segmentation")));
  };
  const wrap = (environment: Environment): Environment => ({
    spec: environment.spec,
    reset: async (options) => {
      const result = await environment.reset(options);
      frames = [];
      pictures = 0;
      look(result.observation);
      return result;
    },
    step: async (action) => {
      const result = await environment.step(action);
      look(result.observation);
      return result;
    },
    close: () => environment.close(),
  });
  const create = async (options: SpaceRecord): Promise<Environment> => {
    const { observe } = options;
    const keys = Array.isArray(observe) ? observe : ["rgb", "segmentation", "camera", "entities"];
    const observed = [...new Set([...keys, "depth", "segmentation"])];
    return wrap(await inner.create({ ...options, ...extra, observe: observed }));
  };
  return { factory: { name: inner.name, description: inner.description, create }, frames: () => frames };
}

function arrayOf(observation: Observation, key: string): NdArray {
  const value = observation[key];
  if (isNdArray(value)) return value;
  throw new InputError(
    `observation ${key}: expected an array, found ${value === undefined ? "nothing" : typeof value}`,
  );
}
