// Actions of MineDojo's space in words for people.
// Knows nothing about who chose them.
import { type MinedojoAction, decodeMinedojoAction } from "@dsr/env-bridge/contract";

const keys = ["forward", "back", "left", "right", "jump", "sneak", "sprint"] as const;

/** Such as "forward, turn right 15° ×3 · attack"; equal actions in a row are counted. */
export function describeActions(actions: readonly (readonly number[])[], cameraInterval: number): string {
  const runs: { readonly words: string; count: number }[] = [];
  for (const action of actions) {
    const words = describe(decodeMinedojoAction([...action], cameraInterval));
    const last = runs.at(-1);
    if (last?.words === words) last.count += 1;
    else runs.push({ words, count: 1 });
  }
  return runs.map(({ words, count }) => (count === 1 ? words : `${words} ×${count}`)).join(" · ");
}

function describe(action: MinedojoAction): string {
  const { yaw, pitch, function: used } = action;
  const parts = [
    ...keys.filter((key) => action[key]),
    ...(yaw === 0 ? [] : [`turn ${yaw > 0 ? "right" : "left"} ${Math.abs(yaw)}°`]),
    ...(pitch === 0 ? [] : [`look ${pitch > 0 ? "down" : "up"} ${Math.abs(pitch)}°`]),
    ...(used === "none" ? [] : [used]),
  ];
  return parts.length === 0 ? "wait" : parts.join(", ");
}
