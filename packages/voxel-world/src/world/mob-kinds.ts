// The eight mobs of the tasks, with the sizes that physics and pictures share (Minecraft 1.11 values, metres).

export const mobKinds = ["cow", "sheep", "pig", "chicken", "zombie", "spider", "zombie_pigman", "enderman"] as const;
export type MobKind = (typeof mobKinds)[number];

/** Bounding box: `width` along both horizontal axes. */
export const mobSizes: Readonly<Record<MobKind, { readonly width: number; readonly height: number }>> = {
  cow: { width: 0.9, height: 1.4 },
  sheep: { width: 0.9, height: 1.3 },
  pig: { width: 0.9, height: 0.9 },
  chicken: { width: 0.4, height: 0.7 },
  zombie: { width: 0.6, height: 1.95 },
  spider: { width: 1.4, height: 0.9 },
  zombie_pigman: { width: 0.6, height: 1.95 },
  enderman: { width: 0.6, height: 2.9 },
};
