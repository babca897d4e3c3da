import { expect, test } from "vitest";
import { type NdData, toNumbers } from "@dsr/dsr-core/graph";
import { type RawTensor, openSafetensors, writeSafetensors } from "@dsr/dsr-core/safetensors";
import { readFileSync } from "node:fs";
import { goldenPath, readGolden } from "./support/goldens.js";

interface Golden {
  readonly reference: string;
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;
}

const { reference, tensors } = readGolden<Golden>("types.json");

test.each(Object.entries(tensors))(`%s as ${reference} wrote it`, async (name, { shape, data }) => {
  const reader = await openSafetensors(goldenPath("types.safetensors"));
  const tensor: NdData = await reader.read(name);
  expect(tensor.shape).toEqual(shape);
  expect(toNumbers(tensor)).toEqual(data);
  expect(reader.metadata["made by"]).toBe(reference);
  await reader.close();
});

test("writing what was read gives the reference's own bytes", async () => {
  const reader = await openSafetensors(goldenPath("types.safetensors"));
  const read = new Map<string, RawTensor>();
  for (const name of reader.tensors.keys()) read.set(name, await reader.readRaw(name));
  const pieces: Uint8Array[] = [];
  await writeSafetensors({ write: async (bytes) => void pieces.push(bytes) }, read, reader.metadata);
  await reader.close();
  expect(Buffer.concat(pieces).equals(readFileSync(goldenPath("types.safetensors")))).toBe(true);
});
