// The program of an isolated environment's process: makes one environment and answers its parent's calls.
// Knows nothing about sockets or sessions, and ends with its parent.
import type { Environment, EnvironmentFactory } from "../contract/environment.js";
import { InfrastructureError, InputError } from "../contract/errors.js";
import { classifyEnvironmentError, errorMessage } from "../protocol/wire-errors.js";
import type { ChildReply, ChildRequest } from "./child-messages.js";

/** Answers calls until the parent disconnects. */
export function runEnvironmentChild(): void {
  let environment: Environment | undefined;
  const execute = async (request: ChildRequest): Promise<unknown> => {
    if (request.method === "create") {
      environment = await createEnvironment(request);
      return environment.spec;
    }
    if (environment === undefined) throw new InfrastructureError("environment: expected create first");
    return callEnvironment(environment, request);
  };
  process.on("message", (message) => void answer(message as ChildRequest, execute));
  process.on("disconnect", () => process.exit(0));
}

async function createEnvironment(request: Extract<ChildRequest, { method: "create" }>): Promise<Environment> {
  const loaded = (await import(request.module)) as Readonly<Record<string, unknown>>;
  const factory = loaded[request.exportName] as Partial<EnvironmentFactory> | undefined;
  if (typeof factory?.create === "function") return factory.create(request.options);
  throw new InputError(
    `module ${request.module}: expected an EnvironmentFactory named '${request.exportName}', found none`,
  );
}

async function callEnvironment(environment: Environment, request: ChildRequest): Promise<unknown> {
  switch (request.method) {
    case "reset":
      return environment.reset(request.options);
    case "step":
      return environment.step(request.action);
    default:
      return environment.close();
  }
}

async function answer(request: ChildRequest, execute: (request: ChildRequest) => Promise<unknown>): Promise<void> {
  reply(await outcomeOf(request, execute));
}

async function outcomeOf(
  request: ChildRequest,
  execute: (request: ChildRequest) => Promise<unknown>,
): Promise<ChildReply> {
  try {
    return { id: request.id, ok: true, value: await execute(request) };
  } catch (error) {
    return { id: request.id, ok: false, error: errorMessage(classifyEnvironmentError(error, request.method)) };
  }
}

function reply(message: ChildReply): void {
  try {
    process.send?.(message);
  } catch (error) {
    const text = `environment: expected values that can be sent, found others (${String(error)})`;
    process.send?.({ id: message.id, ok: false, error: errorMessage(new InfrastructureError(text)) });
  }
}

runEnvironmentChild();
