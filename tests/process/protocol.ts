/** What a kernel in a process of its own and its test say to each other: one JSON object a line. */
import type { KernelRecord } from "../../src/cli/kernel_record.ts";
import type { EpochMs } from "../../src/model/scalars.ts";

/** Standard input of the child. */
export type Order =
  | { readonly type: "place"; readonly id: string }
  /** Both in one turn of the event loop, hence in one commit. */
  | { readonly type: "placeAndCancel"; readonly place: string; readonly cancel: string }
  | { readonly type: "trade" | "rest" | "report" }
  /** Sets the child's wall clock forward or back. */
  | { readonly type: "step"; readonly ms: number };

/** Standard output of the child; every order but `trade` is answered, in turn. */
export type Word =
  | { readonly type: "opened" }
  /** The kernel has closed by itself, and why. */
  | { readonly type: "closed"; readonly error: string | null }
  | { readonly type: "answer"; readonly value: unknown };

/** Of each call null when it went well, else the error's name and message. */
export type Outcomes = readonly (string | null)[];

export interface Report {
  readonly record: KernelRecord;
  /** When each attempt got its ticket, by client order id; by the child's wall clock. */
  readonly admittedAt: Readonly<Record<string, EpochMs>>;
}

export interface ChildOptions {
  readonly path: string;
  readonly endpoints: string;
  readonly timing: Readonly<Record<string, number>>;
}

export const EXCHANGE = "binance";
