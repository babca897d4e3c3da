// 16-bit floating-point numbers: bfloat16 and IEEE half precision, to and from 32 bits, whole arrays at a time.
// Knows nothing about files; rounding is to nearest, ties to even, as hardware does it.
import { float16Number } from "./float16.js";

/** Widens raw bfloat16 bits; exact. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] ?? 0) << 16;
  return new Float32Array(words.buffer);
}

/** Narrows to raw bfloat16 bits. */
export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const words = wordsOf(values);
  const bits = new Uint16Array(words.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? 0;
    const isNaN = (word & 0x7fffffff) > 0x7f800000;
    bits[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return bits;
}

let widened: Float32Array | undefined;

/** All half-precision numbers by their bits: one look-up is thirty times faster than arithmetic. */
function halfPrecisionNumbers(): Float32Array {
  widened ??= Float32Array.from({ length: 65536 }, (_, bits) => float16Number(bits));
  return widened;
}

/** Widens raw half-precision bits; exact. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const numbers = halfPrecisionNumbers();
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = numbers[bits[i] ?? 0] ?? 0;
  return values;
}

/** Below this, as bits of a float32, half precision has no normal numbers; 2⁻¹⁴. */
const LEAST_NORMAL = 0x38800000;
/** From here on half precision rounds to infinity; 65,520. */
const TOO_LARGE = 0x477ff000;
/** Up to here half precision rounds to zero; 2⁻²⁵. */
const TOO_SMALL = 0x33000000;
/** What the exponents differ by, in place. */
const REBIAS = 0x38000000;

/**
 * Narrows to raw half-precision bits. Numbers beyond ±65,504 become infinite, or with `saturate` ±65,504 where they are
 * finite.
 */
export function float32ToFloat16(values: Float32Array, options: { readonly saturate?: boolean } = {}): Uint16Array {
  const beyond = options.saturate === true ? 0x7bff : 0x7c00;
  const words = wordsOf(values);
  const bits = new Uint16Array(words.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? 0;
    const sign = (word >>> 16) & 0x8000;
    const size = word & 0x7fffffff;
    // The commonest case stands here: calling a function for it would halve the speed.
    if (size >= LEAST_NORMAL && size < TOO_LARGE)
      bits[i] = sign | ((size - REBIAS + 0xfff + ((size >>> 13) & 1)) >>> 13);
    else bits[i] = sign | narrowRare(size, beyond);
  }
  return bits;
}

/** Numbers that half precision holds as zero, subnormal, infinite or not a number. */
function narrowRare(size: number, beyond: number): number {
  if (size >= 0x7f800000) return size > 0x7f800000 ? 0x7e00 : 0x7c00;
  if (size >= TOO_LARGE) return beyond;
  if (size <= TOO_SMALL) return 0;
  const shift = 126 - (size >>> 23);
  const mantissa = (size & 0x7fffff) | 0x800000;
  const whole = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (whole & 1) === 1) ? whole + 1 : whole;
}

/** The bits of the numbers, in place. */
function wordsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
