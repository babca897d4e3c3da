// The language model with its memory of what it has read (keys and values by layer).
// Knows nothing about prompts, pictures and answers.
import { CoreInputError } from "../../errors.js";
import { int64Data, tensorData, zerosData } from "../../graph/data.js";
import type { NdData } from "../../graph/graph.js";
import type { RuntimeSession, Tensors } from "../../runtime/session.js";
import { floatsOf } from "./tensor-rows.js";

/** Keys and values of all tokens read so far, by names of the decoder's inputs. */
export interface KeyValueCache {
  /** Tokens read. */
  readonly length: number;
  readonly tensors: Tensors;
}

/** What is read next: one row of tokens, or several rows that go on from copies of the same memory. */
export interface DecoderInput {
  /** [rows, tokens, width]. */
  readonly embeddings: NdData;
  /** int64 [3, rows, tokens]. */
  readonly positions: NdData;
  readonly past?: KeyValueCache;
  /** Tokens at the end whose logits are wanted; 0 for all. */
  readonly keep: number;
  /** int64 [rows, past + tokens]: 0 for padding; everything is read when absent. */
  readonly mask?: NdData;
  /** int64 [rows, steps]: places of action queries among the tokens. */
  readonly actions?: NdData;
  /** int64 [rows, slots]: places among the tokens of the slots whose heads are wanted. */
  readonly slots?: NdData;
}

/** Logits [rows, kept tokens, vocabulary], and the memory with the new tokens in it. */
export interface DecoderOutput {
  readonly logits: Float32Array;
  readonly vocabulary: number;
  readonly cache: KeyValueCache;
  /** Logits [rows, steps, size] by component; empty unless actions were asked for. */
  readonly actions: ReadonlyMap<string, NdData>;
  /** Predictions [rows, slots, size] by head; empty unless slots were asked for. */
  readonly heads: ReadonlyMap<string, NdData>;
}

interface LayerShape {
  readonly name: string;
  readonly heads: number;
  readonly size: number;
}

/** Runs a decoder session. */
export class Decoder {
  readonly #session: RuntimeSession;
  readonly #layers: readonly LayerShape[];

  /** @throws CoreInputError when the session is no decoder with a key/value memory */
  constructor(session: RuntimeSession) {
    this.#session = session;
    const past = session.inputs.filter(({ name }) => name.startsWith("past_key_values."));
    this.#layers = past.map(({ name, shape }) => ({ name, heads: whole(shape[1], name), size: whole(shape[3], name) }));
    if (past.length === 0) throw new CoreInputError("decoder: expected inputs past_key_values.*, found none");
  }

  /** Bytes of the memory of one token. */
  get bytesPerToken(): number {
    return this.#layers.reduce((sum, { heads, size }) => sum + 4 * heads * size, 0);
  }

  /** Reads tokens. @throws CoreInputError, DeviceError as the session does */
  async read(input: DecoderInput): Promise<DecoderOutput> {
    const { embeddings, positions, keep } = input;
    const [rows = 1, tokens = 0] = embeddings.shape;
    const past = input.past ?? this.#empty();
    const found = await this.#session.run({
      inputs_embeds: embeddings,
      attention_mask: input.mask ?? onesOf(rows, past.length + tokens),
      position_ids: positions,
      num_logits_to_keep: int64Data([], [keep]),
      ...this.#places(rows, input),
      ...repeated(past.tensors, rows),
    });
    const logits = found["logits"];
    const tensors = Object.fromEntries(this.#layers.map(({ name }) => [name, presentOf(found, name)]));
    return {
      logits: floatsOf(logits, "logits"),
      vocabulary: logits?.shape.at(-1) ?? 0,
      cache: { length: past.length + tokens, tensors },
      actions: input.actions === undefined ? new Map() : outputsNamed(found, "actions."),
      heads: input.slots === undefined ? new Map() : outputsNamed(found, "heads."),
    };
  }

  #empty(): KeyValueCache {
    const entries = this.#layers.map(({ name, heads, size }) => [name, zerosData("float32", [1, heads, 0, size])]);
    return { length: 0, tensors: Object.fromEntries(entries) as Tensors };
  }

  /** Heads read what is asked for, else nothing. */
  #places(rows: number, { actions, slots }: DecoderInput): Tensors {
    const none = int64Data([rows, 0], []);
    const wants = (input: string): boolean => this.#session.inputs.some(({ name }) => name === input);
    if (actions !== undefined && !wants("action_positions"))
      throw new CoreInputError("decoder: expected an action head, found none");
    if (slots !== undefined && !wants("slot_positions"))
      throw new CoreInputError("decoder: expected output heads for track slots, found none");
    return {
      ...(wants("slot_positions") ? { slot_positions: slots ?? none } : {}),
      ...(wants("action_positions") ? { action_positions: actions ?? none } : {}),
    };
  }
}

function whole(length: number | string | undefined, name: string): number {
  if (typeof length === "number") return length;
  throw new CoreInputError(`decoder input '${name}': expected fixed heads and head size, found '${length}'`);
}

function outputsNamed(found: Tensors, prefix: string): ReadonlyMap<string, NdData> {
  const named = Object.entries(found).filter(([name]) => name.startsWith(prefix));
  return new Map(named.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function presentOf(found: Tensors, pastName: string): NdData {
  const name = pastName.replace(/^past_key_values/, "present");
  const tensor = found[name];
  if (tensor === undefined) throw new CoreInputError(`decoder: expected an output '${name}', found none`);
  return tensor;
}

/** int64 [rows, tokens]: everything may be attended to; what comes later is hidden by the decoder itself. */
function onesOf(rows: number, tokens: number): NdData {
  return tensorData("int64", [rows, tokens], new BigInt64Array(rows * tokens).fill(1n));
}

/** The same memory for each row. */
function repeated(tensors: Tensors, rows: number): Tensors {
  if (rows === 1) return tensors;
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, repeatRows(tensor, rows, name)]));
}

function repeatRows(tensor: NdData, rows: number, name: string): NdData {
  const one = floatsOf(tensor, name);
  const data = new Float32Array(one.length * rows);
  for (let row = 0; row < rows; row++) data.set(one, row * one.length);
  return { dtype: "float32", shape: [rows, ...tensor.shape.slice(1)], data };
}
