// Draws an arrow cursor into a picture: recordings of the game lack it, and in menus it is what the mouse moves.
// Knows nothing about menus.
import type { RgbImage } from "@dsr/dsr-core/video";

/** `#` outline, `.` inside; its tip is the first pixel. */
const arrow = [
  "#",
  "##",
  "#.#",
  "#..#",
  "#...#",
  "#....#",
  "#.....#",
  "#......#",
  "#.......#",
  "#........#",
  "#.....#####",
  "#..#..#",
  "#.# #..#",
  "##  #..#",
  "#    #..#",
  "     ###",
];

/** Draws into the picture itself, with the tip at (x, y); what lies outside is cut off. */
export function drawCursor(image: RgbImage, x: number, y: number): void {
  arrow.forEach((row, dy) => {
    Array.from(row).forEach((mark, dx) => {
      const [px, py] = [x + dx, y + dy];
      if (mark === " " || px < 0 || py < 0 || px >= image.width || py >= image.height) return;
      image.data.fill(mark === "#" ? 0 : 255, 3 * (py * image.width + px), 3 * (py * image.width + px) + 3);
    });
  });
}
