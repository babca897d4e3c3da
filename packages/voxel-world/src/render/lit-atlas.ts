// The block textures as they look in the present light, by face, in the sun and in the shade.
// Knows nothing about geometry; remade only when the light changes.
import { blockTypes } from "../world/blocks.js";
import type { BiomeName } from "../world/scene.js";
import { litColor } from "./color.js";
import type { Atmosphere } from "./sky.js";
import {
  blockAtlas,
  blockAtlasLength,
  faceCount,
  faceTexels,
  mipOffsets,
  texelsPerBlock,
} from "./textures/block-atlas.js";

/** Brightness of the faces +x, −x, +y, −y, +z, −z, as in Minecraft. */
export const faceBrightness = Float64Array.of(0.6, 0.6, 1, 0.5, 0.8, 0.8);
/** Added to a texel's index where the face is in the shade. */
export const shadeOffset = blockAtlasLength;

const lavaId = blockTypes.findIndex(({ name }) => name === "lava");

/** Lit texels: the atlas of textures/block-atlas.ts twice, in the light and in the shade. */
export class LitAtlas {
  readonly texels = new Int32Array(2 * blockAtlasLength);
  private biome: BiomeName | undefined;
  private dayStep = -1;
  private lavaPhase = 0;

  /** Lights the texels for a scene; `lavaPhase` shifts the lava's texture by whole rows. */
  prepare(biome: BiomeName, atmosphere: Atmosphere, lavaPhase: number): void {
    if (biome !== this.biome || atmosphere.dayStep !== this.dayStep) {
      for (let id = 0; id < blockTypes.length; id++) this.lightBlock(id, biome, atmosphere);
    } else if (lavaPhase === this.lavaPhase) return;
    this.scrollLava(biome, lavaPhase);
    this.biome = biome;
    this.dayStep = atmosphere.dayStep;
    this.lavaPhase = lavaPhase;
  }

  private lightBlock(id: number, biome: BiomeName, { tint, shadow }: Atmosphere): void {
    const source = blockAtlas(biome);
    const glows = (blockTypes[id]?.light ?? 0) > 0;
    for (let face = 0; face < faceCount; face++) {
      const brightness = 256 * (faceBrightness[face] ?? 0);
      const sunny = glows ? plainLight : scaled(tint, brightness);
      const shady = glows ? plainLight : scaled(tint, brightness * shadow);
      const start = (id * faceCount + face) * faceTexels;
      for (let i = start; i < start + faceTexels; i++) {
        this.texels[i] = litColor(source[i] ?? 0, sunny);
        this.texels[i + shadeOffset] = litColor(source[i] ?? 0, shady);
      }
    }
  }

  private scrollLava(biome: BiomeName, phase: number): void {
    const source = blockAtlas(biome);
    const start = lavaId * faceCount * faceTexels;
    for (let face = start; face < start + faceCount * faceTexels; face += faceTexels) {
      for (let level = 0; level < mipOffsets.length; level++) {
        const side = texelsPerBlock >> level;
        const base = face + (mipOffsets[level] ?? 0);
        for (let i = 0; i < side * side; i++) {
          const from = base + ((i + side * (phase >> level)) % (side * side));
          this.texels[base + i] = source[from] ?? 0;
          this.texels[base + i + shadeOffset] = source[from] ?? 0;
        }
      }
    }
  }
}

const plainLight = { red: 256, green: 256, blue: 256 };

function scaled([red, green, blue]: readonly [number, number, number], factor: number): typeof plainLight {
  return { red: Math.floor(red * factor), green: Math.floor(green * factor), blue: Math.floor(blue * factor) };
}
