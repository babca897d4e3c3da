// Writes the part of a video that a model may see.
// Knows nothing about why the rest is hidden.
import { writeFile } from "node:fs/promises";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { clearMp4Times, measureVideo, Mp4Writer, readVideo, rgbToI420 } from "@dsr/dsr-core/video";

/** H.264's constant quantizer: hard to tell from the source. */
const quantizer = 18;

/** Frames up to and with `lastPlace`, at the source's mean rate, as an MP4 file. @throws CoreInputError when it cannot be read */
export async function cutVideo(from: string, to: string, lastPlace: number): Promise<void> {
  const { fps } = await measureVideo(from);
  let writer: Mp4Writer | undefined;
  try {
    for await (const frame of readVideo(from)) {
      const { width, height } = frame;
      // in memory, because dates must not reach the disk: the same video gives the same bytes
      writer ??= await Mp4Writer.open({ width, height, frameRate: fps, quality: { quantizer } });
      await writer.add(rgbToI420(frame));
      if (writer.frames > lastPlace) break;
    }
    if (writer === undefined) throw new CoreInputError(`video ${from}: expected frames, found none`);
    const bytes = await writer.finish();
    clearMp4Times(bytes);
    await writeFile(to, bytes);
  } catch (error) {
    await writer?.cancel();
    throw error;
  }
}
