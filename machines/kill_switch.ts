/**
 * The kill switch as a pure machine: what each command and each commit makes of it. The actor
 * (`actors/kill_switch.ts`) sends it commands and tells it what became durable; the gates of all
 * exchanges ask it last before the wire.
 *
 * ```text
 * released ── engage ──▶ engaging ── committed ──▶ engaged ── release(epoch) ──▶ releasing
 *     ▲                     ▲  └───── release(epoch) ────────────────────────────▶  │
 *     │                     └──── engage, from every state: epoch + 1 ──────────────┤
 *     └─────────────────────── committed, if the epoch is still the same ───────────┘
 * ```
 *
 * I1 It is closed in every state but `released`: from the command to engage on, and until the
 *    release is durable. A crash in between finds what was durable, and nobody was told more.
 * I2 Every engagement has an epoch of its own; a release names the epoch it ends and ends no other,
 *    also when its commit comes back after a newer engagement.
 * I3 Epochs only grow, over restarts too.
 */
import { assert } from "../src/model/assert.ts";
import type { KillSwitchState } from "../src/model/kill_switch.ts";
import type { EpochMs } from "../src/model/scalars.ts";

export type KillSwitchPhase = "released" | "engaging" | "engaged" | "releasing";

export interface KillSwitchContext {
  readonly phase: KillSwitchPhase;
  readonly epoch: number;
  readonly reason: string | null;
  readonly engagedAt: EpochMs | null;
  readonly releasedAt: EpochMs | null;
}

/** Why a release is refused; `wanted` where another epoch would have to be named. */
export type ReleaseVerdict =
  | { readonly kind: "release"; readonly next: KillSwitchContext }
  | { readonly kind: "releasing" }
  | { readonly kind: "notEngaged" }
  | { readonly kind: "otherEpoch"; readonly wanted: number };

export const NEVER_ENGAGED: KillSwitchContext = {
  phase: "released",
  epoch: 0,
  reason: null,
  engagedAt: null,
  releasedAt: null,
};

/** After a restart: what was durable holds (I1). */
export function restoreKillSwitch(stored: KillSwitchState): KillSwitchContext {
  const { engaged, epoch, reason, engagedAt, releasedAt } = stored;
  return { phase: engaged ? "engaged" : "released", epoch, reason, engagedAt, releasedAt };
}

/** As users see it and the store keeps it. */
export function killSwitchState(context: KillSwitchContext): KillSwitchState {
  const { epoch, reason, engagedAt } = context;
  const engaged = isClosed(context);
  return { engaged, epoch, reason, engagedAt, releasedAt: engaged ? null : context.releasedAt };
}

/** I1. Nothing that adds exposure may leave. */
export function isClosed({ phase }: KillSwitchContext): boolean {
  return phase !== "released";
}

export function engage(
  { epoch }: KillSwitchContext,
  { reason, at }: { readonly reason: string; readonly at: EpochMs },
): KillSwitchContext {
  return { phase: "engaging", epoch: epoch + 1, reason, engagedAt: at, releasedAt: null };
}

/** The engagement is on disk. A newer command has made it history (I2). */
export function engagementCommitted(context: KillSwitchContext, epoch: number): KillSwitchContext {
  assert(epoch <= context.epoch, "an engagement was made before it is committed");
  if (context.epoch !== epoch || context.phase !== "engaging") return context;
  return { ...context, phase: "engaged" };
}

export function release(
  context: KillSwitchContext,
  { epoch, at }: { readonly epoch: number; readonly at: EpochMs },
): ReleaseVerdict {
  if (context.phase === "released") return { kind: "notEngaged" };
  if (context.epoch !== epoch) return { kind: "otherEpoch", wanted: context.epoch };
  if (context.phase === "releasing") return { kind: "releasing" };
  return { kind: "release", next: { ...context, phase: "releasing", releasedAt: at } };
}

/** The release is on disk: it opens, unless it was engaged anew meanwhile (I2). */
export function releaseCommitted(context: KillSwitchContext, epoch: number): KillSwitchContext {
  if (context.epoch !== epoch || context.phase !== "releasing") return context;
  return { ...context, phase: "released" };
}
