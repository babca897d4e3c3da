// Rules that paint boxes: plain skin, patches, and pixel-art drawn as rows of letters.
// Knows nothing about any particular mob.
import { type Rgb, scaleRgb } from "../color.js";
import { grain } from "../textures/pixel-art.js";
import { type BoxPainter, type BoxSide, type BoxTexel, type Paint, boxSides } from "./model.js";

/** One colour with a little grain, so that surfaces and their motion can be seen. */
export function skin(color: Rgb, seed: number, amount = 0.09): BoxPainter {
  return (texel) => scaleRgb(color, 1 + amount * grainOf(texel, seed));
}

/** Large patches of a second colour over `share` of the surface (roughly). */
export function patches(color: Rgb, patch: Rgb, { seed, share }: { seed: number; share: number }): BoxPainter {
  return (texel) => {
    const { u, v, side } = texel;
    const salt = seed + 5 * boxSides.indexOf(side);
    const blotch = grain(u >> 2, v >> 2, salt) + 0.7 * grain((u + 2) >> 2, (v + 2) >> 2, salt + 1);
    return scaleRgb(blotch > 1.1 - 2.2 * share ? patch : color, 1 + 0.07 * grainOf(texel, seed));
  };
}

/** Bumpy, as wool: each texel clearly lighter or darker than its neighbour. */
export function woolly(color: Rgb, seed: number): BoxPainter {
  return ({ side, u, v }) => {
    const salt = seed + boxSides.indexOf(side);
    return scaleRgb(color, 1 + 0.07 * grain(u, v, salt) + 0.07 * grain(u >> 1, v >> 1, salt));
  };
}

/** Letters to colours; letters that are missing show the skin below. */
export type Letters = Readonly<Record<string, Paint>>;

/** Draws rows of letters over another painter, on the named sides. */
export function drawn(
  base: BoxPainter,
  letters: Letters,
  sides: Partial<Record<BoxSide, readonly string[]>>,
): BoxPainter {
  return (texel) => {
    const letter = sides[texel.side]?.[texel.v]?.[texel.u];
    const paint = letter === undefined ? undefined : letters[letter];
    return paint ?? base(texel);
  };
}

/** One painter above a row, another from it down; tops and bottoms follow. */
export function split(upper: BoxPainter, lower: BoxPainter, row: number): BoxPainter {
  return (texel) => {
    if (texel.side === "top") return upper(texel);
    return texel.side === "bottom" || texel.v >= row ? lower(texel) : upper(texel);
  };
}

function grainOf({ side, u, v }: BoxTexel, seed: number): number {
  return grain(u, v, seed + 11 * boxSides.indexOf(side));
}
