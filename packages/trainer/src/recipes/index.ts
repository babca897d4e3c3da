// Named recipes.
import { unknownNameError } from "@dsr/env-bridge/contract";
import { agentRecipe } from "./agent-bc/agent-recipe.js";
import { characterRecipe } from "./character/character-recipe.js";
import { geometryRecipe } from "./dsr-small/geometry-recipe.js";
import { perceptionRecipe } from "./dsr-small/perception-recipe.js";
import type { Recipe } from "./recipe.js";
import { mediumSpeedRecipe, smallSpeedRecipe } from "./speed-recipes.js";

export { agentRecipe } from "./agent-bc/agent-recipe.js";
export { type ExportAgentOptions, exportAgent } from "./agent-bc/export-agent.js";
export { exportTrained } from "./export-trained.js";
export { characterRecipe } from "./character/character-recipe.js";
export { fieldNoteWords, writeFieldNotes } from "./character/field-notes.js";
export { type ExportSmallOptions, exportSmallModel } from "./dsr-small/export-model.js";
export { type Recipe, defineRecipe } from "./recipe.js";
export { mediumModel, mediumSpeedRecipe, smallModel, smallSpeedRecipe } from "./speed-recipes.js";

/** Every recipe there is. */
export const recipes: readonly Recipe[] = [
  characterRecipe,
  geometryRecipe,
  perceptionRecipe,
  agentRecipe,
  smallSpeedRecipe,
  mediumSpeedRecipe,
];

/** The recipe of a name. Throws InputError with the closest name. */
export function findRecipe(name: string): Recipe {
  const recipe = recipes.find((each) => each.name === name);
  if (recipe !== undefined) return recipe;
  throw unknownNameError(
    "recipe",
    name,
    recipes.map((each) => each.name),
  );
}
