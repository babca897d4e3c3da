// The program of the process that measurements talk to: an environment server and a plain WebSocket one beside it.
// Knows nothing about what is measured.
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { EnvServer } from "../server/env-server.js";
import { type PerfServerMessage, type PerfServerRequest, rawReply } from "./perf-messages.js";
import { frameFactory } from "./frame-environment.js";

/** Starts both servers, tells their addresses, and reports memory when asked. Ends with its parent. */
export async function runPerfServer(): Promise<void> {
  const server = await EnvServer.listen({ factories: [frameFactory] });
  const raw = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  const reply = rawReply();
  raw.on("connection", (webSocket) => webSocket.on("message", () => webSocket.send(reply)));
  await new Promise((resolve) => raw.once("listening", resolve));
  const rawUrl = `ws://127.0.0.1:${(raw.address() as AddressInfo).port}`;
  process.on("disconnect", () => process.exit(0));
  process.on("message", (request: PerfServerRequest) => {
    if (request === "memory") tell({ type: "memory", rssMB: process.memoryUsage().rss / 1_048_576 });
  });
  tell({ type: "ready", url: server.url, rawUrl });
}

function tell(message: PerfServerMessage): void {
  process.send?.(message);
}

await runPerfServer();
