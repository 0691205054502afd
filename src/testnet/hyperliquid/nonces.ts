/**
 * "On Hyperliquid, the 100 highest nonces are stored per address. Every new transaction must have
 * nonce larger than the smallest nonce in this set and also never have been used before. … Nonces
 * must be within (T - 2 days, T + 1 day)." Source: hyperliquid.gitbook.io, "Nonces and API wallets",
 * as read on 2026-11-21.
 */
import type { EpochMs } from "../../model/scalars.ts";
import { actionRefusal } from "./refusal.ts";

const KEPT = 100;
const DAY_MS = 86_400_000;
const PAST_MS = 2 * DAY_MS;
const FUTURE_MS = DAY_MS;

export class Nonces {
  /** By signer, ascending. */
  readonly #bySigner = new Map<string, number[]>();

  /** @throws {Refusal} when the nonce cannot be taken. */
  take(signer: string, nonce: number, now: EpochMs): void {
    if (nonce <= now - PAST_MS || nonce >= now + FUTURE_MS) {
      throw actionRefusal(
        `Invalid nonce: nonce ${nonce} is not within two days before or one after`,
      );
    }
    const kept = this.#bySigner.get(signer) ?? [];
    if (kept.includes(nonce)) {
      throw actionRefusal(`Invalid nonce: duplicate nonce ${nonce}`);
    }
    const [least] = kept;
    if (kept.length >= KEPT && least !== undefined && nonce < least) {
      throw actionRefusal(`Invalid nonce: nonce too low ${nonce} < ${least}`);
    }
    const after = kept.findIndex((each) => each > nonce);
    kept.splice(after < 0 ? kept.length : after, 0, nonce);
    if (kept.length > KEPT) kept.shift();
    this.#bySigner.set(signer, kept);
  }
}
