// Writes the part of a video that a model may see.
// Knows nothing about why the rest is hidden.
import { measureVideo, Mp4Writer, readVideo, rgbToI420 } from "@dsr/dsr-core/video";

/** H.264's constant quantizer: hard to tell from the source. */
const quantizer = 18;

/** Frames up to and with `lastPlace`, at the source's mean rate, as an MP4 file. @throws CoreInputError when it cannot be read */
export async function cutVideo(from: string, to: string, lastPlace: number): Promise<void> {
  const { fps } = await measureVideo(from);
  let writer: Mp4Writer | undefined;
  try {
    for await (const frame of readVideo(from)) {
      const { width, height } = frame;
      writer ??= await Mp4Writer.open({ width, height, frameRate: fps, quality: { quantizer }, path: to });
      await writer.add(rgbToI420(frame));
      if (writer.frames > lastPlace) break;
    }
    await writer?.finish();
  } catch (error) {
    await writer?.cancel();
    throw error;
  }
}
