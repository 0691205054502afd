/** Ids: the caller's for intents, ours for venue orders, and how venues want ours written. */
import { createHash, type Hash } from "node:crypto";
import { z } from "zod";
import { assert } from "./assert.ts";
import type { Clock, Random } from "./clock.ts";
import { INTENT_ID_LENGTH_MAX, NAME_LENGTH_MAX, VENUE_ID_LENGTH_MAX } from "./limits.ts";
import type { ClientOrderId, IntentId } from "./scalars.ts";
import { text } from "./schema.ts";

const INTENT_ID = /^[A-Za-z0-9._-]{1,64}$/;
const CLIENT_ORDER_ID = /^[0-9a-f]{32}$/;
const TAG = /^[0-9a-f]{8}$/;

/** `[A-Za-z0-9._-]{1,64}`. */
export const IntentIdSchema: z.ZodType<IntentId, unknown> = z.string().regex(INTENT_ID, {
  error: `must be 1 to ${INTENT_ID_LENGTH_MAX} characters of A-Z a-z 0-9 . _ -`,
});

/** Our own form; what venues send back is read by `clientOrderIdFrom`. */
export const ClientOrderIdSchema: z.ZodType<ClientOrderId, unknown> = z.string()
  .regex(CLIENT_ORDER_ID, { error: "must be 32 lower-case hex digits" });

/** Names of exchange instances and strategies: they stand in URLs, metric labels and logs. */
export const NameSchema: z.ZodType<string, unknown> = z.string().regex(INTENT_ID, {
  error: `must be 1 to ${NAME_LENGTH_MAX} characters of A-Z a-z 0-9 . _ -`,
});

/** An id a venue gave, kept as text. */
export const VenueIdSchema: z.ZodType<string, unknown> = text(VENUE_ID_LENGTH_MAX);

/** What sets one kernel's orders apart: made once per data dir, but the epoch grows every boot. */
export interface InstanceIdentity {
  /** 8 lower-case hex digits in front of every client order id. */
  readonly tag: string;
  /** At least 16 bytes; not changed in place, since its hash state is kept. */
  readonly key: Uint8Array;
  readonly epoch: number;
  /** Random, and of this boot alone: a data dir restored from a backup goes through epochs again. */
  readonly boot?: string;
}

/** What an attempt is known by inside one kernel. */
export interface AttemptName {
  readonly intentId: IntentId;
  readonly generation: number;
  readonly attempt: number;
}

/**
 * A UUIDv7. Those made with one clock object sort in the order they were made, also within a
 * millisecond and while the wall clock steps back.
 */
export function makeIntentId(clock: Clock, random: Random): IntentId {
  const bytes = random.bytes(10);
  const stamp = nextStamp(clock, (bytes[0]! << 8 | bytes[1]!) & 0x7ff);
  const time = stamp.ms.toString(16).padStart(12, "0");
  const counter = stamp.counter.toString(16).padStart(3, "0");
  const variant = (bytes[2]! & 0x3f | 0x80).toString(16);
  const rest = variant + hex(bytes.subarray(3));
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}

/**
 * The id of one attempt: the tag, then HMAC-SHA256 over what names the attempt, cut to 96 bits.
 * Epoch and boot make an attempt that is repeated later, also after a restored backup, a different
 * id. Recovery reads the stored id and never derives it again.
 */
export function clientOrderId(identity: InstanceIdentity, name: AttemptName): ClientOrderId {
  const { tag, key, epoch, boot = "" } = identity;
  assert(TAG.test(tag), "the tag of client order ids is 8 lower-case hex digits");
  // `:` is in no intent id, so two different names never make one message.
  const message = `${epoch}${boot}:${name.generation}:${name.attempt}:${name.intentId}`;
  return tag + keyed(key, message).slice(0, 24);
}

/** Whether a client order id was made under this tag: by us, or by a copy of our data dir. */
export function hasTag(id: string, tag: string): boolean {
  return CLIENT_ORDER_ID.test(id) && id.startsWith(tag);
}

/**
 * The id of a child intent (a protecting order, a member of a group): readable in front, a hash
 * of the whole behind. The same parent and suffix always give the same id.
 */
export function hashIntentId(parent: IntentId, suffix: string): IntentId {
  const digest = createHash("sha256").update(`${parent}\0${suffix}`).digest("hex").slice(0, 24);
  const readable = suffix.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 15);
  return `${parent.slice(0, 23)}.${readable}.${digest}`;
}

/** 32 hex digits, as it is. */
export function asHex(id: ClientOrderId): string {
  return id;
}

/** `0x` and 32 hex digits. */
export function as0x(id: ClientOrderId): string {
  return "0x" + id;
}

/** 8-4-4-4-12. Its version digits are part of the hash, not a claim about RFC 9562. */
export function asUuid(id: ClientOrderId): string {
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${
    id.slice(20)
  }`;
}

/**
 * Reads what a venue sends back.
 * @returns our form of any of the three renderings; null when the text is none of them.
 */
export function clientOrderIdFrom(rendered: string): ClientOrderId | null {
  const match = RENDERED.exec(rendered);
  if (match === null) return null;
  return match.slice(1).join("").toLowerCase();
}

const RENDERED = new RegExp(
  "^(?:0x)?([0-9a-f]{32})$|" +
    "^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$",
  "i",
);

interface Stamp {
  readonly ms: number;
  readonly counter: number;
}

const COUNTER_MAX = 0xfff;
/** Per clock, so that a run on a virtual clock does not depend on what ran before it. */
const stamps = new WeakMap<Clock, Stamp>();

function nextStamp(clock: Clock, first: number): Stamp {
  const ms = Math.floor(clock.now());
  const last = stamps.get(clock);
  const stamp = last === undefined || ms > last.ms
    ? { ms, counter: first }
    : last.counter < COUNTER_MAX
    ? { ms: last.ms, counter: last.counter + 1 }
    : { ms: last.ms + 1, counter: first };
  stamps.set(clock, stamp);
  return stamp;
}

interface KeyedHash {
  readonly inner: Hash;
  readonly outer: Hash;
}

/** Keys are few (one per data dir); hashing the pads once saves half of every HMAC. */
const keyedHashes = new WeakMap<Uint8Array, KeyedHash>();

function keyed(key: Uint8Array, message: string): string {
  let hash = keyedHashes.get(key);
  if (hash === undefined) {
    hash = { inner: padded(key, 0x36), outer: padded(key, 0x5c) };
    keyedHashes.set(key, hash);
  }
  const digest = hash.inner.copy().update(message).digest();
  return hash.outer.copy().update(digest).digest("hex");
}

/** RFC 2104 with SHA-256, whose block is 64 bytes. */
function padded(key: Uint8Array, pad: number): Hash {
  const block = new Uint8Array(64).fill(pad);
  const bytes = key.length <= 64 ? key : createHash("sha256").update(key).digest();
  for (let at = 0; at < bytes.length; at++) block[at] = bytes[at]! ^ pad;
  return createHash("sha256").update(block);
}

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
