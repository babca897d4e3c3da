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

/** What the four-bit numbers of a block mean. */
interface BlockScale {
  readonly scale: number;
  readonly zero: number;
}

/** Where a block lies in the row-major matrix: elements start … end − 1. */
interface BlockPlace {
  readonly start: number;
  readonly end: number;
}

/** Without zero point the element farthest from zero becomes −8 exactly, as in ONNX Runtime's own quantiser. */
function scaleOf(values: Float32Array, { start, end }: BlockPlace, zeroPoints: boolean): BlockScale {
  let [low, high] = [0, 0];
  for (let i = start; i < end; i++) {
    const value = values[i] ?? 0;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  if (!zeroPoints) return { scale: Math.fround((high > -low ? high : low) / -8), zero: 8 };
  const scale = Math.fround((high - low) / 15);
  return { scale, zero: scale === 0 ? 8 : Math.min(15, Math.round(-low / scale)) };
}

/** Writes one block; what the row does not fill stands for zero. */
function packBlock(values: Float32Array, { start, end }: BlockPlace, block: BlockScale, bytes: Uint8Array): void {
  const inverse = block.scale === 0 ? 0 : 1 / block.scale;
  const shift = block.zero + 0.5;
  for (let byte = 0, i = start; byte < bytes.length; byte++, i += 2) {
    const low = i < end ? (values[i] ?? 0) * inverse + shift : shift;
    const high = i + 1 < end ? (values[i + 1] ?? 0) * inverse + shift : shift;
    bytes[byte] = clampLevel(low) | (clampLevel(high) << 4);
  }
}

/** Whole part within 0 … 15. */
function clampLevel(level: number): number {
  return level < 0 ? 0 : level >= 15 ? 15 : level | 0;
}

function setZeroPoint(zeroPoints: Uint8Array, rowStart: number, block: number, zero: number): void {
  const byte = rowStart + (block >> 1);
  zeroPoints[byte] = (zeroPoints[byte] ?? 0) | (zero << (4 * (block & 1)));
}

/** Calls `visit` with every block's number, row, number within the row, and place. */
function forEachBlock(
  [rows, inner]: readonly [number, number],
  blockSize: number,
  visit: (block: number, row: number, place: BlockPlace) => void,
): void {
  const blocks = Math.ceil(inner / blockSize);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const start = row * inner + block * blockSize;
      visit(row * blocks + block, row, { start, end: Math.min(start + blockSize, (row + 1) * inner) });
    }
  }
}

/** The scales alone, [rows, blocks]: what `packBlocks` gives, without packing. */
export function blockScales(values: Float32Array, shape: readonly [number, number], format: BlockFormat): Float32Array {
  const scales = new Float32Array(shape[0] * Math.ceil(shape[1] / format.blockSize));
  forEachBlock(shape, format.blockSize, (block, _, place) => {
    scales[block] = scaleOf(values, place, format.zeroPoints).scale;
  });
  return scales;
}

/** Rounds a matrix [rows, inner] to four bits. Rounding is to nearest: at most half a scale from the element, and at most a whole one for the largest of the sign that the scale does not reach. */
export function packBlocks(values: Float32Array, shape: readonly [number, number], format: BlockFormat): PackedBlocks {
  const [rows, inner] = shape;
  const blocks = Math.ceil(inner / format.blockSize);
  const blockBytes = format.blockSize / 2;
  const zeroBytes = Math.ceil(blocks / 2);
  const bytes = new Uint8Array(rows * blocks * blockBytes);
  const scales = new Float32Array(rows * blocks);
  const zeroPoints = new Uint8Array(format.zeroPoints ? rows * zeroBytes : 0);
  forEachBlock(shape, format.blockSize, (block, row, place) => {
    const found = scaleOf(values, place, format.zeroPoints);
    scales[block] = found.scale;
    packBlock(values, place, found, bytes.subarray(block * blockBytes, (block + 1) * blockBytes));
    if (format.zeroPoints) setZeroPoint(zeroPoints, row * zeroBytes, block - row * blocks, found.zero);
  });
  return format.zeroPoints ? { bytes, scales, zeroPoints } : { bytes, scales };
}
