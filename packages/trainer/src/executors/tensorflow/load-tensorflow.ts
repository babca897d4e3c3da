// Loads TensorFlow.js with the best backend this machine has, and says which and why.
// Knows nothing about graphs.
import * as tf from "@tensorflow/tfjs-core";
import { messageOf } from "@dsr/env-bridge/contract";

/** A backend of TensorFlow.js that works here. */
export interface LoadedTensorflow {
  /** For example `tensorflow`, `wasm` or `cpu`. */
  readonly backend: string;
  /** One line for people. */
  readonly description: string;
}

interface Candidate {
  readonly name: string;
  /** Loads the package that registers the backend, and gives the backend's name. */
  readonly load: () => Promise<string>;
}

const candidates: readonly Candidate[] = [
  { name: "tfjs-node-gpu", load: () => loadNative("@tensorflow/tfjs-node-gpu") },
  { name: "tfjs-node", load: () => loadNative("@tensorflow/tfjs-node") },
  {
    name: "wasm",
    load: async () => {
      await import("@tensorflow/tfjs-backend-wasm");
      return "wasm";
    },
  },
  {
    name: "cpu",
    load: async () => {
      await import("@tensorflow/tfjs-backend-cpu");
      return "cpu";
    },
  },
];

/** Optional packages: their names stay out of the compiler's sight, and loading one fails where libtensorflow is missing. */
async function loadNative(packageName: string): Promise<string> {
  await import(packageName);
  return "tensorflow";
}

/** Takes the first backend that loads and computes 2 + 2; `only` names the one to take instead. */
export async function loadTensorflow(only?: string): Promise<LoadedTensorflow> {
  tf.enableProdMode();
  const rejected: string[] = [];
  for (const candidate of candidates.filter(({ name }) => only === undefined || name === only)) {
    const outcome = await tryCandidate(candidate);
    if (outcome.reason === undefined) return describe(candidate.name, outcome.backend, rejected);
    rejected.push(`${candidate.name}: ${outcome.reason}`);
  }
  throw new Error(`no backend works (${rejected.length === 0 ? `'${only}' is not known` : rejected.join("; ")})`);
}

function describe(name: string, backend: string, rejected: readonly string[]): LoadedTensorflow {
  const passedOver = rejected.length === 0 ? "" : ` (not ${rejected.join("; ")})`;
  return { backend, description: `TensorFlow.js ${tf.version_core} on ${name}${passedOver}` };
}

async function tryCandidate(candidate: Candidate): Promise<{ readonly backend: string; readonly reason?: string }> {
  try {
    const backend = await candidate.load();
    if (!(await tf.setBackend(backend))) return { backend, reason: "its backend did not start" };
    const four = tf.tidy(() => tf.add(tf.scalar(2), tf.scalar(2)).dataSync()[0]);
    return four === 4 ? { backend } : { backend, reason: `2 + 2 gave ${four}` };
  } catch (error) {
    return { backend: "", reason: shortReason(error) };
  }
}

function shortReason(error: unknown): string {
  const text = messageOf(error).split("\n")[0] ?? "";
  if (/Cannot find (package|module)/.test(text)) return "not installed";
  return text.includes("native addon module") ? "its native part (libtensorflow) is not installed" : text.slice(0, 160);
}
