// The prompts of video curation: motion and classes by caption, motion and scene by sight (Figure 7 of the paper).
// Knows nothing about servers or replies.

/** The paper's six categories of scenes. */
export const sceneCategories = [
  "Sports & Recreation",
  "Transportation & Vehicle Operation",
  "Art Performance",
  "Manual Labor & Craftsmanship",
  "Daily Activities & Hobbies",
  "Nature & Wildlife",
] as const;
export type SceneCategory = (typeof sceneCategories)[number];

/** Asks whether at least three subjects move through the world. */
export function motionPrompt(caption: string): string {
  return [
    `"${caption}" is the caption of a video. Think about whether the video satisfies the following condition: Regardless`,
    "of camera movement and articulated motion, the world coordinates of at least 3 main subjects in the video change",
    "substantially. Only consider the objects that can be regarded as a whole and not part of other objects.",
    'If the condition is satisfied, output "yes" in a new line. If the condition is not satisfied, output "no" in a new',
    "line.",
  ].join(" ");
}

/** Asks for the classes of agents, and of the other objects. */
export function classesPrompt(caption: string): string {
  return [
    `"${caption}" is the caption of a video. In one line, list all classes of agents in the video and use dot to separate`,
    'them. If there is no agent, output "None" in this line. Then in a new line, list the classes of remaining foreground',
    "objects in the video and use dot to separate them. An object should be a discrete, countable item (e.g. a bottle, a",
    'rock). The object must not be a part of other objects. If there is no object, output "None" in this line.',
  ].join(" ");
}

/** What a video shows, by class. */
export interface ObjectClasses {
  readonly agents: readonly string[];
  readonly objects: readonly string[];
}

/** Asks a model that sees the video whether it is fit, and for its category. */
export function videoPrompt({ agents, objects }: ObjectClasses): string {
  const list = (classes: readonly string[]): string => (classes.length === 0 ? "none" : classes.join(", "));
  return [
    `The video belongs to one of following categories: ${sceneCategories.join(", ")}. The agent in the video is`,
    `${list(agents)}. The object in the video is ${list(objects)}. Think about whether the video satisfies the following`,
    "conditions: (1) The camera is not mainly filming the inside of one moving object; (2) Regardless of camera movement,",
    "articulated motion and shape variance, the world coordinates of at least 3 agents (exclude hands) or object change",
    "substantially; (3) Every object cannot occupy less than 1% of the screen; (4) Every agent or object cannot occupy more",
    "than 50% of the screen. Only consider the objects that can be regarded as a whole and not part of or containing other",
    "objects. Only consider the objects that are discrete, countable items (e.g. a bottle, a rock). Only consider the",
    "objects that are not in contact with each other. Only consider agents and objects belonging to classes given at the",
    'beginning. If all conditions are satisfied, output "yes" in a new line. If any condition is not satisfied, output "no"',
    "in a new line. Then in a new line, output the category of the video.",
  ].join(" ");
}
