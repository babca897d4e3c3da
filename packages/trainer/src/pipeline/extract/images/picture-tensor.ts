// Pictures as float tensors with the channels first.
// Knows nothing about models beyond the two usual normalisations.
import type { NdData } from "@dsr/dsr-core/graph";
import type { RgbImage } from "@dsr/dsr-core/video";

/** Mean and deviation by channel, of values in [0, 1]. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** What most vision models were trained with. */
export const imageNet: Normalization = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
/** Values in [0, 1] as they are. */
export const unitRange: Normalization = { mean: [0, 0, 0], deviation: [1, 1, 1] };

/** float32 [pictures, 3, height, width] of pictures of one size; `lead` adds axes of length 1 before. */
export function pictureTensor(images: readonly RgbImage[], { mean, deviation }: Normalization, lead = 0): NdData {
  const { width = 0, height = 0 } = images[0] ?? {};
  const plane = width * height;
  const data = new Float32Array(images.length * 3 * plane);
  for (const [i, image] of images.entries()) {
    for (const channel of [0, 1, 2] as const) {
      const [scale, shift] = [1 / (255 * deviation[channel]), mean[channel] / deviation[channel]];
      const to = (3 * i + channel) * plane;
      for (let pixel = 0; pixel < plane; pixel++)
        data[to + pixel] = (image.data[3 * pixel + channel] ?? 0) * scale - shift;
    }
  }
  const ones = Array.from({ length: lead }, () => 1);
  return { dtype: "float32", shape: [...ones, images.length, 3, height, width], data };
}
