// Writes a picture as PNG (8-bit RGB, no interlace; ISO/IEC 15948).
// Knows nothing about what it shows.
import { zlibSync } from "fflate";
import type { RgbImage } from "@dsr/dsr-core/video";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The bytes of a PNG file. */
export function encodePng({ width, height, data }: RgbImage): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = new Uint8Array(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) writeRow(rows, data, y, 3 * width);
  const parts = [
    Uint8Array.from(signature),
    chunk("IHDR", header),
    chunk("IDAT", zlibSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

/** Filter 1 (difference to the pixel on the left) suits rendered pictures. */
function writeRow(rows: Uint8Array, data: Uint8Array, y: number, rowBytes: number): void {
  const to = y * (1 + rowBytes);
  rows[to] = 1;
  for (let i = 0; i < rowBytes; i++) {
    const left = i < 3 ? 0 : (data[y * rowBytes + i - 3] ?? 0);
    rows[to + 1 + i] = (data[y * rowBytes + i] ?? 0) - left;
  }
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(body, 8);
  view.setUint32(8 + body.length, crc32(bytes.subarray(4, 8 + body.length)));
  return bytes;
}

/** Cyclic redundancy check of IEEE 802.3, bit by bit: posters are few and small. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
