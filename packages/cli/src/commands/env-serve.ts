import { Command, Option } from "commander";
import { EnvServer } from "@dsr/env-bridge";
import pino from "pino";
import { examples } from "../examples.js";
import { integer } from "../parsers.js";
import { environmentFactories, environmentFactory } from "../registry.js";

interface Options {
  readonly env?: string;
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly maxSessions: number;
  readonly json?: true;
}

/** `dsr env serve`: environments over WebSocket until interrupted. */
export function envServeCommand(): Command {
  return new Command("serve")
    .description("serve environments over WebSocket (protocol dsr.env.v1) until interrupted")
    .option("--env <name>", "serve this environment only (default: all)")
    .option("--host <address>", "address to bind; anything but loopback needs --token", "127.0.0.1")
    .option("--port <number>", "port, 0 for a free one", integer(0, 65_535), 8765)
    .addOption(new Option("--token <secret>", "clients must present it").env("DSR_TOKEN"))
    .option("--max-sessions <n>", "sessions at once", integer(1), 128)
    .option("--json", "print one JSON object with the address on standard output")
    .addHelpText(
      "after",
      examples("dsr env serve --port 8765", "DSR_TOKEN=secret dsr env serve --host 0.0.0.0 --port 0 --json"),
    )
    .action(serve);
}

async function serve(options: Options): Promise<void> {
  const factories = options.env === undefined ? environmentFactories : [environmentFactory(options.env)];
  const log = pino({ name: "dsr-env" }, pino.destination({ dest: 2, sync: true }));
  const server = await EnvServer.listen({
    factories,
    host: options.host,
    port: options.port,
    ...(options.token === undefined ? {} : { token: options.token }),
    limits: { maxSessions: options.maxSessions },
  });
  const subscription = server.events$.subscribe((event) => log.info(event));
  const names = factories.map((factory) => factory.name);
  if (options.json) console.log(JSON.stringify({ url: server.url, port: server.port, environments: names }));
  else console.log(`serving ${names.join(", ")} at ${server.url} (Ctrl+C stops)`);
  await interrupted();
  await server.close();
  subscription.unsubscribe();
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
