// The names of the devices a session can run on, and which are tried first.
// Knows nothing about whether they work on this machine.

/** Devices that can be asked for; `auto` takes the first that works. */
export const deviceNames = ["auto", "cpu", "cuda", "webgpu", "dml", "coreml"] as const;

export type DeviceName = (typeof deviceNames)[number];

/** A device that does the work; every name but `auto`. */
export type Device = Exclude<DeviceName, "auto">;

/**
 * The order in which `auto` tries the devices of a platform (`process.platform`); the processor always works. CoreML is
 * left to those who ask for it, because it may compute in half precision.
 */
export function automaticOrder(platform: string): readonly Device[] {
  if (platform === "darwin") return ["webgpu", "cpu"];
  if (platform === "win32") return ["cuda", "dml", "webgpu", "cpu"];
  return ["cuda", "webgpu", "cpu"];
}
