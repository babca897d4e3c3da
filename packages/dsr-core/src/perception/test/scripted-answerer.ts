// A test double: answers what it was told to, at once or when it is told to, and remembers what it was asked.
// Knows nothing about pictures.
import {
  type Answer,
  type AnswerRequest,
  type Answerer,
  type GenerateRequest,
  checkRequest,
  letterOf,
} from "../answerer.js";
import { checkClip } from "../clip.js";

/** What the double says to one request: an option's index, a text, or probabilities by option; thrown when an Error. */
export type ScriptedReply = number | string | readonly number[] | Error;

/** Decides the replies: one after the other (the last repeats), or by request. */
export type Script =
  | readonly ScriptedReply[]
  | ((request: AnswerRequest, call: number) => ScriptedReply | Promise<ScriptedReply>);

/** An answerer that plays a script. */
export interface ScriptedAnswerer extends Answerer {
  /** Requests so far, in order. */
  readonly requests: readonly AnswerRequest[];
  readonly closed: boolean;
}

/** Makes the double. Requests are checked as real answerers do; `signal` is honoured. */
export function scriptedAnswerer(script: Script): ScriptedAnswerer {
  const requests: AnswerRequest[] = [];
  let closed = false;
  const replyTo = async (request: AnswerRequest): Promise<ScriptedReply> => {
    checkRequest(request);
    checkClip(request.clip);
    request.signal?.throwIfAborted();
    const call = requests.push(request) - 1;
    const reply =
      typeof script === "function"
        ? await untilAborted(script(request, call), request.signal)
        : script[Math.min(call, script.length - 1)];
    if (reply instanceof Error) throw reply;
    return reply ?? 0;
  };
  const answer = async (request: AnswerRequest): Promise<Answer> => answerOf(request, await replyTo(request));
  return {
    description: "scripted",
    requests,
    get closed() {
      return closed;
    },
    answer,
    answerAll: (all) => Promise.all(all.map(answer)),
    generate: (request: GenerateRequest) => pieces(replyTo(request)),
    close: async () => {
      closed = true;
    },
  };
}

/** The value, unless the signal comes first. */
async function untilAborted<T>(value: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return value;
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([value, aborted]);
}

async function* pieces(reply: Promise<ScriptedReply>): AsyncGenerator<string> {
  yield* String(await reply).split(/(?<=\s)/u);
}

function answerOf({ options = [], scoring = "letter" }: AnswerRequest, reply: ScriptedReply): Answer {
  const timings = { totalMs: 0 };
  if (typeof reply === "string")
    return { option: undefined, letter: undefined, probabilities: [], text: reply, scoring: "text", timings };
  const probabilities =
    typeof reply === "number" ? options.map((_, option) => (option === reply ? 1 : 0)) : (reply as readonly number[]);
  const option = probabilities.indexOf(Math.max(...probabilities));
  return { option, letter: letterOf(option), probabilities, text: options[option] ?? "", scoring, timings };
}
