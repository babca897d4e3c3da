// Loads the video library with its software codecs, once a process and only where a video is touched: loading takes
// hundreds of milliseconds that most programs need not spend. Knows nothing about what is encoded.
import type * as Mediabunny from "mediabunny";

/** The library's module. */
export type VideoLibrary = typeof Mediabunny;

/**
 * The library, ready for use. Hardware is left out on purpose: probing for it writes noise to standard error, and the
 * bytes of a recording should not depend on the machine's graphics card.
 */
export async function loadVideoLibrary(): Promise<VideoLibrary> {
  const [library, server] = await Promise.all([import("mediabunny"), import("@mediabunny/server")]);
  server.registerMediabunnyServer({ hardwareContext: null });
  return library;
}
