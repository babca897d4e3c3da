// From options of a command to an answerer: a model on this machine, or a server.
// Knows nothing about what is asked.
import { checkPrecision } from "@dsr/dsr-core/conversion";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { type Answerer, OpenAiAnswerer, type ReadClipOptions, openLocalAnswerer } from "@dsr/dsr-core/perception";
import type { DeviceName } from "@dsr/dsr-core/runtime";
import { shippedModel } from "./shipped-models.js";

/** Options by which commands name who answers. */
export interface AnswererChoice {
  readonly model?: string;
  readonly server?: string;
  readonly serverModel?: string;
  readonly apiKey?: string;
  readonly send: "frames" | "video";
  readonly device: DeviceName;
  readonly precision?: string;
  readonly threads?: number;
  readonly verify: boolean;
}

/** The choice of those who name nobody: the small model that comes along, where it does. */
export function withShippedAnswerer<Choice extends AnswererChoice>(choice: Choice): Choice {
  const model = choice.server === undefined ? (choice.model ?? shippedModel("dsr-small")) : choice.model;
  return model === undefined ? choice : { ...choice, model };
}

/** Opens it. @throws CoreInputError when neither or both are named, or what is named does not open */
export async function openAnswerer(options: AnswererChoice): Promise<Answerer> {
  const { model, server, serverModel, apiKey, send, device, precision, threads, verify } = options;
  if ((model === undefined) === (server === undefined))
    throw new CoreInputError(
      `model: expected --model or --server, found ${model === undefined ? "neither" : "both"}; a model is made by dsr model make-random or out of released weights, and dsr model convert`,
    );
  if (server !== undefined) {
    if (serverModel === undefined) throw new CoreInputError("--server-model: expected the model's name, found none");
    return new OpenAiAnswerer({
      baseUrl: server,
      model: serverModel,
      send,
      ...(apiKey === undefined ? {} : { apiKey }),
    });
  }
  return openLocalAnswerer(model ?? "", {
    device,
    verify: verify ? "hashes" : "sizes",
    ...(precision === undefined ? {} : { precision: checkPrecision(precision) }),
    ...(threads === undefined ? {} : { threads }),
  });
}

/** How many frames to read of a video: as asked for, as the model was trained, or as the paper does. */
export function clipOptions({ frames }: { readonly frames?: number }, { preferences }: Answerer): ReadClipOptions {
  if (frames !== undefined) return { frames };
  return preferences?.frames === undefined ? {} : { usual: preferences.frames };
}
