// Sine, cosine and arc tangent from additions and multiplications alone, so that every machine gives the same bits.
// (ECMAScript leaves the last bits of Math.sin and its kin to the engine; Math.sqrt is exact.)

const halfPiHigh = 1.5707963267341256;
const halfPiLow = 6.077100506506192e-11;

/** Radians of one degree. */
export const degreesToRadians = Math.PI / 180;
/** Degrees of one radian. */
export const radiansToDegrees = 180 / Math.PI;

/** Sine of an angle in radians; error below 1e-15 for |x| < 1e5. */
export function sin(x: number): number {
  const quarter = Math.round(x / 1.5707963267948966);
  const rest = x - quarter * halfPiHigh - quarter * halfPiLow;
  switch (quarter & 3) {
    case 0:
      return sinKernel(rest);
    case 1:
      return cosKernel(rest);
    case 2:
      return -sinKernel(rest);
    default:
      return -cosKernel(rest);
  }
}

/** Cosine of an angle in radians; error below 1e-15 for |x| < 1e5. */
export function cos(x: number): number {
  const quarter = Math.round(x / 1.5707963267948966);
  const rest = x - quarter * halfPiHigh - quarter * halfPiLow;
  switch (quarter & 3) {
    case 0:
      return cosKernel(rest);
    case 1:
      return -sinKernel(rest);
    case 2:
      return -cosKernel(rest);
    default:
      return sinKernel(rest);
  }
}

/** Angle in radians of the vector (x, y), in (−π, π]; error below 1e-13. */
export function atan2(y: number, x: number): number {
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  if (ax === 0 && ay === 0) return 0;
  const steep = ay > ax;
  let angle = atanUnit(steep ? ax / ay : ay / ax);
  if (steep) angle = 1.5707963267948966 - angle;
  if (x < 0) angle = Math.PI - angle;
  return y < 0 ? -angle : angle;
}

/** Wraps degrees into (−180, 180]. */
export function wrapDegrees(degrees: number): number {
  const wrapped = degrees - 360 * Math.floor((degrees + 180) / 360);
  return wrapped === -180 ? 180 : wrapped;
}

/** Taylor series; |x| ≤ π/4. */
function sinKernel(x: number): number {
  const s = x * x;
  return (
    x *
    (1 +
      s *
        (-1 / 6 +
          s *
            (1 / 120 +
              s * (-1 / 5040 + s * (1 / 362880 + s * (-1 / 39916800 + s * (1 / 6227020800 - s / 1307674368000)))))))
  );
}

function cosKernel(x: number): number {
  const s = x * x;
  return (
    1 +
    s *
      (-1 / 2 +
        s * (1 / 24 + s * (-1 / 720 + s * (1 / 40320 + s * (-1 / 3628800 + s * (1 / 479001600 - s / 87178291200))))))
  );
}

/** atan on [0, 1]: two half-angle steps bring the argument under 0.2, then the series. */
function atanUnit(t: number): number {
  const once = t / (1 + Math.sqrt(1 + t * t));
  const twice = once / (1 + Math.sqrt(1 + once * once));
  const s = twice * twice;
  let sum = 0;
  for (let n = 21; n >= 1; n -= 2) sum = 1 / n - s * sum;
  return 4 * twice * sum;
}
