// Colours as packed integers, and the arithmetic of light on them. Knows nothing about textures or scenes.

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Red | green << 8 | blue << 16; the arguments are clamped to 0..255 and rounded down. */
export function pack(red: number, green: number, blue: number): number {
  return clampByte(red) | (clampByte(green) << 8) | (clampByte(blue) << 16);
}

export function packRgb([red, green, blue]: Rgb): number {
  return pack(red, green, blue);
}

export function unpack(color: number): Rgb {
  return [color & 255, (color >> 8) & 255, (color >> 16) & 255];
}

function clampByte(x: number): number {
  return x < 0 ? 0 : x > 255 ? 255 : Math.floor(x);
}

/** Red, green and blue of a `#rrggbb` text. */
export function hex(text: string): Rgb {
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** `a` at 0, `b` at 1. */
export function mixRgb(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

export function scaleRgb(color: Rgb, factor: number): Rgb {
  return [color[0] * factor, color[1] * factor, color[2] * factor];
}

/** A packed colour with each channel multiplied by `light` (256 is unchanged). */
export function litColor(color: number, light: Light): number {
  const red = ((color & 255) * light.red) >> 8;
  const green = (((color >> 8) & 255) * light.green) >> 8;
  const blue = (((color >> 16) & 255) * light.blue) >> 8;
  return (red > 255 ? 255 : red) | ((green > 255 ? 255 : green) << 8) | ((blue > 255 ? 255 : blue) << 16);
}

/** Multipliers in 256ths. */
export interface Light {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}
