// Several stores of demonstrations read as one, such as an expert's and the corrections of a learner.
// Knows nothing about files.
import { InputError } from "@dsr/env-bridge/contract";
import {
  type DemonstratedEpisode,
  type DemonstrationAbout,
  type Demonstrations,
  DemonstrationStore,
} from "./demonstration-store.js";

/** What the stores must have in common to be read as one. */
const shared = ["height", "width", "every", "cameraInterval", "tickRate", "focus"] as const;

/** Stores one after the other; `about.settings` lists those of each. */
class JoinedDemonstrations implements Demonstrations {
  readonly about: DemonstrationAbout;
  readonly episodes: readonly DemonstratedEpisode[];
  readonly #stores: readonly Demonstrations[];
  /** Of each episode, its store and its place in there. */
  readonly #places: readonly (readonly [store: Demonstrations, episode: number])[];

  constructor(first: Demonstrations, others: readonly Demonstrations[]) {
    this.#stores = [first, ...others];
    this.about = { ...first.about, settings: { stores: this.#stores.map(({ about }) => about.settings) } };
    this.episodes = this.#stores.flatMap(({ episodes }) => episodes);
    this.#places = this.#stores.flatMap((store) => store.episodes.map((_, episode) => [store, episode] as const));
  }

  actions(episode: number): Uint16Array {
    const [store, place] = this.#placeOf(episode);
    return store.actions(place);
  }

  focus(episode: number, frame: number): readonly number[] | undefined {
    const [store, place] = this.#placeOf(episode);
    return store.focus(place, frame);
  }

  picture(episode: number, frame: number, into: Uint8Array): void {
    const [store, place] = this.#placeOf(episode);
    store.picture(place, frame, into);
  }

  close(): void {
    for (const store of this.#stores) store.close();
  }

  #placeOf(episode: number): readonly [Demonstrations, number] {
    const place = this.#places[episode];
    if (place === undefined)
      throw new RangeError(`episode ${episode}: expected one of ${this.#places.length} demonstrations`);
    return place;
  }
}

/**
 * Opens stores to be read as one, the first `most` episodes of each. A single store is read as it is.
 * @throws InputError when a folder holds no store, or one whose pictures or actions are of another kind
 */
export function openDemonstrations(folders: readonly string[], most?: number): Demonstrations {
  const [first, ...others] = folders.map((folder) => DemonstrationStore.open(folder, most));
  if (first === undefined) throw new InputError("demonstrations: expected at least one store, found none");
  others.forEach(({ about }, i) => {
    const unlike = shared.find((key) => about[key] !== first.about[key]);
    if (unlike !== undefined) {
      throw new InputError(
        `${folders[i + 1]}: expected ${unlike} ${first.about[unlike]} as in ${folders[0]}, found ${about[unlike]}`,
      );
    }
  });
  return others.length === 0 ? first : new JoinedDemonstrations(first, others);
}
