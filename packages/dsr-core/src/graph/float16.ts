// Conversion between numbers and IEEE 754 binary16.
// Knows nothing about tensors.

/** IEEE 754 binary16 bits of a number, rounded to nearest even. */
export function float16Bits(number: number): number {
  const word = new Uint32Array(Float32Array.of(number).buffer)[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const exponent = (word >>> 23) & 0xff;
  const mantissa = word & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  const shifted = exponent - 112;
  if (shifted >= 31) return sign | 0x7c00;
  if (shifted <= 0) return sign | roundShift(shifted < -10 ? 0 : mantissa | 0x800000, 14 - Math.max(shifted, -10));
  return sign | ((shifted << 10) + roundShift(mantissa, 13));
}

function roundShift(value: number, bits: number): number {
  const half = 1 << (bits - 1);
  const rest = value & ((1 << bits) - 1);
  const whole = value >>> bits;
  return rest > half || (rest === half && (whole & 1) === 1) ? whole + 1 : whole;
}

/** The number that IEEE 754 binary16 bits stand for. */
export function float16Number(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
