// Reads the name of a device as a person typed it.
// Knows nothing about whether the device works.
import { unknownNameError } from "@dsr/env-bridge/contract";
import { type DeviceName, deviceNames } from "@dsr/dsr-core/runtime";

/** The device of a name. Throws InputError with the closest name. */
export function parseDevice(name: string): DeviceName {
  const device = deviceNames.find((each) => each === name);
  if (device !== undefined) return device;
  throw unknownNameError("device", name, deviceNames);
}
