// An environment that costs nothing: every step returns the same noise picture. For measuring the bridge alone.
// Knows nothing about the bridge.
import type {
  Environment,
  EnvironmentFactory,
  EnvironmentSpec,
  ResetResult,
  StepResult,
} from "../contract/environment.js";
import { type ImageSize, rgbSpace } from "../contract/observation.js";
import { createRandom } from "../contract/random.js";
import { type SpaceRecord, dict, multiDiscrete } from "../contract/spaces.js";

/** Height and width of the picture that the figures are about. */
export const perfImageSize: ImageSize = [160, 256];

const actionSizes = [3, 3, 4, 25, 25, 8, 244, 36];

/** A MineDojo-like action of {@link frameFactory}'s environments. */
export const perfAction: readonly number[] = [1, 0, 0, 12, 13, 3, 0, 0];

/** Hosts an environment named `frame` whose pictures are 160×256×3 bytes of noise. */
export const frameFactory: EnvironmentFactory = {
  name: "frame",
  description: "returns the same picture at every step",
  create: () => createFrameEnvironment(),
};

function createFrameEnvironment(): Environment {
  const observation = noisePicture();
  const spec: EnvironmentSpec = {
    id: "perf/frame",
    observationSpace: dict({ rgb: rgbSpace(perfImageSize) }),
    actionSpace: multiDiscrete(actionSizes),
    tasks: [],
    tickRate: 20,
    autoreset: "disabled",
    metadata: {},
  };
  return {
    spec,
    reset: (): ResetResult => ({ observation, info: {} }),
    step: (): StepResult => ({
      observation,
      reward: 0.5,
      terminated: false,
      truncated: false,
      info: { success: false },
    }),
    close: () => undefined,
  };
}

function noisePicture(): SpaceRecord {
  const shape = [...perfImageSize, 3];
  const random = createRandom("noise");
  const data = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.integer(256));
  return { rgb: { dtype: "uint8", shape, data } };
}
