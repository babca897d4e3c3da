// Draws windows of a demonstration store: every task equally often, every kept picture of a task equally often.
// Knows nothing about models.
import { InputError, type Random } from "@dsr/env-bridge/contract";
import type { ActionWindow } from "@dsr/dsr-core/model";
import { type DemonstrationStore, actionLength } from "../../demonstrations/index.js";
import type { Window } from "./window-rows.js";

interface Moment {
  readonly episode: number;
  /** Place among the kept pictures. */
  readonly frame: number;
}

/** Draws windows that end at a kept picture. */
export class WindowDraw {
  readonly #store: DemonstrationStore;
  readonly #window: ActionWindow;
  readonly #chunk: number;
  readonly #moments: readonly (readonly Moment[])[];

  /** @throws InputError when the store keeps other pictures than the window needs */
  constructor(store: DemonstrationStore, window: ActionWindow, chunk: number) {
    const { every } = store.about;
    if (window.stride % every !== 0)
      throw new InputError(
        `stride: expected a multiple of ${every}, the steps between kept pictures, found ${window.stride}`,
      );
    this.#store = store;
    this.#window = window;
    this.#chunk = chunk;
    const byTask = new Map<string, Moment[]>();
    store.episodes.forEach(({ task, frames }, episode) => {
      const moments = byTask.get(task) ?? [];
      byTask.set(task, moments);
      for (let frame = 0; frame < frames; frame++) moments.push({ episode, frame });
    });
    this.#moments = [...byTask.values()];
  }

  /** The next window. */
  next(random: Random): Window {
    const moments = this.#moments[random.integer(this.#moments.length)] ?? [];
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
