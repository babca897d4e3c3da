// Draws windows of demonstrations: every task equally often, and a share of windows that begin with a turn of the
// camera, which most steps are not. Knows nothing about models.
import { InputError, type Random, neutralCameraBin } from "@dsr/env-bridge/contract";
import type { ActionWindow } from "@dsr/dsr-core/model";
import { type Demonstrations, actionLength } from "../../demonstrations/index.js";
import type { Window } from "./window-rows.js";

interface Moment {
  readonly episode: number;
  /** Place among the kept pictures. */
  readonly frame: number;
}

interface TaskMoments {
  readonly all: readonly Moment[];
  /** Those whose action turns the camera. */
  readonly turns: readonly Moment[];
}

const [pitchAt, yawAt] = [3, 4];

/** Draws windows that end at a kept picture. */
export class WindowDraw {
  readonly #store: Demonstrations;
  readonly #window: ActionWindow;
  readonly #chunk: number;
  readonly #tasks: readonly TaskMoments[];
  readonly #turning: number;

  /** @throws InputError when the store keeps other pictures than the window needs */
  constructor(
    store: Demonstrations,
    { window, chunk }: { readonly window: ActionWindow; readonly chunk: number },
    turning = 0,
  ) {
    const { every } = store.about;
    if (window.stride % every !== 0)
      throw new InputError(
        `stride: expected a multiple of ${every}, the steps between kept pictures, found ${window.stride}`,
      );
    this.#store = store;
    this.#window = window;
    this.#chunk = chunk;
    this.#turning = turning;
    const byTask = new Map<string, { readonly all: Moment[]; readonly turns: Moment[] }>();
    const neutral = neutralCameraBin(store.about.cameraInterval);
    store.episodes.forEach(({ task, frames }, episode) => {
      const moments = byTask.get(task) ?? { all: [], turns: [] };
      byTask.set(task, moments);
      const actions = store.actions(episode);
      for (let frame = 0; frame < frames; frame++) {
        moments.all.push({ episode, frame });
        const at = frame * every * actionLength;
        if (actions[at + pitchAt] !== neutral || actions[at + yawAt] !== neutral)
          moments.turns.push({ episode, frame });
      }
    });
    this.#tasks = [...byTask.values()];
  }

  /** The next window. */
  next(random: Random): Window {
    const task = this.#tasks[random.integer(this.#tasks.length)];
    const wantsTurn = random.float() < this.#turning && (task?.turns.length ?? 0) > 0;
    const moments = (wantsTurn ? task?.turns : task?.all) ?? [];
    const moment = moments[random.integer(moments.length)] ?? { episode: 0, frame: 0 };
    return this.at(moment.episode, moment.frame);
  }

  /** The window that ends at a kept picture; before the episode's first picture that one is repeated. */
  at(episode: number, frame: number): Window {
    const { every, height, width } = this.#store.about;
    const { frames, stride } = this.#window;
    const size = height * width * 3;
    return {
      instruction: this.#store.episodes[episode]?.prompt ?? "",
      pictures: (into) => {
        for (let back = 0; back < frames; back++) {
          const place = frames - 1 - back;
          const from = Math.max(0, frame - (back * stride) / every);
          this.#store.picture(episode, from, into.subarray(place * size, (place + 1) * size));
        }
      },
      actions: this.#actionsFrom(episode, frame * every),
      focus: this.#store.focus(episode, frame),
    };
  }

  #actionsFrom(episode: number, step: number): Window["actions"] {
    const all = this.#store.actions(episode);
    const count = Math.min(this.#chunk, all.length / actionLength - step);
    return Array.from({ length: count }, (_, place) => [
      ...all.subarray((step + place) * actionLength, (step + place + 1) * actionLength),
    ]);
  }
}
