// What an environment is asked to be, from the command line. Policies add what they need to observe themselves.
import { type SpaceRecord } from "@dsr/env-bridge";
import { isAddress } from "./connect.js";

/** Frames when nothing else is said: the size the paper's kind of agent is given. */
export const defaultImageSize = [160, 256] as const;

export interface EnvironmentSettings {
  readonly image?: readonly [number, number] | undefined;
  readonly option?: SpaceRecord | undefined;
}

/** Options for opening a session. A server at an address may be of any kind, so it is asked only for what was typed. */
export function environmentOptions(target: string, { image, option }: EnvironmentSettings): SpaceRecord {
  const size = image ?? (isAddress(target) ? undefined : defaultImageSize);
  return { ...(size === undefined ? {} : { imageSize: size }), ...option };
}
