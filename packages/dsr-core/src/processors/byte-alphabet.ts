// The byte alphabet of byte-level tokenizers.
// Knows nothing about tokens. Source: GPT-2's encoder.

/** Each byte as a printable character: itself where it is one, else the next unused character from 256 on. */
export function byteAlphabet(): readonly string[] {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
}
