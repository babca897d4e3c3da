// Rounding as Python and NumPy do it.
// Knows nothing about pictures or frames.

/** The nearest whole number; halves go to the even neighbour, as Python's `round` does and `Math.round` does not. */
export function roundHalfToEven(number: number): number {
  const floor = Math.floor(number);
  const rest = number - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
