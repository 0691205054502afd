/**
 * Who may speak to the kernel over HTTP. A page of any site can reach a loopback port: the exact
 * Host list stops DNS rebinding, the Origin rule stops cross-site requests, the token stops both
 * and every other user of the machine.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Problem } from "./problem.ts";

export interface GuardOptions {
  readonly port: number;
  readonly token: string;
  readonly auth: "token" | "none";
}

export interface Guard {
  /** @returns why the request is turned away by where it comes from or goes to, or null. */
  checkSource(request: Request): Problem | null;
  /** @returns why the request lacks the right to read, or to write, or null. */
  checkToken(request: Request, access: "read" | "write"): Problem | null;
}

/** @throws {RangeError} when the token is too short to withstand guessing. */
export function makeGuard(options: GuardOptions): Guard {
  if (options.token.length < TOKEN_LENGTH_MIN) {
    throw new RangeError(
      `Cannot serve: the token needs at least ${TOKEN_LENGTH_MIN} characters, ` +
        `got ${options.token.length}`,
    );
  }
  const hosts = new Set(hostList(options.port));
  const origins = new Set([...hosts].map((host) => `http://${host}`));
  const expected = digest(options.token);
  return {
    checkSource: (request) => checkHost(request, hosts) ?? checkOrigin(request, origins),
    checkToken(request, access) {
      if (access === "read" && options.auth === "none") return null;
      const given = bearer(request);
      if (given === null) return unauthorized("send Authorization: Bearer TOKEN");
      // Digests have one length, so the comparison's time tells nothing about the token.
      if (timingSafeEqual(digest(given), expected)) return null;
      return unauthorized("the bearer token is not this kernel's");
    },
  };
}

/** 96 bits in base64. */
const TOKEN_LENGTH_MIN = 16;

function hostList(port: number): readonly string[] {
  const names = ["127.0.0.1", "localhost", "[::1]"];
  // Clients leave the default port out of the header.
  return names.flatMap((name) => port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]);
}

function checkHost(request: Request, hosts: ReadonlySet<string>): Problem | null {
  const host = request.headers.get("host")?.toLowerCase() ?? "";
  if (hosts.has(host)) return null;
  return {
    status: 421,
    code: "HOST_REFUSED",
    detail: `This kernel answers to ${[...hosts].join(", ")} only`,
  };
}

function checkOrigin(request: Request, origins: ReadonlySet<string>): Problem | null {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  // Following a link to the inspector is a navigation, which no script of the other site can read.
  const isNavigation = request.method === "GET" &&
    request.headers.get("sec-fetch-mode") === "navigate";
  const isForeign = (origin !== null && !origins.has(origin.toLowerCase())) ||
    ((site === "cross-site" || site === "same-site") && !isNavigation);
  if (!isForeign) return null;
  return { status: 403, code: "ORIGIN_REFUSED", detail: "Pages of other origins are refused" };
}

function unauthorized(detail: string): Problem {
  return {
    status: 401,
    code: "TOKEN_REQUIRED",
    detail: `Not authorized: ${detail}`,
    headers: { "www-authenticate": 'Bearer realm="exchange-kernel"' },
  };
}

function bearer(request: Request): string | null {
  const match = /^bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "");
  return match?.[1] ?? null;
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
