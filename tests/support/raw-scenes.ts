// Notes down what a scene's environment observes, untouched, for tests that recompute answers from it.
// Knows nothing about clues or questions.
import type { EnvironmentFactory, NdArray, Observation } from "@dsr/env-bridge";

/** A mob as observed: feet in metres, yaw in Minecraft's degrees. */
export interface RawEntity {
  readonly id: number;
  readonly kind: string;
  readonly feet: readonly number[];
  readonly yaw: number;
  readonly height: number;
}

/** One observation: camera-to-world pose in row order, mobs, instance ids by pixel. */
export interface RawFrame {
  readonly pose: readonly number[];
  readonly entities: readonly RawEntity[];
  readonly ids: Int32Array;
  readonly width: number;
}

interface ObservedEntity {
  readonly id: number;
  readonly kind: string;
  readonly position: NdArray;
  readonly yaw: NdArray;
  readonly size: NdArray;
}

interface Observed {
  readonly camera: { readonly pose: NdArray };
  readonly entities: readonly ObservedEntity[];
  readonly segmentation: NdArray;
}

function rawFrame(observation: Observation): RawFrame {
  const { camera, entities, segmentation } = observation as unknown as Observed;
  return {
    pose: Array.from(camera.pose.data, Number),
    entities: entities.map(({ id, kind, position, yaw, size }) => ({
      id,
      kind: kind.replaceAll("_", " "),
      feet: Array.from(position.data, Number),
      yaw: Number(yaw.data[0]),
      height: Number(size.data[1]),
    })),
    ids: Int32Array.from(segmentation.data, Number),
    width: segmentation.shape[1] ?? 0,
  };
}

/** A factory whose environments add each observation to `frames`, emptied at every reset. */
export function notingFactory(factory: EnvironmentFactory, frames: RawFrame[]): EnvironmentFactory {
  return {
    ...factory,
    create: async (options) => {
      const world = await factory.create(options);
      return {
        spec: world.spec,
        reset: async (settings) => {
          const result = await world.reset(settings);
          frames.splice(0, frames.length, rawFrame(result.observation));
          return result;
        },
        step: async (action) => {
          const result = await world.step(action);
          frames.push(rawFrame(result.observation));
          return result;
        },
        close: () => world.close(),
      };
    },
  };
}
