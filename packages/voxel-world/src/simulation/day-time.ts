// The sun's course and the light it gives, by Minecraft's formulas.
// Knows nothing about blocks.
import { cos } from "../math/trigonometry.js";

/** Ticks from one sunrise to the next. */
export const ticksPerDay = 24000;
/** Noon: where episodes start unless their task says night. */
export const noon = 6000;
/** Where night tasks start. */
export const midnight = 18000;
const tau = 6.283185307179586;

/** The sun's angle as a share of a turn: 0 at noon, 0.5 at midnight. */
export function celestialAngle(timeOfDay: number): number {
  let turn = timeOfDay / ticksPerDay - 0.25;
  if (turn < 0) turn += 1;
  const eased = 1 - (cos(turn * (tau / 2)) + 1) / 2;
  return turn + (eased - turn) / 3;
}

/** Light levels that darkness takes from the sky's 15: 0 by day, 11 by night. */
export function skyDarkening(timeOfDay: number): number {
  const dark = 1 - (cos(celestialAngle(timeOfDay) * tau) * 2 + 0.5);
  return Math.floor(Math.min(1, Math.max(0, dark)) * 11);
}

/** Brightness of the sun in [0.2, 1]. */
export function sunBrightness(timeOfDay: number): number {
  const dark = 1 - (cos(celestialAngle(timeOfDay) * tau) * 2 + 0.2);
  return (1 - Math.min(1, Math.max(0, dark))) * 0.8 + 0.2;
}

/** Whether the sun burns and spiders are calm. */
export function isDaytime(timeOfDay: number): boolean {
  return skyDarkening(timeOfDay) < 4;
}
