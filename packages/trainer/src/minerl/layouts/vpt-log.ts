// Reads the action log of VPT's contractor data and of BASALT: one JSON object a frame.
// Knows nothing about videos. Loader decisions: facts of VPT's data loader; its integer camera is not copied.
import { open } from "node:fs/promises";
import { CoreInputError, messageOf } from "@dsr/dsr-core/errors";
import { type MinerlAction, minerlNoop } from "@dsr/env-bridge/contract";
import { z } from "zod";
import type { RecordedAction } from "../demonstration.js";

/** Pixels of mouse for a full turn. */
const pixelsPerTurn = 2400;

const keyOfName: Readonly<Record<string, keyof MinerlAction>> = {
  "key.keyboard.w": "forward",
  "key.keyboard.s": "back",
  "key.keyboard.a": "left",
  "key.keyboard.d": "right",
  "key.keyboard.space": "jump",
  "key.keyboard.left.shift": "sneak",
  "key.keyboard.left.control": "sprint",
  "key.keyboard.q": "drop",
  "key.keyboard.e": "inventory",
};

const number = z.number().finite();
const lineSchema = z.looseObject({
  mouse: z.looseObject({
    x: number,
    y: number,
    dx: number,
    dy: number,
    buttons: z.array(z.number()),
    newButtons: z.array(z.number()),
  }),
  keyboard: z.looseObject({ keys: z.array(z.string()) }),
  isGuiOpen: z.boolean(),
  hotbar: z.number().int().min(0).max(8),
  pitch: number.optional(),
});
type Line = z.infer<typeof lineSchema>;

/** Where the cursor was, in pixels of the 720-pixel-high window. */
export interface Cursor {
  readonly x: number;
  readonly y: number;
}

/** One line of the log. */
export interface LoggedAction extends RecordedAction {
  readonly cursor: Cursor;
}

/** A whole log. */
export interface VptLog {
  readonly entries: readonly LoggedAction[];
  /** Degrees below the horizon at the first line, where the log says so. */
  readonly initialPitch: number | undefined;
}

/**
 * Reads a log line by line, keeping what an action is made of. An attack held from before the first frame is left out
 * until it is pressed anew; hotbar keys come from changes of the selected slot.
 * @throws CoreInputError naming the line that is not as expected
 */
export async function readVptLog(path: string): Promise<VptLog> {
  const entries: LoggedAction[] = [];
  const state = { isAttackStuck: false, hotbar: 0 };
  let initialPitch: number | undefined;
  try {
    const file = await open(path);
    for await (const text of file.readLines()) {
      if (text === "") continue;
      const line = parseLine(text, `${path}: line ${entries.length + 1}`);
      if (entries.length === 0) initialPitch = line.pitch;
      entries.push(entryOf(line, entries.length, state));
    }
  } catch (error) {
    if (error instanceof CoreInputError) throw error;
    throw new CoreInputError(`${path}: expected a file of lines, found: ${messageOf(error)}`, { cause: error });
  }
  return { entries, initialPitch };
}

function parseLine(text: string, where: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CoreInputError(`${where}: expected a JSON object, found: ${messageOf(error)}`, { cause: error });
  }
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CoreInputError(`${where}: ${issue?.path.join(".") || "value"}: ${issue?.message ?? "invalid"}`);
}

function entryOf(line: Line, index: number, state: { isAttackStuck: boolean; hotbar: number }): LoggedAction {
  const { mouse, keyboard, isGuiOpen, hotbar } = line;
  if (index === 0) state.isAttackStuck = mouse.newButtons.length === 1 && mouse.newButtons[0] === 0;
  else if (mouse.newButtons.includes(0)) state.isAttackStuck = false;
  const pressed: Record<string, boolean> = {};
  for (const name of keyboard.keys) {
    const key = keyOfName[name];
    if (key !== undefined) pressed[key] = true;
  }
  const action: MinerlAction = {
    ...minerlNoop,
    ...pressed,
    attack: mouse.buttons.includes(0) && !state.isAttackStuck,
    use: mouse.buttons.includes(1),
    pitch: (mouse.dy * 360) / pixelsPerTurn,
    yaw: (mouse.dx * 360) / pixelsPerTurn,
    hotbar: hotbar === state.hotbar ? 0 : hotbar + 1,
  };
  state.hotbar = hotbar;
  return { index, action, reward: 0, isGuiOpen, cursor: { x: mouse.x, y: mouse.y } };
}
