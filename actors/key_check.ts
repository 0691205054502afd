/**
 * Whether the account's key is one to trade with: a key that may withdraw can lose everything to
 * whoever reads it, and trading never needs that right.
 */
import type { ExchangeAdapter } from "../src/exchanges/exchange.ts";
import { errorName } from "./error_name.ts";

export type KeyCheck =
  | { readonly kind: "fit"; readonly mayNotTrade: boolean }
  | { readonly kind: "refused"; readonly reason: string }
  /** Nobody knows; asking again may tell. */
  | { readonly kind: "failed"; readonly code: string };

/** For people: it is the health message, the event and the alert. */
export const WITHDRAWAL_REFUSED =
  "the key may withdraw: take that right from it at the exchange, then start the exchange again " +
  "(or set allowWithdrawalKeys: true)";

/** Never rejects. */
export async function checkKey(adapter: ExchangeAdapter): Promise<KeyCheck> {
  try {
    const read = await adapter.permissions?.();
    if (read?.kind === "failed") return { kind: "failed", code: read.cause.code };
    const rights = read?.value ?? null;
    if (rights?.withdraw === true) return { kind: "refused", reason: WITHDRAWAL_REFUSED };
    return { kind: "fit", mayNotTrade: rights?.trade === false };
  } catch (error) {
    return { kind: "failed", code: errorName(error) };
  }
}
