// The two clients of dsr.env.v1, both driven by the calls of the conformance vectors: this process's, and Python's.
// Knows nothing about which server they talk to.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import {
  DsrError,
  EnvClient,
  type NdArray,
  type RealtimeFrame,
  type RealtimeSession,
  type RemoteEnvironment,
  type RemoteVectorEnvironment,
  type SpaceRecord,
  type SpaceValue,
  dtypeStrings,
  fingerprintOf,
  ndarrayFromBytes,
} from "@dsr/env-bridge";
import { pythonEnvironment } from "./servers.js";

/** One call: `op`, the session `on` which it is made, and its arguments. */
export interface Call {
  readonly op: string;
  readonly on?: string;
  readonly expect?: unknown;
  readonly [argument: string]: unknown;
}

/** A client that makes calls; errors come as `{ error: code }`. */
export interface CallingClient {
  call(call: Call): Promise<unknown>;
  close(): Promise<void>;
}

const patient = { attempts: 20, initialDelayMs: 10, maxDelayMs: 100 };

/** The TypeScript client. */
export async function startTypeScriptClient(url: string): Promise<CallingClient> {
  const calls = new Calls(await EnvClient.connect(url, { reconnect: patient }));
  return { call: (call) => calls.answer(call), close: () => calls.close() };
}

/** Python's client in a process of its own. */
export async function startPythonClient(url: string): Promise<CallingClient> {
  const child: ChildProcess = spawn("python3", ["-m", "dsr_env_bridge.testing.run_calls", url], {
    env: pythonEnvironment(),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("Python's client: expected pipes, found none");
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    call: async (call) => {
      stdin.write(`${JSON.stringify(call)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`Python's client ended at ${JSON.stringify(call)}`);
      return JSON.parse(value) as unknown;
    },
    close: async () => {
      stdin.end();
      await ended;
    },
  };
}

type Session = RemoteEnvironment | RemoteVectorEnvironment | RealtimeSession;

class Calls {
  readonly #client: EnvClient;
  readonly #sessions = new Map<string, Session>();

  constructor(client: EnvClient) {
    this.#client = client;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async answer(call: Call): Promise<unknown> {
    try {
      return await this.#make(call);
    } catch (error) {
      if (error instanceof DsrError) return { error: error.code };
      throw error;
    }
  }

  async #make(call: Call): Promise<unknown> {
    const {
      op,
      on = "",
      environment,
      options,
      seed,
      task,
      action,
    } = call as Call & {
      readonly environment: string;
      readonly options?: SpaceRecord;
      readonly seed?: string;
      readonly task?: string;
      readonly action: SpaceValue;
    };
    const which = { environment, options };
    switch (op) {
      case "open":
        this.#sessions.set(on, await this.#client.openSession(which));
        return {};
      case "open-vector":
        return this.#openVector(on, which, call);
      case "open-realtime":
        this.#sessions.set(
          on,
          await this.#client.openRealtimeSession({ ...which, tickRate: Number(call["tickRate"]) }),
        );
        return {};
      case "reset":
        return plain(await this.#session<RemoteEnvironment>(on).reset({ seed, task }));
      case "step":
        return plain(await this.#session<RemoteEnvironment>(on).step(actionOf(action)));
      case "vector-reset":
        return results(await this.#session<RemoteVectorEnvironment>(on).reset(vectorOptions(call)));
      case "vector-step":
        return results(await this.#session<RemoteVectorEnvironment>(on).step(call["actions"] as SpaceValue[]));
      case "storm":
        return storm(this.#session(on), Number(call["count"]));
      case "act":
        this.#session<RealtimeSession>(on).act(action);
        return {};
      case "watch":
        return watch(this.#session(on), action, Number(call["frames"]));
      case "close":
        await this.#session(on).close();
        return {};
      default:
        throw new Error(`call: expected a known one, found '${op}'`);
    }
  }

  async #openVector(on: string, which: object, call: Call): Promise<unknown> {
    const { count, autoreset } = call as unknown as { count: number; autoreset?: "next-step" };
    const session = await this.#client.openVectorSession({ ...which, count, autoreset });
    this.#sessions.set(on, session);
    return { count: session.count, autoreset: session.autoreset };
  }

  #session<S extends Session>(name: string): S {
    const session = this.#sessions.get(name);
    if (session === undefined) throw new Error(`session: expected '${name}' to be open`);
    return session as S;
  }
}

function vectorOptions(call: Call): Parameters<RemoteVectorEnvironment["reset"]>[0] {
  const { seed, seeds, mask, task } = call as unknown as NonNullable<Parameters<RemoteVectorEnvironment["reset"]>[0]>;
  return { ...(seed && { seed }), ...(seeds && { seeds }), ...(mask && { mask }), ...(task && { task }) };
}

async function storm(session: RemoteEnvironment, count: number): Promise<unknown> {
  let observation: SpaceRecord = {};
  for (let number = 0; number < count; number++) ({ observation } = await session.step(number % 10));
  return { steps: observation["steps"], sum: observation["sum"] };
}

/** Follows frames to the end of the episode, or for so many; `consistent` when every tick was sent or told as dropped. */
function watch(session: RealtimeSession, action: SpaceValue, frames: number): Promise<unknown> {
  session.act(action);
  let [ticks, seen] = [0, 0];
  return new Promise((resolve, reject) => {
    const subscription = session.frames$.subscribe({
      next: ({ dropped, tick, terminated, truncated }: RealtimeFrame) => {
        ticks += 1 + dropped;
        if (!terminated && !truncated && ++seen < frames) return;
        subscription.unsubscribe();
        resolve({ tick, terminated, truncated, consistent: ticks === tick });
      },
      error: reject,
    });
  });
}

interface Reply {
  readonly observation: SpaceRecord;
  readonly info: Readonly<Record<string, unknown>>;
}

function plain(reply: Reply): unknown {
  const { final_obs: last, ...info } = reply.info;
  const final = last === undefined ? {} : { final_obs: fingerprintOf(last as SpaceRecord) };
  return { ...reply, observation: fingerprintOf(reply.observation), info: { ...info, ...final } };
}

function results(replies: readonly (Reply | null)[]): unknown {
  return { results: replies.map((reply) => (reply === null ? null : plain(reply))) };
}

/** An array as the vectors tell it: NumPy's dtype string and the bytes in C order. */
export interface ArrayCall {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: string;
  readonly bigEndian?: boolean;
  readonly order?: "C" | "F";
}

/** Maps hold arrays; other actions stay what they are. This client's arrays have one order only. */
function actionOf(action: SpaceValue): SpaceValue {
  if (typeof action !== "object" || action === null || Array.isArray(action)) return action;
  const parts = Object.entries(action as unknown as Readonly<Record<string, ArrayCall>>);
  return Object.fromEntries(parts.map(([key, part]) => [key, arrayOf(part)]));
}

function arrayOf({ dtype, shape, data }: ArrayCall): NdArray {
  const found = Object.entries(dtypeStrings).find(([, text]) => text === dtype)?.[0] as keyof typeof dtypeStrings;
  return ndarrayFromBytes(found, shape, new Uint8Array(Buffer.from(data, "base64")));
}
