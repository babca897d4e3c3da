// Demonstrations made up for tests: given actions, and frames whose first byte is their number.
// Knows nothing about files.
import type { RgbImage } from "@dsr/dsr-core/video";
import { type MinerlAction, minerlNoop } from "@dsr/env-bridge/contract";
import type { Demonstration, RecordedAction } from "./demonstration.js";

/** Frames are 2 × 2 pixels. */
export function inventedDemonstration(
  actions: readonly Partial<MinerlAction>[],
  overrides: Partial<Demonstration> = {},
  recorded: (index: number) => Partial<RecordedAction> = () => ({}),
): Demonstration {
  return {
    id: "invented",
    layout: "minerl-v0.4",
    path: "invented",
    frameSize: [2, 2],
    frameRate: 20,
    success: null,
    prompt: null,
    initialPitch: undefined,
    actions: actions.map((action, index) => ({
      index,
      action: { ...minerlNoop, ...action },
      reward: 0,
      isGuiOpen: false,
      ...recorded(index),
    })),
    slotOf: () => undefined,
    frames: async function* frames(): AsyncGenerator<RgbImage> {
      for (let i = 0; i < actions.length; i++) yield { width: 2, height: 2, data: new Uint8Array(12).fill(i) };
    },
    ...overrides,
  };
}
