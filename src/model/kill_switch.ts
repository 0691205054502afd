/** The kill switch as its users see it, and as the store keeps it. */
import { z } from "zod";
import { KILL_REASON_LENGTH_MAX } from "./limits.ts";
import { type EpochMs, EpochMsSchema } from "./scalars.ts";
import { text } from "./schema.ts";

/** Whether anything may be placed, and who said so. */
export interface KillSwitchState {
  /** True from the moment of the call, so before it is acknowledged, until the release is durable. */
  readonly engaged: boolean;
  /** Number of the newest engagement, growing over the life of the store; 0 before the first. */
  readonly epoch: number;
  /** Of that engagement, as given. */
  readonly reason: string | null;
  /** When it was engaged, by our clock. */
  readonly engagedAt: EpochMs | null;
  /** When it was released; null while it is engaged. */
  readonly releasedAt: EpochMs | null;
}

/**
 * Stops all trading of the kernel at once, and keeps it stopped: over restarts, until somebody
 * releases that very engagement.
 */
export interface KillSwitchControl {
  /** As it is now, engaged as soon as `engage` was called. */
  readonly state: KillSwitchState;
  /**
   * From the call on nothing that adds exposure is sent on any exchange, and every order of ours is
   * being canceled, ahead of all other requests. Resolved, the switch and the cancels are on disk.
   * That the orders are gone is told by their events: a venue that is down is asked until it
   * answers.
   *
   * Engaging an engaged switch makes a new epoch, so that nobody who has not seen the newest
   * reason can release it.
   *
   * @param reason for people, 1 to 500 characters; events, errors and `xk` show it.
   * @returns the epoch of this engagement, which `release` has to name.
   * @throws {ValidationError} when there is no reason, or it is too long.
   * @throws {StoreError} when it cannot be made durable: the kernel stays stopped and closes, but
   *   not as engaged after a restart.
   * @throws {KernelClosedError} once the kernel has closed.
   * @example
   * ```ts
   * import { assertEquals, assertRejects } from "@std/assert";
   * import { DeniedError, openKernel } from "@exchange-kernel/kernel";
   *
   * await using kernel = await openKernel({ exchanges: { paper: { kind: "paper" } } });
   * const paper = kernel.exchange("paper");
   * const order = { symbolId: "BTC/USDT", side: "BUY", amount: "0.01", limitPrice: "20000" };
   * const intentId = await paper.placeOrder(order, { waitFor: "accepted" });
   *
   * const epoch = await kernel.killSwitch.engage("prices look wrong");
   * assertEquals(paper.getOrderIntent(intentId).desired, "CANCELED");
   * await assertRejects(() => paper.placeOrder(order), DeniedError, "prices look wrong");
   *
   * await kernel.killSwitch.release(epoch);
   * await paper.placeOrder(order);
   * ```
   */
  engage(reason: string): Promise<number>;
  /**
   * Lets orders be placed again, once that is durable. What was canceled stays canceled.
   *
   * @param epoch of the engagement that is to end.
   * @throws {ConflictError} when it is not engaged, or another epoch is.
   * @throws {StoreError} when it cannot be made durable: it stays engaged.
   * @throws {KernelClosedError} once the kernel has closed.
   */
  release(epoch: number): Promise<void>;
}

export const KillReasonSchema: z.ZodType<string, unknown> = text(KILL_REASON_LENGTH_MAX);

/** The row of the store. */
export const KillSwitchStateSchema: z.ZodType<KillSwitchState, unknown> = z.strictObject({
  engaged: z.boolean(),
  epoch: z.int().min(0),
  reason: z.string().nullable(),
  engagedAt: EpochMsSchema.nullable(),
  releasedAt: EpochMsSchema.nullable(),
});
