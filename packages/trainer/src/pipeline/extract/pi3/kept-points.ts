// Which of a depth map's points can be trusted.
// Source: π³'s example (confidence above 0.1, no depth edges). Knows nothing about the model.

/** Share of a depth by which neighbours may differ before it counts as an edge. */
export const edgeTolerance = 0.03;
/** Least confidence after the sigmoid. */
export const leastConfidence = 0.1;

/** [height, width] ones where the 3 × 3 neighbourhood's depths differ by more than the tolerance. */
export function depthEdges(depth: ArrayLike<number>, width: number, height: number): Uint8Array {
  const edges = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [least, most] = [Infinity, -Infinity];
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const value = depth[v * width + u] ?? 0;
          least = Math.min(least, value);
          most = Math.max(most, value);
        }
      }
      // not a number (0/0) is no edge, as in the reference
      edges[y * width + x] = (most - least) / (depth[y * width + x] ?? 0) > edgeTolerance ? 1 : 0;
    }
  }
  return edges;
}

/** Ones where the confidence's logit is high enough and there is no edge. */
export function keptPoints(
  points: Float32Array,
  confidence: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array {
  const depth = new Float32Array(width * height).map((_, pixel) => points[3 * pixel + 2] ?? 0);
  const edges = depthEdges(depth, width, height);
  const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
  return edges.map((edge, pixel) => (edge === 0 && sigmoid(confidence[pixel] ?? 0) > leastConfidence ? 1 : 0));
}
