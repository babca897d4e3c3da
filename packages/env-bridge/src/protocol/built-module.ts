// Where the built programs of this package's processes lie.
// Knows nothing about what they do.

/**
 * The URL of a built module of this package, also when this file runs from its source (as in tests), since a new
 * process runs plain JavaScript. The package has to be built then.
 * @param path relative to the output folder, such as `server/environment-child.js`
 */
export function builtModule(path: string): URL {
  const here = import.meta.url;
  return new URL(here.endsWith(".ts") ? `../../dist/${path}` : `../${path}`, here);
}
