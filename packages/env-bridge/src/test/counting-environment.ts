// An environment that counts what is done to it, and tells: for tests that nothing is done twice or lost.
// Knows nothing about the bridge.
import type {
  Environment,
  EnvironmentFactory,
  EnvironmentSpec,
  ResetResult,
  StepResult,
} from "../contract/environment.js";
import { type NdArray, zeros } from "../contract/ndarray.js";
import { type SpaceValue, box, dict, discrete } from "../contract/spaces.js";

/** How often the environments of a {@link countingFactory} were created, reset, stepped and closed. */
export interface CallCounts {
  created: number;
  reset: number;
  stepped: number;
  closed: number;
}

/** A factory named `counting` with its counts. Actions are 0..9; the observation holds steps so far and their sum. */
export function countingFactory(payloadBytes = 64): EnvironmentFactory & { readonly counts: CallCounts } {
  const counts: CallCounts = { created: 0, reset: 0, stepped: 0, closed: 0 };
  return {
    name: "counting",
    description: "counts its steps",
    counts,
    create: () => {
      counts.created++;
      return countingEnvironment(counts, payloadBytes);
    },
  };
}

function countingEnvironment(counts: CallCounts, payloadBytes: number): Environment {
  const payload: NdArray<"uint8"> = zeros("uint8", [payloadBytes]);
  let steps = 0;
  let sum = 0;
  const observe = (): ResetResult["observation"] => {
    payload.data.fill(steps & 0xff);
    return { steps, sum, payload };
  };
  return {
    spec: countingSpec(payloadBytes),
    reset: (): ResetResult => {
      counts.reset++;
      steps = 0;
      sum = 0;
      return { observation: observe(), info: {} };
    },
    step: (action: SpaceValue): StepResult => {
      counts.stepped++;
      steps++;
      sum += Number(action);
      return { observation: observe(), reward: Number(action), terminated: false, truncated: false, info: {} };
    },
    close: () => {
      counts.closed++;
    },
  };
}

function countingSpec(payloadBytes: number): EnvironmentSpec {
  return {
    id: "test/counting",
    observationSpace: dict({
      steps: discrete(2 ** 31),
      sum: discrete(2 ** 31),
      payload: box("uint8", [payloadBytes], 0, 255),
    }),
    actionSpace: discrete(10),
    tasks: [],
    tickRate: 100,
    autoreset: "disabled",
    metadata: {},
  };
}
