// Dropped items: small pictures drawn as rows of letters, and cubes for blocks of wool.
// Knows nothing about inventories.
import { type Rgb, hex, scaleRgb } from "../color.js";
import { grain } from "../textures/pixel-art.js";
import type { BoxPainter, Model } from "./model.js";
import { woolly } from "./skins.js";

/** Texels of a drawing's side. */
const drawingSize = 8;

/** Pictures: `a` main colour, `b` darker, `c` accent. */
const drawings = {
  meat: ["........", "..aaaa..", ".aaccaa.", ".acaaaab", "aaaaacab", "aaacaabb", ".aaaabb.", "..bbb..."],
  drumstick: ["...aaa..", "..aaaaa.", ".aaaaaab", ".aaaaab.", "..aaabb.", "..cbb...", ".cc.....", "cc......"],
  oval: ["...aa...", "..aaaa..", ".acaaaa.", ".acaaaa.", ".aaaaab.", ".aaaabb.", "..abbb..", "...bb..."],
  pearl: ["..aaaa..", ".aaaaab.", "aaccaabb", "aacaaabb", "aaaaabbb", "aaaabbbb", ".abbbbb.", "..bbbb.."],
  feather: [".......a", ".....aaa", "....aaab", "...aaab.", "..aaab..", ".aaab...", ".cab....", "c......."],
  string: ["......aa", "....aa..", "...a....", "..aa.aa.", "....a..a", "..aa..a.", ".a...a..", "a......."],
  hide: [".aa..aa.", "aaaaaaaa", "aaaaaaab", ".aaaaab.", ".aacaab.", "aaaaaabb", "aabaabbb", ".b....b."],
  bucket: ["cc....cc", "c.cccc.c", "bccccccb", "baaaaaab", ".baaaab.", ".baaaab.", ".baaaab.", "..bbbb.."],
  nugget: ["........", "........", "...aa...", "..caaa..", ".aacaab.", ".aaaabb.", "..abbb..", "........"],
  sword: [".......a", "......ab", ".....ab.", "....ab..", "b..ab...", ".bab....", ".cb.....", "c.b....."],
  bone: [".....aa.", ".....aaa", "....aaaa", "...aab..", "..aab...", "aaab....", "aaa.....", ".a......"],
  crate: ["aaaaaaaa", "abbbbbba", "abaccaba", "abcaacba", "abcaacba", "abaccaba", "abbbbbba", "aaaaaaaa"],
} as const satisfies Record<string, readonly string[]>;

interface ItemLook {
  readonly drawing: keyof typeof drawings;
  readonly color: Rgb;
  readonly accent: Rgb;
}

const look = (drawing: keyof typeof drawings, color: string, accent: string): ItemLook => ({
  drawing,
  color: hex(color),
  accent: hex(accent),
});

const itemLooks: Readonly<Record<string, ItemLook>> = {
  beef: look("meat", "#c8433c", "#f3d9d0"),
  cooked_beef: look("meat", "#7c4a2c", "#a8744a"),
  porkchop: look("meat", "#f08f92", "#fbdcd6"),
  cooked_porkchop: look("meat", "#c99a5e", "#ecd2a0"),
  mutton: look("meat", "#b5474a", "#e8e0d8"),
  cooked_mutton: look("meat", "#8a5a38", "#c2986a"),
  rotten_flesh: look("meat", "#a0522d", "#6f8a3a"),
  chicken: look("drumstick", "#f0c6b0", "#f6f0e4"),
  cooked_chicken: look("drumstick", "#c07c3a", "#efe4cc"),
  egg: look("oval", "#e8dab8", "#fbf4e2"),
  ender_pearl: look("pearl", "#1f6f62", "#8fe0cc"),
  feather: look("feather", "#f2f2f2", "#8d8d8d"),
  string: look("string", "#ededed", "#ffffff"),
  leather: look("hide", "#b4602c", "#d98a4e"),
  bucket: look("bucket", "#8f8f94", "#d4d4d8"),
  milk_bucket: look("bucket", "#c4c4ca", "#fbfbfb"),
  gold_nugget: look("nugget", "#f2c21e", "#fff3a0"),
  gold_ingot: look("nugget", "#f7d136", "#fff6b0"),
  golden_sword: look("sword", "#fbdc3c", "#6b4a22"),
  diamond_sword: look("sword", "#3fe0d0", "#6b4a22"),
  iron_sword: look("sword", "#dcdcdc", "#6b4a22"),
  wooden_sword: look("sword", "#9a7440", "#6b4a22"),
  spider_eye: look("oval", "#a02030", "#e06070"),
  bone: look("bone", "#eeeadc", "#c8c4b4"),
};

const unknownItem = look("crate", "#a5834f", "#e8d8a8");

/** The model of a dropped item: a thin picture that turns to the viewer, or a cube for wool. */
export function itemModel(name: string): Model {
  const cube = name === "wool";
  return {
    metresPerTexel: cube ? 0.035 : 0.05,
    shadowRadius: 0.16,
    bones: { body: [0, 0, 0] },
    boxes: [
      cube
        ? { bone: "body", size: [8, 8, 8], at: [-4, 1, -4], paint: woolly(hex("#efeeea"), 91) }
        : { bone: "body", size: [8, 8, 1], at: [-4, 1, -0.5], paint: picture(itemLooks[name] ?? unknownItem) },
    ],
    pose: () => ({}),
  };
}

function picture({ drawing, color, accent }: ItemLook): BoxPainter {
  const rows: readonly string[] = drawings[drawing];
  return ({ side, u, v }) => {
    if (side !== "front" && side !== "back") return "clear";
    switch (rows[v]?.[side === "front" ? u : drawingSize - 1 - u]) {
      case "a":
        return scaleRgb(color, 1 + 0.06 * grain(u, v, 92));
      case "b":
        return scaleRgb(color, 0.7);
      case "c":
        return accent;
      default:
        return "clear";
    }
  };
}
