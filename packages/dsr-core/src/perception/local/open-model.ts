// What a local answerer needs of a model: its parts as sessions, its configuration, its tokenizer and its picture settings.
// Knows nothing about where they come from.
import { CoreInputError } from "../../errors.js";
import { type VisionLanguageConfig, modelParts } from "../../model/vision-language/index.js";
import { framesPerPatch } from "../clip.js";
import { answerHead, clauseClasses } from "./option-alignment.js";
import type { ModelPartName } from "../../model/vision-language/parts/model-parts.js";
import type { TextTokenizer } from "../../processors/tokenizer.js";
import type { VideoSettings } from "../../processors/video-processor.js";
import type { RuntimeSession } from "../../runtime/session.js";

/** The parts that answer questions; `geometry_encoder` and `gsm` as the fusion asks. */
export type PartSessions = ReadonlyMap<ModelPartName, RuntimeSession>;

/** A model that is ready to run. */
export interface OpenModel {
  /** One line: name, precision, device. */
  readonly description: string;
  readonly config: VisionLanguageConfig;
  readonly settings: VideoSettings;
  readonly tokenizer: TextTokenizer;
  readonly sessions: PartSessions;
}

/** Names of the parts that must be open to answer; regions and tracks are used where the configuration names their pads. */
export function answeringParts(config: VisionLanguageConfig): readonly ModelPartName[] {
  const { regionPad, trackPad } = config.tokens;
  const unused = new Set<ModelPartName>([
    ...(regionPad === undefined ? (["region_tokens"] as const) : []),
    ...(trackPad === undefined ? (["track_slots"] as const) : []),
    ...(["action_queries"] as const),
  ]);
  return modelParts(config)
    .map(({ name }) => name)
    .filter((name) => !unused.has(name));
}

/** The session of a part. @throws CoreInputError when the model has none */
export function sessionOf({ sessions }: Pick<OpenModel, "sessions">, name: ModelPartName): RuntimeSession {
  const session = sessions.get(name);
  if (session === undefined) throw new CoreInputError(`model: expected the part ${name}, found none`);
  return session;
}

/** Whether settings and configuration speak of the same patches. @throws CoreInputError when not, or for unsupported variants */
export function checkModel({ config, settings }: OpenModel): void {
  const { patchSize, temporalPatchSize, spatialMergeSize } = config.vision;
  const expected = `${patchSize} pixels × ${temporalPatchSize} frames, merged ${spatialMergeSize}`;
  const found = `${settings.patch} pixels × ${settings.temporalPatch} frames, merged ${settings.mergeSize}`;
  if (expected !== found)
    throw new CoreInputError(`preprocessor settings: expected patches of ${expected} (config.json), found ${found}`);
  if (temporalPatchSize !== 2)
    throw new CoreInputError(`model: expected temporal patches of 2 frames, found ${temporalPatchSize}`);
  checkAlignment(config);
  if (config.gsm?.querySource === "tracks")
    throw new CoreInputError("model: expected learned queries, found track queries, which need boxes", {
      code: "unsupported",
    });
}

/** The slots' answer can only count where a head tells it. */
function checkAlignment({ usage, grounding }: VisionLanguageConfig): void {
  if ((usage.alignment ?? 0) === 0) return;
  const head = grounding.heads.find(({ name }) => name === answerHead);
  const least = framesPerPatch * (clauseClasses + 2);
  if (grounding.trackTubelets > 0 && head !== undefined && head.size >= least && head.size % framesPerPatch === 0)
    return;
  const found =
    head === undefined ? "no such head" : `${head.size} numbers, ${grounding.trackTubelets} slots an object`;
  throw new CoreInputError(
    `slot_alignment: expected an output head '${answerHead}' of track slots with at least ${least} numbers, ${framesPerPatch} frames each, found ${found}`,
  );
}
