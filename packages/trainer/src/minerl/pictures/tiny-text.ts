// Writes short labels into pictures with a 3 × 5 pixel font of its own: no system font is needed.
// Knows capitals, digits and a few signs; other characters are blank.
import type { RgbImage } from "@dsr/dsr-core/video";

/** Five rows from top to bottom as octal digits; the left pixel is the highest bit. */
const glyphs: Readonly<Record<string, string>> = {
  "0": "75557",
  "1": "26227",
  "2": "61247",
  "3": "61216",
  "4": "55711",
  "5": "74616",
  "6": "34757",
  "7": "71222",
  "8": "75757",
  "9": "75716",
  A: "25755",
  B: "65656",
  C: "34443",
  D: "65556",
  E: "74647",
  F: "74644",
  G: "34553",
  H: "55755",
  I: "72227",
  J: "11152",
  K: "55655",
  L: "44447",
  M: "57755",
  N: "65555",
  O: "25552",
  P: "65644",
  Q: "25521",
  R: "65655",
  S: "34216",
  T: "72222",
  U: "55557",
  V: "55552",
  W: "55775",
  X: "55255",
  Y: "55222",
  Z: "71247",
  "+": "02720",
  "-": "00700",
  ".": "00002",
  ":": "02020",
  "/": "11244",
};

/** Pixels from one character to the next, and the height of a line. */
export const characterWidth = 4;
export const lineHeight = 7;

/** Where and how a label is written. */
export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly color: readonly [red: number, green: number, blue: number];
}

/** Writes a line of text into the picture itself; what lies outside is cut off. */
export function drawText(image: RgbImage, text: string, { x, y, color }: TextPlace): void {
  Array.from(text.toUpperCase()).forEach((character, i) => {
    Array.from(glyphs[character] ?? "").forEach((row, dy) => {
      for (let dx = 0; dx < 3; dx++) {
        if ((Number(row) & (4 >> dx)) === 0) continue;
        setPixel(image, [x + i * characterWidth + dx, y + dy], color);
      }
    });
  });
}

function setPixel(
  { width, height, data }: RgbImage,
  [x, y]: readonly [number, number],
  color: readonly [number, number, number],
): void {
  if (x >= 0 && y >= 0 && x < width && y < height) data.set(color, 3 * (y * width + x));
}
