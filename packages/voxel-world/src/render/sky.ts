// Light, sky and fog by dimension and time of day. Knows nothing about blocks, mobs or rays.
import { sin } from "../math/trigonometry.js";
import { type BiomeName, type Scene, dimensionOf } from "../world/scene.js";
import { type Rgb, hex, mixRgb, pack, packRgb } from "./color.js";

/** Steps of brightness between night and day: few, so that lit textures are seldom remade. */
const daySteps = 32;
const twoPi = 6.283185307179586;
/** Entries of the sky's colour table, from straight down to straight up. */
export const skyEntries = 256;

/** Everything the picture needs to know about light. */
export interface Atmosphere {
  /** Colour multipliers on every lit surface, 1 = as painted. */
  readonly tint: Rgb;
  /** Extra factor in the shadow of trees and overhangs. */
  readonly shadow: number;
  /** Distances where fog begins and hides everything, metres. */
  readonly fogStart: number;
  readonly fogEnd: number;
  /** 0 (night) to `daySteps`; equal steps have equal light. */
  readonly dayStep: number;
  /** Packed colours by elevation, `skyEntries` long. */
  readonly sky: Int32Array;
  /** Packed colour of distant things. */
  readonly fog: number;
}

interface Palette {
  readonly tint: Rgb;
  readonly zenith: Rgb;
  readonly horizon: Rgb;
}

const day: Palette = { tint: [1, 1, 1], zenith: hex("#6f9fee"), horizon: hex("#c4daff") };
const night: Palette = { tint: [0.38, 0.43, 0.62], zenith: hex("#05070f"), horizon: hex("#101830") };
const dusk: Rgb = hex("#e08a4c");
const nether: Palette = { tint: [0.95, 0.8, 0.74], zenith: hex("#2a0a08"), horizon: hex("#3c100b") };
const theEnd: Palette = { tint: [0.8, 0.78, 0.88], zenith: hex("#0d0913"), horizon: hex("#1d1628") };

/** The light of a scene. Depends on biome and time alone. */
export function atmosphereOf({ biome, timeOfDay }: Pick<Scene, "biome" | "timeOfDay">): Atmosphere {
  switch (dimensionOf(biome)) {
    case "nether":
      return still(nether, { fogStart: 14, fogEnd: 56 });
    case "the_end":
      return still(theEnd, { fogStart: 34, fogEnd: 64 });
    default:
      return overworld(biome, timeOfDay);
  }
}

function still(palette: Palette, fog: { readonly fogStart: number; readonly fogEnd: number }): Atmosphere {
  return {
    ...fog,
    tint: palette.tint,
    shadow: 1,
    dayStep: 0,
    sky: skyTable(palette),
    fog: packRgb(palette.horizon),
  };
}

function overworld(biome: BiomeName, timeOfDay: number): Atmosphere {
  const angle = (timeOfDay / 24000) * twoPi;
  const height = sin(angle);
  const dayStep = Math.round(daySteps * Math.min(1, Math.max(0, 0.5 + 2.4 * height)));
  const t = dayStep / daySteps;
  const glow = Math.max(0, 1 - 4 * Math.abs(height)) * 0.55;
  const palette = {
    tint: mixRgb(night.tint, day.tint, t),
    zenith: mixRgb(night.zenith, day.zenith, t),
    horizon: mixRgb(mixRgb(night.horizon, day.horizon, t), dusk, glow),
  };
  return {
    tint: palette.tint,
    shadow: 0.62,
    fogStart: biome === "swampland" || biome === "jungle" ? 26 : 36,
    fogEnd: 64,
    dayStep,
    sky: skyTable(palette),
    fog: packRgb(palette.horizon),
  };
}

/** The horizon's colour below and at eye level, the zenith's from 30° up. */
function skyTable({ zenith, horizon }: Palette): Int32Array {
  const table = new Int32Array(skyEntries).fill(packRgb(horizon));
  for (let i = skyEntries >> 1; i < skyEntries; i++) {
    const t = Math.min(1, (4 * i) / (skyEntries - 1) - 2);
    const red = horizon[0] + (zenith[0] - horizon[0]) * t;
    const green = horizon[1] + (zenith[1] - horizon[1]) * t;
    const blue = horizon[2] + (zenith[2] - horizon[2]) * t;
    table[i] = pack(red, green, blue);
  }
  return table;
}
