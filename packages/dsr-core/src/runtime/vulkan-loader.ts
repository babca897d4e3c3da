// Whether a Vulkan loader is in the folders where Linux looks for libraries.
// Knows nothing about devices or drivers.
import { existsSync } from "node:fs";
import { join } from "node:path";

const triples: Readonly<Record<string, string>> = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };

/** Looks in `LD_LIBRARY_PATH` and the usual folders of distributions. */
export function vulkanLoaderPresent(environment: NodeJS.ProcessEnv = process.env): boolean {
  const own = (environment["LD_LIBRARY_PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const triple = triples[process.arch] ?? "";
  const usual = ["/usr/lib", "/lib", "/usr/local/lib", "/usr/lib64", "/lib64", `/usr/lib/${triple}`, `/lib/${triple}`];
  return [...own, ...usual, "/run/opengl-driver/lib"].some((folder) => existsSync(join(folder, "libvulkan.so.1")));
}
