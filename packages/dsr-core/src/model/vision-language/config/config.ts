// The configuration of the model family, from a few million parameters to the released 9B, as the model definition reads it.
// Knows nothing about JSON files; `parse-config.ts` makes it out of Hugging Face's `config.json`.

/** The language model: Qwen2.5's decoder with grouped key and value heads and M-RoPE. */
export interface TextConfig {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  /** Length of a head: hiddenSize / heads unless given. */
  readonly headSize: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  /** Frequencies of half a head that turn by time, row and column; they add up to headSize / 2. */
  readonly ropeSections: readonly [time: number, row: number, column: number];
  readonly activation: "silu" | "gelu" | "relu";
  /** Whether `lm_head` is the embedding table. */
  readonly tiedEmbeddings: boolean;
  /** Standard deviation of embeddings at the start of training. */
  readonly initializerRange: number;
}

/** Qwen2.5-VL's vision tower and patch merger. */
export interface VisionConfig {
  readonly depth: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly channels: number;
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  /** Frames of a temporal patch. */
  readonly temporalPatchSize: number;
  /** Patches a side that become one token. */
  readonly spatialMergeSize: number;
  /** Side of an attention window in pixels. */
  readonly windowSize: number;
  /** Blocks that attend to the whole temporal patch; the others to windows. */
  readonly fullAttentionBlocks: readonly number[];
  readonly activation: "silu" | "gelu" | "relu";
  /** Temporal positions a second of video. */
  readonly tokensPerSecond: number;
  /**
   * Patches a side of the grid of learned position embeddings; 0 for none, as Qwen2.5-VL has it: its tower knows only where
   * patches lie to each other.
   */
  readonly positionGrid: number;
}

/** The geometry encoder: DINOv2 with registers, as π³ uses it. Its patches are the vision tower's. */
export interface GeometryEncoderConfig {
  readonly depth: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly mlpRatio: number;
  readonly registers: number;
  /** Patches a side of the grid that the position embeddings were trained on. */
  readonly positionGrid: number;
  readonly normEpsilon: number;
}

/** How geometry reaches the language model (Table 5 of the paper): not at all, added to vision tokens, or selected. */
export type Fusion = "plain" | "addition" | "gsm";

/** The Geometry Selection Module (section 4 of the paper). */
export interface GsmConfig {
  /** N, the number of geometry tokens. */
  readonly queries: number;
  /** Where the first block's queries come from: learned ones as in the paper, or one for each track slot. */
  readonly querySource: "learned" | "tracks";
}

/** A linear head on the hidden states of chosen tokens after a decoder layer: regression of tracks, or actions. */
export interface OutputHeadConfig {
  readonly name: string;
  /** The head reads what this many layers have made; `layers` reads what `lm_head` reads. */
  readonly layer: number;
  readonly size: number;
}

/** Additions to the paper's model (facts: what made a small model learn). */
export interface GroundingConfig {
  /** A question's boxes become tokens pooled from the vision features. */
  readonly regionTokens: boolean;
  /**
   * Whether they hold the word that names what is in the box too: the token before the one that words the box, in a vocabulary
   * that has tokens for both.
   */
  readonly regionNames: boolean;
  /** Temporal patches that track slots can name; 0 for none. */
  readonly trackTubelets: number;
  /** Blocks in which slots look at the vision tokens of their own temporal patch; 0 for none. */
  readonly trackReaders: number;
  readonly heads: readonly OutputHeadConfig[];
}

/** One component of an action, such as MineDojo's movement with its three choices. */
export interface ActionComponent {
  readonly name: string;
  readonly size: number;
}

/** What an agent looks back on when it decides. */
export interface ActionWindow {
  readonly frames: number;
  /** Steps of the environment from one frame to the next. */
  readonly stride: number;
  /** Size in pixels of the pictures it was trained on. */
  readonly height: number;
  readonly width: number;
}

/** An action head: one forward pass gives the logits of the next actions. */
export interface ActionConfig {
  /** Actions of a chunk, each with a learned query. */
  readonly chunk: number;
  readonly components: readonly ActionComponent[];
  readonly window: ActionWindow;
}

/** Token ids that the model gives a meaning to. */
export interface SpecialTokens {
  readonly visionStart: number;
  readonly visionEnd: number;
  readonly imagePad: number;
  readonly videoPad: number;
  /** Stands for a region that a question names; present with region tokens. */
  readonly regionPad?: number;
  /** Stands for a track slot; present with track slots. */
  readonly trackPad?: number;
  /** Ids that are no text to the GSM: chat and vision marks. */
  readonly nonText: readonly number[];
  /** Ids that end an answer. */
  readonly endOfAnswer: readonly number[];
}

/** What a model was trained on, for those who ask it. */
export interface UsageConfig {
  /** Frames of a clip. */
  readonly frames?: number;
  /** How options are scored. */
  readonly scoring?: "letter" | "likelihood";
  /**
   * How much of what an option is worth without the video likelihood scoring takes off (0 to 1). For models that were
   * trained without the video now and then, and so know how common an answer is.
   */
  readonly contrast?: number;
  /**
   * How much likelihood scoring counts, beside an option's words, how well the option fits what the slots say of the answer
   * frame by frame (0 to 1). Needs track slots and an output head `answer`.
   */
  readonly alignment?: number;
  /** Whether likelihood scoring asks about the clip's mirror image too, and adds both scores. */
  readonly mirrored?: boolean;
}

/** A member of the family. */
export interface VisionLanguageConfig {
  readonly text: TextConfig;
  readonly vision: VisionConfig;
  readonly fusion: Fusion;
  /** Present unless the fusion is `plain`. */
  readonly geometry?: GeometryEncoderConfig;
  /** Present when the fusion is `gsm`. */
  readonly gsm?: GsmConfig;
  readonly grounding: GroundingConfig;
  /** Present when the model can act. */
  readonly actions?: ActionConfig;
  readonly tokens: SpecialTokens;
  readonly usage: UsageConfig;
}

/** Length of the GSM's token list; 0 for other fusions. */
export function geometryTokenCount(config: VisionLanguageConfig): number {
  return config.gsm?.queries ?? 0;
}
