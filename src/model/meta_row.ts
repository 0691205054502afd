/**
 * What the kernel keeps beside its intents, as rows of the store's `meta`: their shapes, and how one
 * is read. A row is input at a door: it is checked.
 */
import { z } from "zod";
import { type StoredBan, StoredBanSchema } from "./ban.ts";
import { type Decimal, DecimalSchema } from "./decimal.ts";
import { StoreError } from "./errors.ts";
import { ClientOrderIdSchema, IntentIdSchema } from "./ids.ts";
import { type KillSwitchState, KillSwitchStateSchema } from "./kill_switch.ts";
import {
  OWED_INTENTS_MAX,
  POSITIONS_MAX,
  REFUSED_WATCHED_MAX,
  TRADED_SYMBOLS_MAX,
} from "./limits.ts";
import { SymbolIdSchema } from "./order.ts";
import { shown } from "./parse.ts";
import { type ClientOrderId, type EpochMs, EpochMsSchema, type IntentId } from "./scalars.ts";

/** How to read the rows of one key. */
export interface MetaRow<T> {
  readonly schema: z.ZodType<T, unknown>;
  /** Where no such row was ever written. */
  readonly absent: T;
  /** What it must be, e.g. `a list of intent ids`. */
  readonly what: string;
}

/** A refused order of which a second copy may have been accepted. */
export interface RefusedOrder {
  readonly symbolId: string;
  readonly clientOrderId: ClientOrderId;
  /** By the venue's clock: a copy that arrives later is not admitted. */
  readonly deadline: EpochMs;
}

/** Symbols with the time of their newest use. */
export const TRADED_ROW: MetaRow<readonly (readonly [string, EpochMs])[]> = {
  schema: z.array(z.tuple([SymbolIdSchema, EpochMsSchema])).max(TRADED_SYMBOLS_MAX),
  absent: [],
  what: "a list of symbols, each with a time",
};

/** Ended intents that the venue owes trades. */
export const OWED_ROW: MetaRow<readonly IntentId[]> = {
  schema: z.array(IntentIdSchema).max(OWED_INTENTS_MAX),
  absent: [],
  what: "a list of intent ids",
};

/** Open positions as they were last told in events: symbol and side, quantity, entry price. */
export interface ToldPosition {
  readonly symbolId: string;
  readonly side: "LONG" | "SHORT" | null;
  readonly quantity: Decimal;
  readonly entryPrice: Decimal | null;
}

export const POSITIONS_ROW: MetaRow<readonly ToldPosition[]> = {
  schema: z.array(z.strictObject({
    symbolId: SymbolIdSchema,
    side: z.enum(["LONG", "SHORT"]).nullable(),
    quantity: DecimalSchema,
    entryPrice: DecimalSchema.nullable(),
  })).max(POSITIONS_MAX),
  absent: [],
  what: "a list of positions",
};

export const BAN_ROW: MetaRow<StoredBan | null> = {
  schema: StoredBanSchema.nullable(),
  absent: null,
  what: "a time and a duration",
};

export const KILL_SWITCH_ROW: MetaRow<KillSwitchState | null> = {
  schema: KillSwitchStateSchema.nullable(),
  absent: null,
  what: "the state of the kill switch",
};

export const REFUSED_ROW: MetaRow<readonly RefusedOrder[]> = {
  schema: z.array(z.strictObject({
    symbolId: SymbolIdSchema,
    clientOrderId: ClientOrderIdSchema,
    deadline: EpochMsSchema,
  })).max(REFUSED_WATCHED_MAX),
  absent: [],
  what: "a list of refused orders",
};

/** @throws {StoreError} naming the key, what it must be and what stands there. */
export function readMeta<T>(key: string, row: string | undefined, shape: MetaRow<T>): T {
  if (row === undefined) return shape.absent;
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch {
    throw bad(key, row, shape.what);
  }
  const read = shape.schema.safeParse(value);
  if (!read.success) throw bad(key, row, shape.what);
  return read.data;
}

function bad(key: string, row: string, what: string): StoreError {
  return new StoreError(
    `Cannot read ${key} from the store: it must be ${what}, got ${JSON.stringify(shown(row))}; ` +
      "the data file is damaged or from another build: restore a backup",
    { key, rule: what, actual: shown(row) },
  );
}
