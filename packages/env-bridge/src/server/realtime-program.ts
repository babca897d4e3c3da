// The realtime program: the environment moves at its own rate with the newest action, and a slow peer gets the newest
// frame. Knows nothing about sockets; the outlet says when a frame has left.
import { performance } from "node:perf_hooks";
import type { AutoresetMode, EnvironmentSpec, StepResult } from "../contract/environment.js";
import { type DsrError, InputError } from "../contract/errors.js";
import { type SpaceRecord, type SpaceValue, violationOf } from "../contract/spaces.js";
import type { OpenMessage, SessionRequest } from "../protocol/messages.js";
import { classifyEnvironmentError } from "../protocol/wire-errors.js";
import type { ServerCounters } from "./events.js";
import { FrameOutlet } from "./frame-outlet.js";
import type { GuardedEnvironment } from "./guarded-environment.js";
import { idleActionOf } from "./idle-action.js";
import { resetOptionsOf, wrongRequest } from "./lockstep-program.js";
import type { ReplyBody, SessionOutlet, SessionProgram } from "./session-program.js";

/** Ticks that may be made up for after a pause; more are skipped. */
const maxTicksBehind = 3;

interface RealtimeSettings {
  readonly tickRate: number;
  readonly idleAction: SpaceValue;
  readonly window: number | undefined;
}

/** Ticks one environment. */
export class RealtimeProgram implements SessionProgram {
  readonly mode = "realtime";
  readonly count = 1;
  readonly copiesReplies = true;
  readonly tickRate: number;
  readonly #environment: GuardedEnvironment;
  readonly #frames: FrameOutlet;
  readonly #idleAction: SpaceValue;
  #outlet: SessionOutlet | undefined;
  #action: SpaceValue;
  #tick = 0;
  #nextAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #stepping: Promise<void> | undefined;
  #running = false;
  #attached = false;

  private constructor(environment: GuardedEnvironment, settings: RealtimeSettings, counters: ServerCounters) {
    this.#environment = environment;
    this.tickRate = settings.tickRate;
    this.#idleAction = settings.idleAction;
    this.#action = settings.idleAction;
    this.#frames = new FrameOutlet(settings.window, counters);
  }

  /** @throws InputError when the idle action does not lie in the action space */
  static async create(
    environment: GuardedEnvironment,
    message: OpenMessage,
    counters: ServerCounters,
  ): Promise<RealtimeProgram> {
    const { spec } = environment;
    const idleAction = message.idleAction ?? idleActionOf(spec);
    const violation = violationOf(spec.actionSpace, idleAction, "open.idleAction");
    if (violation === undefined) {
      const settings = { tickRate: message.tickRate ?? spec.tickRate, idleAction, window: message.window };
      return new RealtimeProgram(environment, settings, counters);
    }
    await environment.close();
    throw new InputError(violation, { code: "invalid-action" });
  }

  get spec(): EnvironmentSpec {
    return this.#environment.spec;
  }

  get autoreset(): AutoresetMode {
    return this.spec.autoreset;
  }

  bind(outlet: SessionOutlet): void {
    this.#outlet = outlet;
    this.#frames.bind(outlet);
  }

  async execute(request: SessionRequest): Promise<ReplyBody> {
    if (request.type !== "reset") throw wrongRequest(request, this.mode);
    this.#stop();
    await this.#stepping;
    this.#frames.clear();
    const { observation, info } = await this.#environment.reset(resetOptionsOf(request));
    this.#action = this.#idleAction;
    this.#tick = 0;
    this.#start();
    return { type: "reset-result", observation, info: info as SpaceRecord };
  }

  act(action: SpaceValue): void {
    this.#environment.checkAction(action);
    this.#action = action;
  }

  acknowledge(frame: number): void {
    this.#frames.acknowledge(frame);
  }

  /** Nobody sees what an unattended environment does, so it stands still until its client is back. */
  setAttached(attached: boolean): void {
    this.#attached = attached;
    this.#frames.setAttached(attached);
    clearTimeout(this.#timer);
    if (attached && this.#running) this.#resumeTicking();
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#environment.close();
  }

  #start(): void {
    this.#running = true;
    if (this.#attached) this.#resumeTicking();
  }

  #resumeTicking(): void {
    this.#nextAt = performance.now() + 1000 / this.tickRate;
    if (this.#stepping === undefined) this.#schedule();
  }

  #stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (!this.#running || !this.#attached) return;
    const period = 1000 / this.tickRate;
    const now = performance.now();
    this.#nextAt = Math.max(this.#nextAt, now - maxTicksBehind * period);
    this.#timer = setTimeout(() => this.#startTick(), Math.max(0, this.#nextAt - now));
    this.#nextAt += period;
  }

  #startTick(): void {
    this.#stepping = this.#runTick().finally(() => {
      this.#stepping = undefined;
      this.#schedule();
    });
  }

  async #runTick(): Promise<void> {
    const startedAt = performance.now();
    this.#frames.beginStep();
    try {
      const result = await this.#environment.step(this.#action);
      this.#tick++;
      if (this.#isOver(result)) this.#stop();
      this.#frames.offer(this.#tick, result, performance.now() - startedAt);
    } catch (error) {
      this.#fail(classifyEnvironmentError(error, `environment '${this.#environment.name}', step`));
    }
  }

  #isOver(result: StepResult): boolean {
    return (result.terminated || result.truncated) && this.autoreset === "disabled";
  }

  #fail(error: DsrError): void {
    this.#stop();
    this.#outlet?.fail(error);
  }
}
