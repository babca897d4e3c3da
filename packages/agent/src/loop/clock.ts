// Time as a value that is passed in, so that tests and replays decide what the hour is.
// Knows nothing about calendars.

/** A clock that never runs backwards; the origin does not matter. */
export interface Clock {
  /** Milliseconds, with fractions. */
  now(): number;
}

/** The machine's monotonic clock. */
export const systemClock: Clock = { now: () => performance.now() };
