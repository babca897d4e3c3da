// Who may talk to a server: loopback addresses, tokens compared in constant time, and browser origins.
// Knows nothing about messages.
import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { InputError } from "../contract/errors.js";
import { checkToken } from "../protocol/token.js";

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (bare === "localhost" || bare === "::1" || bare === "::ffff:127.0.0.1") return true;
  return isIP(bare) === 4 && bare.startsWith("127.");
}

/** @throws InputError when a server would listen to strangers without asking for a token */
export function checkExposure(host: string, token: string | undefined): void {
  checkToken(token);
  if (token !== undefined || isLoopback(host)) return;
  throw new InputError(`host ${host}: expected a token for an address other than loopback, found none`);
}

/** Compares secrets in a time that does not depend on where they differ. */
export function sameSecret(expected: string, found: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(expected), digest(found));
}

/** The token of an `Authorization: Bearer <token>` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1];
}

/**
 * Whether a request's `Origin` may connect. Programs send none; pages of a browser on this machine may only come from
 * this machine, lest any web site talks to a server on loopback.
 */
export function isAllowedOrigin(origin: string | undefined, boundHost: string): boolean {
  if (origin === undefined) return true;
  const host = URL.canParse(origin) ? new URL(origin).hostname : "";
  return host !== "" && (isLoopback(host) || host === boundHost);
}
