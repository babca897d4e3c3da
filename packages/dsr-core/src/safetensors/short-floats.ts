// 16-bit floating-point numbers: bfloat16 and IEEE half precision, to and from 32 bits.
// Knows nothing about files; rounding is to nearest, ties to even, as hardware does it.
import { float16Bits, float16Number } from "../graph/float16.js";

/** Widens raw bfloat16 bits; exact. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] ?? 0) << 16;
  return new Float32Array(words.buffer);
}

/** Narrows to raw bfloat16 bits. */
export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.slice().buffer);
  return Uint16Array.from(words, (word) => {
    if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
    return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  });
}

/** Widens raw half-precision bits; exact. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, float16Number);
}

/** Narrows to raw half-precision bits; numbers beyond ±65,504 become infinite. */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, float16Bits);
}
