// Pictures as a mirror shows them, left and right swapped.
// Knows nothing about what they show.

/** Mirrors RGB pictures [height, width, 3], one after the other, in place. */
export function mirrorPictures(rgb: Uint8Array, width: number): void {
  for (let row = 0; row < rgb.length; row += 3 * width) {
    // the whole row backwards, and each pixel's three bytes back into their order
    rgb.subarray(row, row + 3 * width).reverse();
    for (let red = row; red < row + 3 * width; red += 3) {
      const blue = rgb[red] ?? 0;
      rgb[red] = rgb[red + 2] ?? 0;
      rgb[red + 2] = blue;
    }
  }
}
