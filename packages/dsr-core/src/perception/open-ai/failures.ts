// What a failed request means: worth another try, or to be told to a person.
// Knows nothing about waiting and trying.
import { CoreError, CoreInputError, messageOf } from "../../errors.js";
import { PassingFailure, retryAfter } from "./retry.js";

interface Circumstances {
  /** The server, for the message. */
  readonly where: string;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** Statuses beside 5xx that ask for another try: time-outs, conflicts, rate limits. */
const passingStatuses: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** A PassingFailure for what may pass; CoreInputError for what the server refuses; errors of this package as they are. */
export function passingOrFinal(error: unknown, { where, now }: Circumstances): Error {
  if (error instanceof PassingFailure)
    return new PassingFailure(`${where}: ${error.message}`, error.cause, error.afterMs);
  if (error instanceof CoreError) return error;
  const status = statusOf(error);
  const text = oneLine(messageOf(error));
  if (status === undefined)
    return new PassingFailure(`${where}: expected an answer, found: ${withCause(error, text)}`, error);
  if (status >= 500 || passingStatuses.has(status))
    return new PassingFailure(`${where}: expected an answer, found ${text}`, error, retryAfter(headersOf(error), now));
  return new CoreInputError(`${where}: expected it to take the request, found ${text}`, {
    cause: error,
    details: { status },
  });
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("status" in error)) return undefined;
  return typeof error.status === "number" ? error.status : undefined;
}

function headersOf(error: unknown): Headers | undefined {
  const found = typeof error === "object" && error !== null && "headers" in error ? error.headers : undefined;
  return found instanceof Headers ? found : undefined;
}

/** Connection errors hide the reason (refused, reset, unknown host) one or two causes down. */
function withCause(error: unknown, text: string): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  const reason = oneLine(messageOf(innermost));
  return reason === "" || reason === text ? text : `${text} (${reason})`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300);
}
