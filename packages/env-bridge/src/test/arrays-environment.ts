// An environment whose observation is the action it was given: arrays of every dtype go there and back.
// Knows nothing about the bridge.
import type { Environment, EnvironmentFactory } from "../contract/environment.js";
import { type DType, dtypes } from "../contract/ndarray.js";
import { type BoxSpace, type DictSpace, type SpaceRecord, box, dict } from "../contract/spaces.js";
import { zeroOf } from "../server/idle-action.js";
import { copyValue } from "../server/copy-value.js";

const shape = [2, 3];

const integerBounds: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  bool: [0, 1],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
};

/** One array of every dtype, named after it, and one without dimensions. */
export function arraysSpace(): DictSpace {
  const spaces = Object.fromEntries(dtypes.map((dtype): [string, BoxSpace] => [dtype, arraySpace(dtype)]));
  return dict({ ...spaces, scalar: box("float32", []) });
}

function arraySpace(dtype: DType): BoxSpace {
  const [low, high] = integerBounds[dtype] ?? [-Infinity, Infinity];
  return box(dtype, shape, low, high);
}

/** Hosts an echo of arrays as `arrays`; after a reset the observation is zeros. */
export const arraysFactory: EnvironmentFactory = {
  name: "arrays",
  description: "an echo of arrays of every dtype",
  create: (): Environment => {
    const space = arraysSpace();
    return {
      spec: {
        id: "test/arrays",
        observationSpace: space,
        actionSpace: space,
        tasks: [],
        tickRate: 20,
        autoreset: "disabled",
        metadata: {},
      },
      reset: () => ({ observation: zeroOf(space) as SpaceRecord, info: {} }),
      step: (action) => ({
        observation: copyValue(action) as SpaceRecord,
        reward: 0,
        terminated: false,
        truncated: false,
        info: {},
      }),
      close: () => undefined,
    };
  },
};
