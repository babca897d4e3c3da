// The program of a decoding process: decodes, draws and resizes frames, and sends each over.
// Knows nothing about episodes; ends with its parent.
import { CoreInputError, messageOf } from "@dsr/dsr-core/errors";
import type { RgbImage } from "@dsr/dsr-core/video";
import { episodeFrames } from "../layouts/episode-video.js";
import type { DecoderReply, DecoderRequest } from "./decoder-messages.js";

/** Answers requests until the parent disconnects. */
export function runDecoder(): void {
  const streams = new Map<number, AsyncGenerator<RgbImage>>();
  process.on("message", (message) => {
    const request = message as DecoderRequest;
    if (request.type === "open") streams.set(request.id, episodeFrames(request.video));
    else if (request.type === "next") void answer(request.id, streams.get(request.id));
    else {
      // what a video that nobody wants any more still fails with is of no interest
      void streams
        .get(request.id)
        ?.return(undefined)
        .then(undefined, () => {});
      streams.delete(request.id);
    }
  });
  process.on("disconnect", () => process.exit(0));
}

async function answer(id: number, stream: AsyncGenerator<RgbImage> | undefined): Promise<void> {
  try {
    const result = await stream?.next();
    if (result === undefined || result.done === true) return say({ type: "end", id });
    const { width, height, data } = result.value;
    say({ type: "frame", id, frame: { width, height, data } });
  } catch (error) {
    say({ type: "failed", id, message: messageOf(error), isInput: error instanceof CoreInputError });
  }
}

function say(reply: DecoderReply): void {
  if (process.connected) process.send?.(reply);
}

if (process.send !== undefined) runDecoder();
