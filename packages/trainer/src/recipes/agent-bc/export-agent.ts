// A trained agent as a model folder of the Hugging Face layout, ready for `dsr model convert`.
// Knows nothing about ONNX files.
import { InputError } from "@dsr/env-bridge/contract";
import { type NdData, tensorData } from "@dsr/dsr-core/graph";
import { modelTensors } from "@dsr/dsr-core/model";
import { allWeights, writeModelFolder } from "../dsr-small/export-model.js";
import { smallTokenizerFiles } from "../dsr-small/small-tokenizer.js";
import { readTrainedRun } from "../dsr-small/trained-weights.js";
import { type AgentModelOptions, agentModelConfig, agentModelFile } from "./agent-model-file.js";

/** What is exported. */
export interface ExportAgentOptions {
  /** Folder of an `agent-bc` run. */
  readonly run: string;
  /** Folder of the `dsr-geometry` run it was trained on; the one that the run names unless given. */
  readonly geometry?: string;
  readonly target: string;
  /** Number format of the file; F16 when absent. */
  readonly type?: "F32" | "F16";
  readonly force?: boolean;
}

interface AgentIdentity {
  /** JSON of the model's options. */
  readonly model: string;
  readonly geometry: string | null;
  readonly from: string | null;
}

/** The weights of an `agent-bc` run, those that it took from others included, and its model. */
export function readAgent(run: string, geometry?: string) {
  const trained = readTrainedRun(run, "agent-bc");
  const identity = trained.manifest.configuration as unknown as AgentIdentity;
  if (typeof identity.model !== "string")
    throw new InputError(`${run}: expected the model's options in the checkpoint, found none`);
  const options = JSON.parse(identity.model) as AgentModelOptions;
  const encoders = geometry ?? identity.geometry ?? undefined;
  const sources = [
    trained.weights,
    ...(encoders === undefined ? [] : [readTrainedRun(encoders, "dsr-geometry").weights]),
    ...(identity.from === null ? [] : [readTrainedRun(identity.from, "dsr-small").weights]),
  ];
  const tensors = modelTensors(agentModelConfig(options));
  return { options, weights: allWeights([...tensors.keys()], [...sources, untrained(tensors)]) };
}

/** What acting does not use and so was not trained: the norm before the language head. */
function untrained(tensors: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, NdData> {
  const name = "model.norm.weight";
  const shape = tensors.get(name) ?? [];
  return new Map([[name, tensorData("float32", shape, new Float32Array(shape[0] ?? 0).fill(1))]]);
}

/** Writes the model of an `agent-bc` run. @throws InputError for runs that do not belong together */
export async function exportAgent({ run, geometry, target, type = "F16", force }: ExportAgentOptions): Promise<void> {
  const { options, weights } = readAgent(run, geometry);
  const { height, width } = options.actions.window;
  await writeModelFolder(target, {
    config: agentModelFile(options),
    tokenizer: smallTokenizerFiles(options.words),
    picture: { height, width, patch: options.patch },
    ...{ weights, type, force: force ?? false },
  });
}
