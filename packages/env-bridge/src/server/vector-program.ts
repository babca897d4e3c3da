// The vector program: N environments stepped by one message, reset by themselves as Gymnasium's autoreset modes say.
// Knows nothing about request ids or connections.
import type { AutoresetMode, EnvironmentSpec, ResetResult, StepResult } from "../contract/environment.js";
import { InputError } from "../contract/errors.js";
import type { Seed } from "../contract/random.js";
import type { SpaceRecord, SpaceValue } from "../contract/spaces.js";
import type { OpenMessage, SessionRequest } from "../protocol/messages.js";
import { copyValue } from "./copy-value.js";
import type { GuardedEnvironment } from "./guarded-environment.js";
import type { ServerLimits } from "./limits.js";
import { wrongRequest } from "./lockstep-program.js";
import type { ReplyBody, SessionProgram } from "./session-program.js";

type VectorReset = Extract<SessionRequest, { type: "vector-reset" }>;

/** One environment of the vector and where its episodes stand. */
interface Member {
  readonly environment: GuardedEnvironment;
  seed: Seed | undefined;
  task: string | undefined;
  /** Episodes since the last reset by the client. */
  episode: number;
  over: boolean;
}

/** Steps N environments of one kind together. */
export class VectorProgram implements SessionProgram {
  readonly mode = "vector";
  readonly copiesReplies = false;
  readonly autoreset: AutoresetMode;
  readonly #members: readonly Member[];
  readonly #first: GuardedEnvironment;

  private constructor(environments: readonly [GuardedEnvironment, ...GuardedEnvironment[]], autoreset: AutoresetMode) {
    this.#first = environments[0];
    this.autoreset = autoreset;
    this.#members = environments.map((environment) => ({
      environment,
      seed: undefined,
      task: undefined,
      episode: 0,
      over: false,
    }));
  }

  /** Creates all environments; when one fails, the others are closed. */
  static async create(
    create: () => Promise<GuardedEnvironment>,
    message: OpenMessage,
    limits: ServerLimits,
  ): Promise<VectorProgram> {
    const count = message.count ?? 1;
    if (count > limits.maxVectorCount) {
      throw new InputError(`open.count: expected at most ${limits.maxVectorCount}, found ${count}`, {
        code: "too-large",
      });
    }
    const [first, ...others] = await createAll(create, count);
    if (first === undefined) throw new InputError("open.count: expected at least 1, found 0");
    const own = first.spec.autoreset;
    if (own === "disabled") return new VectorProgram([first, ...others], message.autoreset ?? "next-step");
    if (message.autoreset === undefined || message.autoreset === own) return new VectorProgram([first, ...others], own);
    await Promise.all([first, ...others].map((environment) => environment.close()));
    throw new InputError(
      `open.autoreset: expected '${own}', as the environment does by itself, found '${message.autoreset}'`,
    );
  }

  get spec(): EnvironmentSpec {
    return this.#first.spec;
  }

  get count(): number {
    return this.#members.length;
  }

  get tickRate(): number {
    return this.spec.tickRate;
  }

  async execute(request: SessionRequest): Promise<ReplyBody> {
    if (request.type === "vector-step") return this.#step(request.actions);
    if (request.type !== "vector-reset") throw wrongRequest(request, this.mode);
    return this.#reset(request);
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map(({ environment }) => environment.close()));
  }

  async #reset(request: VectorReset): Promise<ReplyBody> {
    this.#checkCount("seeds", request.seeds?.length);
    this.#checkCount("mask", request.mask?.length);
    const results = await settleAll(
      this.#members.map(async (member, index) => {
        if (request.mask?.[index] === false) return null;
        member.seed = seedOf(request, index);
        member.task = request.task ?? undefined;
        member.episode = 0;
        return replyOf(await resetMember(member));
      }),
    );
    return { type: "vector-reset-result", results };
  }

  async #step(actions: readonly SpaceValue[]): Promise<ReplyBody> {
    this.#checkCount("actions", actions.length);
    this.#members.forEach((member, index) => {
      if (!this.#resetsNow(member)) member.environment.checkAction(actions[index] ?? null, `actions[${index}]`);
      this.#checkRunning(member, index);
    });
    const results = await settleAll(
      this.#members.map((member, index) => this.#stepMember(member, actions[index] ?? null)),
    );
    return { type: "vector-step-result", results: results as (StepResult & { info: SpaceRecord })[] };
  }

  async #stepMember(member: Member, action: SpaceValue): Promise<StepResult> {
    if (this.#resetsNow(member)) {
      const { observation, info } = await this.#nextEpisode(member);
      return { observation, info, reward: 0, terminated: false, truncated: false };
    }
    const result = await member.environment.step(action);
    member.over = result.terminated || result.truncated;
    return member.over && this.#ownsAutoreset("same-step") ? this.#restarted(member, result) : result;
  }

  /** The last step of an episode together with the first observation of the next; the final ones go into the info. */
  async #restarted(member: Member, result: StepResult): Promise<StepResult> {
    const final = { final_obs: copyValue(result.observation), final_info: copyValue(result.info as SpaceRecord) };
    const { observation, info } = await this.#nextEpisode(member);
    return { ...result, observation, info: { ...info, ...final } };
  }

  async #nextEpisode(member: Member): Promise<ResetResult> {
    member.episode++;
    return resetMember(member);
  }

  #resetsNow(member: Member): boolean {
    return member.over && this.#ownsAutoreset("next-step");
  }

  #ownsAutoreset(mode: AutoresetMode): boolean {
    return this.autoreset === mode && this.spec.autoreset === "disabled";
  }

  #checkRunning(member: Member, index: number): void {
    if (!member.over || this.autoreset !== "disabled") return;
    throw new InputError(`environment ${index}: expected a reset after the end of its episode, found a step`, {
      code: "wrong-state",
    });
  }

  #checkCount(what: string, length: number | undefined): void {
    if (length === undefined || length === this.count) return;
    throw new InputError(`${what}: expected ${this.count}, one for each environment, found ${length}`, {
      code: what === "actions" ? "invalid-action" : "invalid-argument",
    });
  }
}

