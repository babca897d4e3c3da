// Takes the dates out of an MP4 file, so that equal pictures give equal bytes.
// Knows nothing about tracks beyond the boxes that carry a date.
import { CoreInputError } from "../errors.js";

/** Boxes to look into, and boxes that begin with a creation and a modification time. */
const containers: ReadonlySet<string> = new Set(["moov", "trak", "mdia"]);
const dated: ReadonlySet<string> = new Set(["mvhd", "tkhd", "mdhd"]);
const headerBytes = 8;

/** Sets the creation and modification times of movie, tracks and media to 0, in place. @throws CoreInputError for no MP4 */
export function clearMp4Times(bytes: Uint8Array): void {
  const cleared = clearBoxes(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.byteLength);
  if (cleared === 0) throw new CoreInputError("video: expected an MP4 file with a movie header, found none");
}

/** Walks the boxes between two offsets; returns how many dates were cleared. */
function clearBoxes(view: DataView, start: number, end: number): number {
  let cleared = 0;
  for (let at = start; at + headerBytes <= end;) {
    const { type, size, body } = boxAt(view, at, end);
    if (dated.has(type)) {
      clearDates(view, body);
      cleared++;
    } else if (containers.has(type)) cleared += clearBoxes(view, body, at + size);
    at += size;
  }
  return cleared;
}

interface BoxPlace {
  readonly type: string;
  readonly size: number;
  /** Offset of what follows the header. */
  readonly body: number;
}

function boxAt(view: DataView, at: number, end: number): BoxPlace {
  const short = view.getUint32(at);
  const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
  // size 1 is followed by 64 bits of size, size 0 reaches to the end
  const isLong = short === 1 && at + 2 * headerBytes <= end;
  const size = isLong ? Number(view.getBigUint64(at + headerBytes)) : short === 0 ? end - at : short;
  const header = isLong ? 2 * headerBytes : headerBytes;
  if (size < header || at + size > end) {
    throw new CoreInputError(`video: expected a box of ${header} to ${end - at} bytes at ${at}, found ${size}`);
  }
  return { type, size, body: at + header };
}

/** Version and flags, then two dates of 32 or (version 1) 64 bits. */
function clearDates(view: DataView, body: number): void {
  const words = view.getUint8(body) === 1 ? 4 : 2;
  for (let word = 1; word <= words; word++) view.setUint32(body + 4 * word, 0);
}
