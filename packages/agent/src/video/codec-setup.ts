// Makes the video codecs of @mediabunny/server available, once a process, without touching hardware.
// Knows nothing about what is encoded.
import { registerMediabunnyServer } from "@mediabunny/server";

/**
 * Registers the software codecs; calling it again does nothing. Hardware is left out on purpose: probing for it writes
 * noise to standard error, and the bytes of a recording should not depend on the machine's graphics card.
 */
export function registerVideoCodecs(): void {
  registerMediabunnyServer({ hardwareContext: null });
}
