// Turns decoded values into messages, or into one line that says what was expected and where.
// Knows nothing about what a message does.
import type { z } from "zod";
import { InputError } from "../contract/errors.js";
import type { SpaceValue } from "../contract/spaces.js";
import { type ClientMessage, type ServerMessage, clientMessageSchema, serverMessageSchema } from "./messages.js";

/** A message from a client. @throws InputError (`invalid-message`) */
export function parseClientMessage(value: SpaceValue): ClientMessage {
  const parsed = clientMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw messageError(parsed.error, value);
}

/** A message from a server. @throws InputError (`invalid-message`) */
export function parseServerMessage(value: SpaceValue): ServerMessage {
  const parsed = serverMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw messageError(parsed.error, value);
}

/** The `id` of a message that may be wrong in other ways, so that its sender can be answered. */
export function requestIdOf(value: unknown): number | null {
  const id = fieldOf(value, "id");
  return typeof id === "number" && Number.isSafeInteger(id) && id >= 1 ? id : null;
}

/** The `session` of a message that may be wrong in other ways. */
export function sessionIdOf(value: unknown): string | null {
  const session = fieldOf(value, "session");
  return typeof session === "string" && session.length >= 1 && session.length <= 128 ? session : null;
}

function messageError(error: z.ZodError, value: SpaceValue): InputError {
  const issue = error.issues[0];
  const type = fieldOf(value, "type");
  const where = ["message", typeof type === "string" ? type.slice(0, 40) : "", ...(issue?.path ?? []).map(String)];
  const text = issue?.message ?? "expected another form";
  return new InputError(`${where.filter((part) => part !== "").join(".")}: ${text}`, { code: "invalid-message" });
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
