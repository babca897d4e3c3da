// Opens what policies decide with. Models and servers take a while to load, so their code comes with the first use.
// Knows nothing about policies.
import type { Actor, Answerer, OpenLocalOptions } from "@dsr/dsr-core/perception";
import type { DeviceName } from "@dsr/dsr-core/runtime";

/** How a model on this machine is run. */
export interface ModelRuntime {
  readonly device: DeviceName;
  readonly precision?: string | undefined;
  readonly threads: number;
}

/** Who answers: a model's folder, or a server and the model's name there. */
export interface AnswererSource extends ModelRuntime {
  readonly model?: string | undefined;
  readonly server?: string | undefined;
  readonly serverModel?: string | undefined;
}

/** An actor over a converted model's folder. @throws CoreInputError when it does not open, or cannot act */
export async function openActor(folder: string, runtime: ModelRuntime): Promise<Actor> {
  const { openLocalActor } = await import("@dsr/dsr-core/perception");
  return openLocalActor(folder, await localOptions(runtime));
}

/** An answerer. @throws CoreInputError when it does not open */
export async function openAnswerer({ model, server, serverModel, ...runtime }: AnswererSource): Promise<Answerer> {
  const { OpenAiAnswerer, openLocalAnswerer } = await import("@dsr/dsr-core/perception");
  if (server !== undefined) return new OpenAiAnswerer({ baseUrl: server, model: serverModel ?? "" });
  return openLocalAnswerer(model ?? "", await localOptions(runtime));
}

async function localOptions({ device, precision, threads }: ModelRuntime): Promise<OpenLocalOptions> {
  const { checkPrecision } = await import("@dsr/dsr-core/conversion");
  return {
    device,
    threads,
    verify: "sizes",
    ...(precision === undefined ? {} : { precision: checkPrecision(precision) }),
  };
}
