// Who may import whom (ARCHITECTURE.md): reads every manifest and every import, and fails on a wrong arrow.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Arrows that may be drawn, by package; a value names an entry point, "*" any of them. */
const allowed: Readonly<Record<string, Readonly<Record<string, readonly string[] | "*">>>> = {
  "env-bridge": {},
  "voxel-world": { "env-bridge": ["contract"] },
  "dsr-core": {},
  agent: { "env-bridge": "*", "dsr-core": "*" },
  trainer: { "dsr-core": "*", "env-bridge": "*" },
  cli: { "env-bridge": "*", "voxel-world": "*", "dsr-core": "*", agent: "*", trainer: "*" },
};

interface Import {
  readonly file: string;
  readonly specifier: string;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function sourceFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(ts|mts|mjs|js)$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
    .map((path) => join(folder, path));
}

const importPattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\brequire\s*\(\s*)["']([^"']+)["']/g;

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(file, "utf8").replaceAll(/^\s*(\/\/|\*).*$/gm, "");
  return [...text.matchAll(importPattern)].map((match) => ({ file: relative(root, file), specifier: match[1] ?? "" }));
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as Manifest;
}

/** Why an import is wrong, or undefined. */
function wrongArrow(name: string, found: Import): string | undefined {
  const internal = /^@dsr\/([^/]+)(?:\/(.+))?$/.exec(found.specifier);
  if (internal === null) return escapes(name, found);
  const entries = allowed[name]?.[internal[1] ?? ""];
  const own = internal[1] === name;
  const isTest = found.file.endsWith(".test.ts");
  if (own || (isTest && internal[2] === "test" && entries !== undefined)) return undefined;
  if (entries === undefined) return `${found.file}: ${name} may not import ${found.specifier}`;
  if (entries !== "*" && !entries.includes(internal[2] ?? "")) {
    return `${found.file}: ${name} may import only ${entries.map((e) => `@dsr/${internal[1]}/${e}`).join(", ")}, found ${found.specifier}`;
  }
  return undefined;
}

function escapes(name: string, found: Import): string | undefined {
  if (!found.specifier.startsWith(".")) return undefined;
  const target = resolve(root, dirname(found.file), found.specifier);
  const inside = !relative(join(root, "packages", name), target).startsWith("..");
  return inside ? undefined : `${found.file}: reaches out of ${name} by ${found.specifier}`;
}

function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("node:") || builtinModules.includes(specifier))
    return undefined;
  const [scope = "", name = ""] = specifier.split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

const packages = readdirSync(join(root, "packages"));

describe.each(packages)("%s", (name) => {
  const imports = sourceFiles(join(root, "packages", name)).flatMap(importsOf);
  const manifest = manifestOf(name);

  test("is one of the packages of the architecture and is named after its folder", () => {
    expect(Object.keys(allowed)).toContain(name);
    expect(manifest.name).toBe(`@dsr/${name}`);
  });

  test("imports along the arrows only", () => {
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.map((found) => wrongArrow(name, found)).filter((reason) => reason !== undefined)).toEqual([]);
  });

  test("depends along the arrows only", () => {
    const internal = Object.keys(manifest.dependencies ?? {}).filter((dependency) => dependency.startsWith("@dsr/"));
    for (const dependency of internal)
      expect(Object.keys(allowed[name] ?? {})).toContain(dependency.slice("@dsr/".length));
  });

  test("declares every package it imports, and no other", () => {
    const shipped = imports.filter(
      (found) => found.file.includes("/src/") && !/\.test\.ts$|\/fixtures\//.test(found.file),
    );
    const used = new Set(shipped.map((found) => packageOf(found.specifier)).filter((found) => found !== undefined));
    used.delete(manifest.name);
    expect([...used].sort()).toEqual(Object.keys(manifest.dependencies ?? {}).sort());
  });
});

test("examples use public entry points and stay short", () => {
  for (const file of sourceFiles(join(root, "examples"))) {
    const specifiers = importsOf(file).map((found) => found.specifier);
    expect(specifiers.filter((specifier) => specifier.startsWith(".."))).toEqual([]);
    expect(readFileSync(file, "utf8").split("\n").length, file).toBeLessThan(80);
  }
});

test("Python lives in the Python bridge and the golden generators, nowhere else", () => {
  const python = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".py") && !/(^|\/)(node_modules|\.venv[^/]*|dist)\//.test(path))
    .filter((path) => !path.startsWith("packages/env-bridge/python/") && !path.startsWith("tests/parity/generate/"));
  expect(python).toEqual([]);
});

test("the rules themselves catch wrong arrows", () => {
  expect(wrongArrow("voxel-world", { file: "packages/voxel-world/src/a.ts", specifier: "@dsr/env-bridge" })).toMatch(
    "may import only @dsr/env-bridge/contract",
  );
  expect(wrongArrow("agent", { file: "packages/agent/src/a.ts", specifier: "@dsr/voxel-world" })).toMatch(
    "may not import",
  );
  expect(wrongArrow("agent", { file: "packages/agent/src/a.ts", specifier: "../../cli/src/main.js" })).toMatch(
    "reaches out",
  );
  expect(
    wrongArrow("agent", { file: "packages/agent/src/a.ts", specifier: "@dsr/env-bridge/contract" }),
  ).toBeUndefined();
});
