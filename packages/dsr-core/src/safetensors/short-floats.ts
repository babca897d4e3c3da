// 16-bit floating-point numbers: bfloat16 and IEEE half precision, to and from 32 bits.
// Knows nothing about files; rounding is to nearest, ties to even, as hardware does it.

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
  return Float32Array.from(bits, widenHalf);
}

function widenHalf(half: number): number {
  const [exponent, fraction] = [(half >>> 10) & 31, half & 1023];
  const sign = half >>> 15 === 0 ? 1 : -1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Narrows to raw half-precision bits; numbers beyond ±65,504 become infinite. */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, narrowHalf);
}

function narrowHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  if (Number.isNaN(value)) return 0x7e00;
  const magnitude = Math.min(Math.abs(value), 131072);
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  // Steps of the number's own binade; rounding up to 2048 carries into the exponent by itself.
  const steps = roundHalfToEven(magnitude * 2 ** (10 - exponent));
  const bits = magnitude === 0 ? 0 : ((exponent + 14) << 10) + steps;
  return sign | Math.min(bits, 0x7c00);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
