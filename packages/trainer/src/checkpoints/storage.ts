// The few things checkpoints ask of a file system, and Node's file system behind them.
// Knows nothing about what is written; tests put failing disks here.
import { mkdir, open, readFile, readdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { ByteSink } from "@dsr/dsr-core/safetensors";

/** A file being written. `close` returns after the bytes have reached the disk. */
export interface StoredFile extends ByteSink {
  close(): Promise<void>;
}

/** Where checkpoints lie. Paths are the operating system's. */
export interface Storage {
  makeFolder(path: string): Promise<void>;
  create(path: string): Promise<StoredFile>;
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Names of what lies in a folder; none when the folder is absent. */
  list(path: string): Promise<readonly string[]>;
  /** Renames, and returns after the rename itself has reached the disk. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** The disk of this machine. */
export function nodeStorage(): Storage {
  return {
    makeFolder: async (path) => void (await mkdir(path, { recursive: true })),
    create: createFile,
    read: async (path) => new Uint8Array(await readFile(path)),
    list: (path) => readdir(path).catch(noneWhenAbsent),
    rename: async (from, to) => {
      await rename(from, to);
      await synchronise(dirname(to));
    },
    remove: (path) => rm(path, { recursive: true, force: true }),
  };
}

async function createFile(path: string): Promise<StoredFile> {
  const file = await open(path, "wx");
  return {
    write: async (bytes) => {
      for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
    },
    close: async () => {
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

/** A folder's entries are data too: without this a power cut can undo a rename. Windows cannot open folders, and needs not. */
async function synchronise(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}

function noneWhenAbsent(error: NodeJS.ErrnoException): readonly string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}
