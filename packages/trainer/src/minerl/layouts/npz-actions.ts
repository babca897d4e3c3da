// The actions in a rendered.npz: columns by MineRL's names, one row a step.
// Knows nothing about videos.
import { CoreInputError } from "@dsr/dsr-core/errors";
import type { NpyArray } from "@dsr/dsr-core/npy";
import { type MinerlAction, minerlItemKeys, minerlKeys, minerlNoop } from "@dsr/env-bridge/contract";
import type { RecordedAction } from "../demonstration.js";

/** The arrays of a rendered.npz by name. */
export type Columns = Readonly<Record<string, NpyArray>>;

type Row<T> = (index: number) => T;

/**
 * One action for each reward; columns that the recording lacks stay at rest.
 * @param where appears in errors, such as the file's path
 * @throws CoreInputError when reward or camera is missing, or a column is not as long as the rewards
 */
export function actionsOf(columns: Columns, where: string): readonly RecordedAction[] {
  const reward = numbers(columns, "reward", { where, rows: undefined, width: 1 });
  const rows = columns["reward"]?.shape[0] ?? 0;
  const camera = numbers(columns, "action$camera", { where, rows, width: 2 });
  const keys = minerlKeys.map((key) => optionalNumbers(columns, `action$${key}`, { where, rows, width: 1 }));
  const items = minerlItemKeys.map((item) => optionalTexts(columns, `action$${item}`, { where, rows, width: 1 }));
  const minedojo = optionalNumbers(columns, "action$minedojo", { where, rows, width: 8 });
  return Array.from({ length: rows }, (_, index) => {
    const [pitch = 0, yaw = 0] = camera(index);
    const pressed = Object.fromEntries(minerlKeys.map((key, k) => [key, (keys[k]?.(index)[0] ?? 0) !== 0]));
    const named = Object.fromEntries(minerlItemKeys.map((item, k) => [item, items[k]?.(index) ?? "none"]));
    const action = { ...minerlNoop, ...pressed, ...named, pitch, yaw } as MinerlAction;
    return { index, action, minedojo: minedojo?.(index), reward: reward(index)[0] ?? 0, isGuiOpen: false };
  });
}

interface ColumnShape {
  readonly where: string;
  /** Undefined for any number. */
  readonly rows: number | undefined;
  readonly width: number;
}

function numbers(columns: Columns, name: string, shape: ColumnShape): Row<readonly number[]> {
  const read = optionalNumbers(columns, name, shape);
  if (read === undefined) throw new CoreInputError(`${shape.where}: expected an array '${name}', found none`);
  return read;
}

function optionalNumbers(columns: Columns, name: string, shape: ColumnShape): Row<readonly number[]> | undefined {
  const array = columns[name];
  if (array === undefined) return undefined;
  const { width, where } = shape;
  if (array.dtype === "text") throw new CoreInputError(`${where}: expected numbers in '${name}', found text`);
  checkShape(array, name, shape);
  const { data } = array;
  return (index) => Array.from({ length: width }, (_, i) => Number(data[index * width + i] ?? 0));
}

function optionalTexts(columns: Columns, name: string, shape: ColumnShape): Row<string> | undefined {
  const array = columns[name];
  if (array === undefined) return undefined;
  if (array.dtype !== "text")
    throw new CoreInputError(`${shape.where}: expected text in '${name}', found ${array.dtype}`);
  checkShape(array, name, shape);
  const { data } = array;
  return (index) => data[index] ?? "none";
}

function checkShape(array: NpyArray, name: string, { where, rows, width }: ColumnShape): void {
  const [found = 0, ...rest] = array.shape;
  const isWide = rest.reduce((product, length) => product * length, 1) === width;
  if (array.shape.length > 0 && isWide && (rows === undefined || rows === found)) return;
  const expected = `[${rows ?? "steps"}${width > 1 ? `, ${width}` : ""}]`;
  throw new CoreInputError(`${where}: expected '${name}' of shape ${expected}, found [${array.shape.join(", ")}]`);
}
