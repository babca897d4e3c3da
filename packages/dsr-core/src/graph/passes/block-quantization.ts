// Four-bit numbers in blocks that share a scale, in the layout of ONNX Runtime's MatMulNBits.
// Knows nothing about graphs. Layout: a row (one output of the product) is cut into blocks along the inner length, the
// last one filled up with zeros. Element 2i of a block is the low half of byte i, element 2i + 1 the high half. An element
// is (q − zero point) · scale; the zero point is 8 where none is stored, else 4 bits a block packed the same way.

/** How rows are cut and rounded. */
export interface BlockFormat {
  /** Elements that share a scale: a power of two of at least 16. */
  readonly blockSize: number;
  /** A zero point for every block, so that numbers of one sign use the whole range. */
  readonly zeroPoints: boolean;
}

/** Rows in four bits. */
export interface PackedBlocks {
  /** [rows, blocks, blockSize / 2]. */
  readonly bytes: Uint8Array;
  /** [rows, blocks]. */
  readonly scales: Float32Array;
  /** [rows, ⌈blocks / 2⌉]; absent without zero points. */
  readonly zeroPoints?: Uint8Array;
}

/** The element farthest from zero; the positive one of two. */
function farthest(values: Float32Array, start: number, end: number): number {
  let [low, high] = [0, 0];
  for (let i = start; i < end; i++) {
    const value = values[i] ?? 0;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  return high >= -low ? high : low;
}

/** The least element, or zero. */
function least(values: Float32Array, start: number, end: number): number {
  let low = 0;
  for (let i = start; i < end; i++) low = Math.min(low, values[i] ?? 0);
  return low;
}

/** The greatest element, or zero. */
function greatest(values: Float32Array, start: number, end: number): number {
  let high = 0;
  for (let i = start; i < end; i++) high = Math.max(high, values[i] ?? 0);
  return high;
}

/** Without zero point the element farthest from zero becomes −8 exactly, as in ONNX Runtime's own quantiser. */
function scaleOf(values: Float32Array, start: number, end: number, zeroPoints: boolean): number {
  if (!zeroPoints) return Math.fround(farthest(values, start, end) / -8);
  return Math.fround((greatest(values, start, end) - least(values, start, end)) / 15);
}

/** Packs the blocks of one matrix; what stays the same is in fields, because objects for each block would cost half the time. */
class BlockPacker {
  readonly bytes: Uint8Array;
  readonly #values: Float32Array;
  readonly #blockBytes: number;

  constructor(values: Float32Array, blocks: number, blockSize: number) {
    this.#values = values;
    this.#blockBytes = blockSize / 2;
    this.bytes = new Uint8Array(blocks * this.#blockBytes);
  }

  /** Writes elements start … end − 1 as a block; what they do not fill stands for zero. */
  pack(block: number, start: number, end: number, scale: number, zero: number): void {
    const [values, bytes] = [this.#values, this.bytes];
    const inverse = scale === 0 ? 0 : 1 / scale;
    const shift = zero + 0.5;
    const until = (block + 1) * this.#blockBytes;
    for (let byte = block * this.#blockBytes, i = start; byte < until; byte++, i += 2) {
      const low = i < end ? (values[i] ?? 0) * inverse + shift : shift;
      const high = i + 1 < end ? (values[i + 1] ?? 0) * inverse + shift : shift;
      bytes[byte] = clampLevel(low) | (clampLevel(high) << 4);
    }
  }
}

/** Whole part within 0 … 15. */
function clampLevel(level: number): number {
  return level < 0 ? 0 : level >= 15 ? 15 : level | 0;
}

/** The scales alone, [rows, blocks]: what `packBlocks` gives, without packing. */
export function blockScales(values: Float32Array, shape: readonly [number, number], format: BlockFormat): Float32Array {
  const [rows, inner] = shape;
  const { blockSize, zeroPoints } = format;
  const scales = new Float32Array(rows * Math.ceil(inner / blockSize));
  for (let row = 0, block = 0; row < rows; row++) {
    const end = (row + 1) * inner;
    for (let start = row * inner; start < end; start += blockSize)
      scales[block++] = scaleOf(values, start, Math.min(start + blockSize, end), zeroPoints);
  }
  return scales;
}

/**
 * Rounds a matrix [rows, inner] to four bits. Rounding is to nearest: at most half a scale from the element, and at most
 * a whole one for the largest of the sign that the scale does not reach.
 */
export function packBlocks(values: Float32Array, shape: readonly [number, number], format: BlockFormat): PackedBlocks {
  const [rows, inner] = shape;
  const { blockSize } = format;
  const blocks = Math.ceil(inner / blockSize);
  const zeroBytes = Math.ceil(blocks / 2);
  const scales = blockScales(values, shape, format);
  const zeroPoints = new Uint8Array(format.zeroPoints ? rows * zeroBytes : 0);
  const packer = new BlockPacker(values, rows * blocks, blockSize);
  for (let block = 0; block < rows * blocks; block++) {
    const row = Math.floor(block / blocks);
    const start = row * inner + (block - row * blocks) * blockSize;
    const end = Math.min(start + blockSize, (row + 1) * inner);
    const scale = scales[block] ?? 0;
    const zero = format.zeroPoints ? zeroOf(least(values, start, end), scale) : 8;
    packer.pack(block, start, end, scale, zero);
    if (format.zeroPoints) setNibble(zeroPoints, row * zeroBytes * 2 + block - row * blocks, zero);
  }
  const { bytes } = packer;
  return format.zeroPoints ? { bytes, scales, zeroPoints } : { bytes, scales };
}

function zeroOf(low: number, scale: number): number {
  return scale === 0 ? 8 : Math.min(15, Math.round(-low / scale));
}

/** Sets a four-bit number that is zero so far. */
function setNibble(bytes: Uint8Array, place: number, level: number): void {
  bytes[place >> 1] = (bytes[place >> 1] ?? 0) | (level << (4 * (place & 1)));
}
