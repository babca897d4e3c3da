// Whether Linux has what WebGPU needs: a Vulkan loader where libraries are, and a graphics card among the device files.
// Knows nothing about devices of ONNX Runtime.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const triples: Readonly<Record<string, string>> = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };

/** Looks in `LD_LIBRARY_PATH` and the usual folders of distributions. */
export function vulkanLoaderPresent(environment: NodeJS.ProcessEnv = process.env): boolean {
  const own = (environment["LD_LIBRARY_PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const triple = triples[process.arch] ?? "";
  const usual = ["/usr/lib", "/lib", "/usr/local/lib", "/usr/lib64", "/lib64", `/usr/lib/${triple}`, `/lib/${triple}`];
  return [...own, ...usual, "/run/opengl-driver/lib"].some((folder) => existsSync(join(folder, "libvulkan.so.1")));
}

/** Kernel drivers' names: NVIDIA's (Tegra's too), Windows' in WSL, ARM's and Qualcomm's. */
const cardNames = /^(?:nvidia\d+|nvgpu|nvhost-gpu|nvmap|dxg|mali\d+|kgsl-3d\d+)$/u;

/** Whether there is a graphics card's device file in `folder`; render nodes of DRM lie in its `dri`. */
export function graphicsCardPresent(folder = "/dev"): boolean {
  const named = (path: string, pattern: RegExp): boolean =>
    existsSync(path) && readdirSync(path).some((name) => pattern.test(name));
  return named(folder, cardNames) || named(join(folder, "dri"), /^renderD\d+$/u);
}
