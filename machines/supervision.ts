/**
 * What happens when an actor dies: one table and the arithmetic over it. A supervisor restarts the
 * one that died and no other, after a growing pause; too many deaths within a window and it
 * escalates instead. `actors/supervision.ts` carries it out.
 *
 * I1 Deaths are counted per child; a death never costs a sibling anything.
 * I2 Within one window a child is restarted at most `restartsMax` times.
 */
import { backoff } from "./timeouts.ts";

export type SupervisedKind =
  | "intent"
  | "connection"
  | "requests"
  | "account"
  | "book"
  | "exchange"
  | "kernel";

/**
 * - `isolateIntent`: kept and shown but not driven; its symbol takes no new submits.
 * - `degradeExchange`: the exchange takes no new submits until it is restarted; the child stays
 *   dead.
 * - `restartExchange`: the exchange with all its children dies, and its own policy decides.
 * - `parkExchange`: stopped until a person resumes it; orders at the venue stay as they are.
 * - `stopKernel`: the kernel drains and closes; the process decides.
 */
export type Escalation =
  | "isolateIntent"
  | "degradeExchange"
  | "restartExchange"
  | "parkExchange"
  | "stopKernel";

export interface SupervisionPolicy {
  readonly kind: SupervisedKind;
  /** `permanent` is restarted whatever ended it, `temporary` never. */
  readonly restart: "permanent" | "temporary";
  /** Restarts allowed within the window. */
  readonly restartsMax: number;
  readonly windowMs: number;
  /** First pause before a restart; doubles with every death in the window, up to the cap. */
  readonly backoffMs: number;
  readonly backoffCapMs: number;
  readonly escalation: Escalation;
  readonly why: string;
}

const MINUTE_MS = 60_000;

export const SUPERVISION: readonly SupervisionPolicy[] = [
  {
    kind: "intent",
    restart: "temporary",
    restartsMax: 0,
    windowMs: MINUTE_MS,
    backoffMs: 0,
    backoffCapMs: 0,
    escalation: "isolateIntent",
    why: "Its machine is pure: what made it throw makes it throw again, with money at stake.",
  },
  {
    kind: "connection",
    restart: "permanent",
    restartsMax: 5,
    windowMs: MINUTE_MS,
    backoffMs: 250,
    backoffCapMs: 10_000,
    escalation: "degradeExchange",
    why: "The stream is a hint: orders stay safe by polling, but new ones should not start blind.",
  },
  {
    kind: "requests",
    restart: "temporary",
    restartsMax: 0,
    windowMs: MINUTE_MS,
    backoffMs: 0,
    backoffCapMs: 0,
    escalation: "restartExchange",
    why:
      "It is shared by all that goes out: a new one comes with the exchange, on its old budgets.",
  },
  {
    kind: "account",
    restart: "temporary",
    restartsMax: 0,
    windowMs: MINUTE_MS,
    backoffMs: 0,
    backoffCapMs: 0,
    escalation: "restartExchange",
    why: "It reads through the request runner only; what broke it may have broken its siblings.",
  },
  {
    kind: "book",
    restart: "temporary",
    restartsMax: 0,
    windowMs: MINUTE_MS,
    backoffMs: 0,
    backoffCapMs: 0,
    escalation: "restartExchange",
    why: "Intents are only safe after the recovery barrier, which is the exchange's start.",
  },
  {
    kind: "exchange",
    restart: "permanent",
    restartsMax: 3,
    windowMs: 10 * MINUTE_MS,
    backoffMs: 1_000,
    backoffCapMs: 30_000,
    escalation: "parkExchange",
    why: "A start is a full recovery against the venue; one that keeps dying needs a person.",
  },
  {
    kind: "kernel",
    restart: "temporary",
    restartsMax: 0,
    windowMs: MINUTE_MS,
    backoffMs: 0,
    backoffCapMs: 0,
    escalation: "stopKernel",
    why: "Nothing above it could restart it but the process, from durable state.",
  },
];

/** The deaths of one child within the window: all a decision needs. */
export interface ChildRecord {
  /** Monotonic, oldest first; at most `restartsMax + 1` are kept. */
  readonly deaths: readonly number[];
  /** Over its whole life, for the inspector. */
  readonly restarts: number;
}

export const NEWBORN: ChildRecord = { deaths: [], restarts: 0 };

export type SupervisionDecision =
  | { readonly kind: "restart"; readonly delayMs: number }
  | { readonly kind: "escalate"; readonly escalation: Escalation };

export interface Death {
  /** Monotonic. */
  readonly at: number;
  /** In [0, 1): spreads the restarts of children that died together. */
  readonly random: number;
}

/** @throws {RangeError} never for a {@linkcode SupervisedKind}; the table names each once. */
export function policyOf(kind: SupervisedKind): SupervisionPolicy {
  const policy = SUPERVISION.find((row) => row.kind === kind);
  if (policy === undefined) throw new RangeError(`Cannot supervise ${kind}: it has no policy`);
  return policy;
}

/** What to do about one death. @returns the decision and the child's record after it. */
export function superviseChild(
  policy: SupervisionPolicy,
  record: ChildRecord,
  death: Death,
): { readonly decision: SupervisionDecision; readonly record: ChildRecord } {
  const recent = record.deaths.filter((at) => death.at - at < policy.windowMs);
  const deaths = [...recent, death.at];
  if (policy.restart === "temporary" || deaths.length > policy.restartsMax) {
    const decision = { kind: "escalate", escalation: policy.escalation } as const;
    return { decision, record: { ...record, deaths: deaths.slice(-(policy.restartsMax + 1)) } };
  }
  const pause = backoff(deaths.length, policy.backoffMs, policy.backoffCapMs);
  const delayMs = pause * (0.5 + death.random / 2);
  return {
    decision: { kind: "restart", delayMs },
    record: { deaths, restarts: record.restarts + 1 },
  };
}

/** The table as the docs show it, in Markdown. */
export function supervisionTable(): string {
  const rows = SUPERVISION.map((policy) => {
    const { kind, restart, restartsMax, windowMs, backoffMs, backoffCapMs, escalation, why } =
      policy;
    const budget = restart === "temporary" ? "none" : `${restartsMax} in ${windowMs / 1000} s`;
    const pause = restart === "temporary" ? "–" : `${backoffMs} ms … ${backoffCapMs / 1000} s`;
    return `| ${kind} | ${budget} | ${pause} | ${escalation} | ${why} |`;
  });
  return [
    "| Actor | Restarts | Pause before one | Then | Why |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}
