// NumPy's .npz: a zip of .npy files.
// Knows nothing about what the arrays mean.
import { type Zippable, unzipSync, zipSync } from "fflate";
import { CoreInputError, messageOf } from "../errors.js";
import { type NpyArray, readNpy, writeNpy } from "./npy.js";

/** Zip's earliest date: the same arrays give the same bytes whenever they are written. */
const fixedDate = "1980-01-01T00:00:00";

/** The bytes of a compressed .npz, entries in the record's order. */
export function writeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const files: Zippable = {};
  for (const [name, array] of Object.entries(arrays)) files[`${name}.npy`] = writeNpy(array);
  return zipSync(files, { level: 6, mtime: fixedDate });
}

/** What an archive may take. */
export interface NpzLimits {
  /** Largest sum of unpacked sizes, bytes; 1 GiB unless given. */
  readonly maxBytes?: number;
}

/**
 * Reads all arrays of a .npz.
 * @param name appears in errors, such as the file's path
 * @throws CoreInputError for a broken archive, one above the limits, or arrays that {@link readNpy} refuses
 */
export function readNpz(file: Uint8Array, name = ".npz", limits: NpzLimits = {}): Record<string, NpyArray> {
  const entries = Object.entries(unzip(file, name, limits.maxBytes ?? 2 ** 30));
  return Object.fromEntries(
    entries.map(([path, bytes]) => [path.replace(/\.npy$/u, ""), readNpy(bytes, `${name}: ${path}`)]),
  );
}

function unzip(file: Uint8Array, name: string, maxBytes: number): Record<string, Uint8Array> {
  let total = 0;
  const checkSize = ({ originalSize }: { readonly originalSize: number }): boolean => {
    total += originalSize;
    if (total > maxBytes) throw new CoreInputError(`${name}: expected at most ${maxBytes} bytes unpacked, found more`);
    return true;
  };
  try {
    return unzipSync(file, { filter: checkSize });
  } catch (error) {
    if (error instanceof CoreInputError) throw error;
    throw new CoreInputError(`${name}: expected a zip archive, found: ${messageOf(error)}`, { cause: error });
  }
}
