import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkTarget, makeFolder } from "./make-folder.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "make-folder-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** No process has it: Linux numbers them up to 2²², others lower. */
const nobody = 2 ** 30;

async function put(name: string, text: string): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, "file"), text);
}

const textIn = async (name: string) => readFile(join(folder, name, "file"), "utf8");

test("what killed runs left is cleared, what running ones are writing is not", async () => {
  await put(`.my+model.${nobody}.partial`, "half");
  await put(`.my+model.${process.pid}.partial`, "being written");
  await put(`.other.${nobody}.partial`, "somebody else's");
  await checkTarget(join(folder, "my+model"), {});
  expect((await readdir(folder)).sort()).toEqual([`.my+model.${process.pid}.partial`, `.other.${nobody}.partial`]);
});

test("a folder that was put aside comes back when its successor never came", async () => {
  await put(`.model.${nobody}.partial.old`, "before");
  await expect(checkTarget(join(folder, "model"), {})).rejects.toThrow("expected no folder or an empty one");
  expect(await textIn("model")).toBe("before");
  await put(`.model.${nobody}.partial.old`, "before that");
  await checkTarget(join(folder, "model"), { force: true });
  expect(await readdir(folder)).toEqual(["model"]);
});

test("a folder appears when it is complete, and the one before stays until then", async () => {
  const target = join(folder, "model");
  const write = (text: string) => async (partial: string) => {
    await mkdir(partial);
    await writeFile(join(partial, "file"), text);
    if (text === "bad") throw new RangeError("no more");
    return text;
  };
  expect(await makeFolder(target, write("first"))).toBe("first");
  await expect(makeFolder(target, write("bad"))).rejects.toThrow("no more");
  expect(await textIn("model")).toBe("first");
  await makeFolder(target, write("second"));
  expect([await textIn("model"), await readdir(folder)]).toEqual(["second", ["model"]]);
});
