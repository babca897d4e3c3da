import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DeviceError } from "../errors.js";
import { chooseDevice, describeChoice, tryDevice } from "./choose-device.js";
import type { Device } from "./devices.js";
import { graphicsCardPresent, vulkanLoaderPresent } from "./graphics-support.js";

test("the processor really runs the trial product", async () => {
  expect(await tryDevice("cpu", false)).toBeUndefined();
  expect(await chooseDevice("cpu")).toEqual({ device: "cpu", requested: "cpu", rejected: [] });
});

test("an explicit device that does not work is one clear line", async () => {
  const absent: Device = process.platform === "darwin" ? "dml" : "coreml";
  const failure = await chooseDevice(absent).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DeviceError);
  const { message } = failure as DeviceError;
  expect(message).toMatch(
    new RegExp(`^device ${absent}: expected it to run a small product, found: this build of ONNX Runtime has no`),
  );
  expect(message).not.toContain("\n");
});

test("auto takes the first that works and says why not the others", async () => {
  const tryTwo = async (device: Device) => (device === "cpu" ? undefined : `no ${device} here`);
  const choice = await chooseDevice("auto", { platform: "linux", tryDevice: tryTwo });
  expect(describeChoice(choice)).toBe("cpu (auto; not cuda: no cuda here; webgpu: no webgpu here)");
  const all = await chooseDevice("auto", { platform: "win32", tryDevice: async () => undefined });
  expect(describeChoice(all)).toBe("cuda (auto)");
});

test("a Vulkan loader is found in the folders of LD_LIBRARY_PATH", () => {
  const folder = mkdtempSync(join(tmpdir(), "vulkan-"));
  const environment = { LD_LIBRARY_PATH: `/nowhere:${folder}` };
  const before = vulkanLoaderPresent({});
  expect(vulkanLoaderPresent(environment)).toBe(before);
  writeFileSync(join(folder, "libvulkan.so.1"), "");
  expect(vulkanLoaderPresent(environment)).toBe(true);
  rmSync(folder, { recursive: true });
});

test("graphics cards are known by their device files", () => {
  const folder = mkdtempSync(join(tmpdir(), "dev-"));
  const isCard = (name: string): boolean => {
    const dev = join(folder, name.replaceAll("/", "_"));
    mkdirSync(join(dev, "dri"), { recursive: true });
    writeFileSync(join(dev, name), "");
    return graphicsCardPresent(dev);
  };
  expect(["dri/renderD128", "nvidia0", "dxg"].map(isCard)).toEqual([true, true, true]);
  // a display without a card, and a driver without one
  expect(["dri/card0", "nvidiactl", "null"].map(isCard)).toEqual([false, false, false]);
  expect(graphicsCardPresent(join(folder, "none"))).toBe(false);
  rmSync(folder, { recursive: true });
});

test("auto fails when nothing works", async () => {
  const none = chooseDevice("auto", { platform: "darwin", tryDevice: async () => "broken" });
  await expect(none).rejects.toThrow(/found none \(webgpu: broken; cpu: broken\)/);
});
