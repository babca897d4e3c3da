// The version of this package, as manifests record it.
import { readFileSync } from "node:fs";

/** `dsr-core 0.1.0`. */
export function toolVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return `dsr-core ${(manifest as { readonly version: string }).version}`;
}
