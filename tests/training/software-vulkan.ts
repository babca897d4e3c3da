// Where a software Vulkan device lies on this machine, if there is one: Debian's `chromium` brings SwiftShader.
import { existsSync } from "node:fs";
import { dirname } from "node:path";

const drivers = ["/usr/lib/chromium/vk_swiftshader_icd.json", "/usr/lib/chromium-browser/vk_swiftshader_icd.json"];

/** Environment variables that make a new process use the software device; undefined when there is none. */
export function softwareVulkan(): NodeJS.ProcessEnv | undefined {
  const driver = [process.env["DSR_VULKAN_DRIVER"] ?? "", ...drivers].find((path) => existsSync(path));
  if (driver === undefined) return undefined;
  const folders = [process.env["LD_LIBRARY_PATH"], dirname(driver)].filter((path) => path !== undefined && path !== "");
  // The Vulkan loader comes with the browser too, and is found only by a process started with its folder in the path.
  return { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: folders.join(":") };
}
