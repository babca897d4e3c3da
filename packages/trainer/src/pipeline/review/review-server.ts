// Serves the review page to one person on this machine: items, clips, decisions.
// Knows nothing about how items are made; every path and body from the network is checked.
import { timingSafeEqual } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { jsonIfValid } from "@dsr/dsr-core/json-text";
import { messageOf } from "@dsr/dsr-core/errors";
import { DataFolder } from "../build/data-folder.js";
import { appendDecision, decisionSchema } from "./decisions.js";
import { reviewPage } from "./review-page.js";
import { ReviewItems } from "./review-items.js";

/** Where and to whom. */
export interface ReviewServerOptions {
  /** A written data folder. */
  readonly root: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** A secret in the address, so that other pages in the same browser cannot write. */
  readonly token: string;
}

/** A running server; it listens on loopback only. */
export interface ReviewServer {
  /** With the token. */
  readonly url: string;
  close(): Promise<void>;
}

/** Bytes of a decision at most. */
const mostBytes = 65_536;

/** @throws CoreInputError when nothing was written in the folder; the system's error when the port is taken */
export async function startReviewServer({ root, port, token }: ReviewServerOptions): Promise<ReviewServer> {
  const items = await ReviewItems.open(root);
  const server = createServer((request, response) => {
    answer(request, response, { items, root, token }).catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, { error: messageOf(error) });
      else response.destroy();
    });
  });
  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}/?token=${encodeURIComponent(token)}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

interface Shared {
  readonly items: ReviewItems;
  readonly root: string;
  readonly token: string;
}

async function answer(request: IncomingMessage, response: ServerResponse, shared: Shared): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  if (!isLocal(request) || !sameSecret(url.searchParams.get("token") ?? "", shared.token))
    return send(response, 403, { error: "address: expected the whole one that was printed, with its token" });
  const [, kind = "", id = ""] = url.pathname.split("/").map((part) => decodeURIComponent(part));
  if (request.method === "POST") return kind === "decision" ? decide(request, response, shared) : notFound(response);
  if (kind === "") return sendText(response, "text/html; charset=utf-8", reviewPage());
  if (kind === "items") return send(response, 200, await shared.items.list());
  if (kind === "item") {
    const view = await shared.items.view(id);
    return view === undefined ? notFound(response) : send(response, 200, view);
  }
  if (kind === "video" && shared.items.hasVideo(id))
    return sendVideo(request, response, new DataFolder(shared.root).videoPath(id));
  return notFound(response);
}

/** Names that resolve to this machine elsewhere must not let another site's page through. */
function isLocal({ headers }: IncomingMessage): boolean {
  return /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(headers.host ?? "");
}

function sameSecret(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function decide(request: IncomingMessage, response: ServerResponse, { items, root }: Shared): Promise<void> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > mostBytes) return send(response, 413, { error: `decision: expected at most ${mostBytes} bytes` });
  }
  const parsed = decisionSchema.safeParse(jsonIfValid(body));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return send(response, 400, {
      error: `decision: expected one, found at ${issue?.path.join(".")}: ${issue?.message}`,
    });
  }
  if (!items.has(parsed.data.item)) return notFound(response);
  await appendDecision(root, parsed.data);
  return send(response, 200, { saved: parsed.data.item });
}

/** Browsers ask for parts of a video to jump in it. */
async function sendVideo(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const { size } = await stat(path);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = range === null ? 0 : Number(range[1]);
  const end = range === null || range[2] === "" ? size - 1 : Math.min(Number(range[2]), size - 1);
  if (start > end) {
    response.writeHead(416, { "content-range": `bytes */${size}` }).end();
    return;
  }
  response.writeHead(range === null ? 200 : 206, {
    "content-type": "video/mp4",
    "accept-ranges": "bytes",
    "content-length": end - start + 1,
    ...(range === null ? {} : { "content-range": `bytes ${start}-${end}/${size}` }),
  });
  const stream = createReadStream(path, { start, end });
  stream.on("error", () => response.destroy());
  stream.pipe(response);
}

function notFound(response: ServerResponse): void {
  send(response, 404, { error: "expected an item or a video of this folder, found another" });
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(value));
}

function sendText(response: ServerResponse, type: string, text: string): void {
  const policy = "default-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
  response.writeHead(200, {
    "content-type": type,
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
  });
  response.end(text);
}
