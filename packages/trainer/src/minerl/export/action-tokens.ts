// MineDojo actions as words that a language model already knows, and back (docs/formats/action-tokens.md).
// Knows nothing about conversations or models.
import { CoreInputError } from "@dsr/dsr-core/errors";
import {
  binDegrees,
  cameraBin,
  cameraBins,
  defaultCameraInterval,
  minedojoCraftItemNames,
  minedojoInventorySlots,
  neutralCameraBin,
} from "@dsr/env-bridge/contract";
import { firstSmeltIndex, craftIndexOf } from "@dsr/env-bridge";

const idle = "none";
const moves = ["", "forward", "back"];
const strafes = ["", "left", "right"];
const postures = ["", "jump", "sneak", "sprint"];
const functions = ["", "use", "drop", "attack", "craft", "equip", "place", "destroy"];
const [craft, firstWithSlot] = [4, 5];

/** One line of words for eight integers; arguments that no function uses are left out. */
export function formatAction(action: readonly number[], cameraInterval = defaultCameraInterval): string {
  const [move = 0, strafe = 0, posture = 0, pitch = 0, yaw = 0] = action;
  const words = [
    moves[move],
    strafes[strafe],
    postures[posture],
    turnWord("pitch", binDegrees(pitch, cameraInterval)),
    turnWord("yaw", binDegrees(yaw, cameraInterval)),
    functionWord(action),
  ].filter((word) => word !== undefined && word !== "");
  return words.length === 0 ? idle : words.join(" ");
}

/** A line for each action. */
export function formatActions(actions: readonly (readonly number[])[], cameraInterval?: number): string {
  return actions.map((action) => formatAction(action, cameraInterval)).join("\n");
}

/**
 * Reads lines of words; case and surplus spaces do not matter.
 * @throws CoreInputError naming the line and the word that is not one of the format's
 */
export function parseActions(text: string, cameraInterval = defaultCameraInterval): readonly (readonly number[])[] {
  const lines = text.split("\n").map((line) => line.trim().toLowerCase());
  return lines.filter((line) => line !== "").map((line, i) => parseLine(line, `action ${i + 1}`, cameraInterval));
}

function turnWord(axis: "pitch" | "yaw", degrees: number): string {
  return degrees === 0 ? "" : `${axis}${degrees > 0 ? "+" : ""}${degrees}`;
}

function functionWord(action: readonly number[]): string {
  const [fn = 0, item = 0, slot = 0] = action.slice(5);
  if (fn === craft) return `${item >= firstSmeltIndex ? "smelt" : "craft"}:${minedojoCraftItemNames[item]}`;
  return fn >= firstWithSlot ? `${functions[fn]}:${slot}` : (functions[fn] ?? "");
}

/** Places of an action that words have filled so far. */
type Places = (number | undefined)[];

function parseLine(line: string, where: string, cameraInterval: number): readonly number[] {
  const places: Places = [];
  for (const word of line.split(/\s+/u)) {
    if (word === idle) continue;
    for (const [place, value] of valuesOf(word, cameraInterval, where)) {
      if (places[place] !== undefined) {
        throw new CoreInputError(`${where}: expected one word of a kind, found '${word}' beside another in '${line}'`);
      }
      places[place] = value;
    }
  }
  const neutral = neutralCameraBin(cameraInterval);
  return [0, 0, 0, neutral, neutral, 0, 0, 0].map((rest, place) => places[place] ?? rest);
}

/** The places that a word fills, with their values. */
function valuesOf(word: string, cameraInterval: number, where: string): readonly (readonly [number, number])[] {
  for (const [place, words] of [moves, strafes, postures].entries()) {
    const value = words.indexOf(word);
    if (value > 0) return [[place, value]];
  }
  const plain = functions.indexOf(word);
  if (plain > 0 && plain < craft) return [[5, plain]];
  const found = turnOf(word, cameraInterval) ?? functionOf(word);
  if (found !== undefined) return found;
  throw new CoreInputError(`${where}: expected words of docs/formats/action-tokens.md, found '${word}'`);
}

function turnOf(word: string, cameraInterval: number): readonly (readonly [number, number])[] | undefined {
  const [, axis, text] = /^(pitch|yaw)([+-]\d+(?:\.\d+)?)$/u.exec(word) ?? [];
  if (text === undefined) return undefined;
  const degrees = Number(text);
  const bin = cameraBin(degrees, cameraInterval);
  const isBin = bin < cameraBins(cameraInterval) && Math.abs(binDegrees(bin, cameraInterval) - degrees) < 1e-6;
  return isBin ? [[axis === "pitch" ? 3 : 4, bin]] : undefined;
}

function functionOf(word: string): readonly (readonly [number, number])[] | undefined {
  const [name = "", argument = ""] = word.split(":");
  if (name === "craft" || name === "smelt") {
    const item = craftIndexOf(argument, name === "smelt");
    return item === undefined
      ? undefined
      : [
          [5, craft],
          [6, item],
        ];
  }
  const fn = functions.indexOf(name);
  const slot = /^\d+$/u.test(argument) ? Number(argument) : minedojoInventorySlots;
  if (fn < firstWithSlot || slot >= minedojoInventorySlots) return undefined;
  return [
    [5, fn],
    [7, slot],
  ];
}
