import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { describeBytes, readableBytes } from "../byte-progress.js";
import { modelCommands } from "../model-commands.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "model-commands-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command line and gives what it printed on standard output and standard error. */
async function run(...args: readonly string[]): Promise<readonly [string, string]> {
  const out = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const error = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const program = new Command().exitOverride();
  for (const command of modelCommands()) program.addCommand(command);
  try {
    await program.parseAsync([...args], { from: "user" });
    return [out.mock.calls.flat().join("\n"), error.mock.calls.map(([text]) => String(text)).join("")];
  } finally {
    out.mockRestore();
    error.mockRestore();
  }
}

test("makes a random model, converts it, reports on both and finds damage", async () => {
  const [checkpoint, converted] = [join(folder, "checkpoint"), join(folder, "converted")];
  const [made, progress] = await run("make-random", "tiny", checkpoint, "--seed", "5", "--json");
  expect(JSON.parse(made)).toMatchObject({ target: checkpoint, parameters: 381_888, files: ["model.safetensors"] });
  expect(progress).toMatch(/763\.8 kB of 763\.8 kB, .*\/s: tiny\n$/);

  const [text, way] = await run("convert", checkpoint, converted, "--precision", "fp16,q4", "--json");
  expect(JSON.parse(text)).toMatchObject({ target: converted, precisions: ["fp16", "q4"], parameters: 381_888 });
  expect(way.trim().split("\n").at(-1)).toMatch(/: model\.safetensors$/);

  const [report] = await run("info", converted, "--verify", "--json");
  expect(JSON.parse(report)).toMatchObject({ kind: "converted", complete: true, verified: true, fusion: "gsm" });
  const [table] = await run("info", checkpoint);
  expect(table).toMatch(/^checkpoint, fusion gsm, 0\.38M parameters\npart +parameters +fp32 +fp16 +q4 +q4f16 +FLOP\n/);
  expect(table).toMatch(/\non disk +BF16 763\.8 kB\ncomplete +yes$/);

  await expect(run("convert", checkpoint, converted)).rejects.toThrow("(--force replaces it)");
  const path = join(converted, "onnx", "gsm_q4.onnx.data");
  const bytes = readFileSync(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  await expect(run("info", converted, "--verify")).rejects.toThrow(/gsm_q4\.onnx\.data: expected SHA-256/);
  await run("convert", checkpoint, converted, "--force", "--part", "embed_tokens");
  expect(existsSync(path)).toBe(false);
});

test("a configuration alone is enough for the arithmetic", async () => {
  const path = join(folder, "config.json");
  await run("make-random", "tiny", join(folder, "for-config"));
  writeFileSync(path, readFileSync(join(folder, "for-config", "config.json")));
  const [text] = await run("info", path);
  expect(text).toContain("problem     no weights beside the configuration");
});

test("wrong names are one line", async () => {
  await expect(run("convert", folder, join(folder, "x"), "--precision", "fp8")).rejects.toThrow(
    /precision: expected one of fp32, fp16, q4, q4f16, found 'fp8' \(closest: fp/,
  );
  await expect(run("make-random", "tinny", join(folder, "x"))).rejects.toThrow("found 'tinny' (closest: tiny)");
  await expect(run("info", join(folder, "none"))).rejects.toThrow(
    "expected a model's configuration, found no such file",
  );
});

describe("progress", () => {
  test("says how far, how fast and how long", () => {
    expect(describeBytes({ what: "file", bytes: 5e8, totalBytes: 2e9, elapsed: 2000 })).toBe(
      "500.0 MB of 2.0 GB, 250.0 MB/s, 6s left: file",
    );
  });

  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [18_326_781_172, "18.3 GB"],
  ])("%d bytes are %s", (bytes, text) => expect(readableBytes(bytes)).toBe(text));
});