/** Integers expand to seed + index as in Gymnasium; other texts get the index appended. */
export function expandSeed(seed: Seed, index: number): Seed {
  const text = String(seed);
  return /^-?\d+$/.test(text) ? String(BigInt(text) + BigInt(index)) : `${text}:${index}`;
}

function seedOf(request: VectorReset, index: number): Seed | undefined {
  const own = request.seeds?.[index];
  if (own !== undefined && own !== null) return own;
  return request.seed === undefined || request.seed === null ? undefined : expandSeed(request.seed, index);
}

/** Later episodes of a seeded environment are seeded too, so that a whole run follows from its first reset. */
async function resetMember(member: Member): Promise<ResetResult> {
  const { environment, seed, task, episode } = member;
  const episodeSeed = seed === undefined || episode === 0 ? seed : `${seed}/${episode}`;
  const result = await environment.reset({
    ...(episodeSeed === undefined ? {} : { seed: episodeSeed }),
    ...(task === undefined ? {} : { task }),
  });
  member.over = false;
  return result;
}

function replyOf({ observation, info }: ResetResult): { observation: SpaceRecord; info: SpaceRecord } {
  return { observation, info: info as SpaceRecord };
}

async function createAll(create: () => Promise<GuardedEnvironment>, count: number): Promise<GuardedEnvironment[]> {
  const settled = await Promise.allSettled(Array.from({ length: count }, create));
  const made = settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = settled.find((result) => result.status === "rejected");
  if (failed === undefined) return made;
  await Promise.all(made.map((environment) => environment.close()));
  throw failed.reason;
}

/** Waits for all, even when one fails: no environment may still be moving when the next request comes. */
async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
