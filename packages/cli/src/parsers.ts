// Readers of option values: text in, typed value out, one clear line when it does not fit.
// Knows nothing about the commands that use them.
import { InvalidArgumentError } from "commander";
import type { SpaceValue } from "@dsr/env-bridge/contract";

/** Reads an integer of at least `least` (and at most `most`). */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`expected an integer ${range}, found '${text}'`);
    }
    return value;
  };
}

/** Reads a positive number. */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError(`expected a positive number, found '${text}'`);
  return value;
}

/** Reads a number of at least 0. */
export function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0) || !Number.isFinite(value))
    throw new InvalidArgumentError(`expected a number of at least 0, found '${text}'`);
  return value;
}

/** Reads `160x256` as [height, width]. */
export function imageSize(text: string): readonly [number, number] {
  const match = /^(\d{1,4})x(\d{1,4})$/.exec(text);
  const [height, width] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || height < 8 || width < 8 || height > 2048 || width > 2048) {
    throw new InvalidArgumentError(`expected HEIGHTxWIDTH from 8 to 2048 pixels, such as 160x256, found '${text}'`);
  }
  return [height, width];
}

/** Collects a repeated or comma-separated option into a list. */
export function list(text: string, previous: readonly string[] | undefined): readonly string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.some((part) => part === "")) throw new InvalidArgumentError(`expected names, found '${text}'`);
  return [...(previous ?? []), ...parts];
}

/** Collects `key=value` pairs; values that read as JSON are taken as such, others as text. */
export function keyValue(
  text: string,
  previous: Readonly<Record<string, SpaceValue>> | undefined,
): Readonly<Record<string, SpaceValue>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError(`expected key=value, found '${text}'`);
  return { ...previous, [text.slice(0, at)]: jsonOrText(text.slice(at + 1)) };
}

function jsonOrText(text: string): SpaceValue {
  try {
    return JSON.parse(text) as SpaceValue;
  } catch {
    return text;
  }
}
