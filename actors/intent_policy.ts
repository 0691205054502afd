/** What a venue allows and how long its proofs take, as the intent machine wants it. */
import type { IntentPolicy } from "../machines/intent_context.ts";
import { SEND_SLACK_MS } from "../machines/timeouts.ts";
import type { ExchangeCapabilities } from "../src/exchanges/exchange.ts";

export function intentPolicy(capabilities: ExchangeCapabilities): IntentPolicy {
  const { validityMs, engineBoundMs, settleMs, retentionMs } = capabilities.timing;
  return {
    amendInPlace: capabilities.amendInPlace,
    cancelByClientOrderId: capabilities.cancelByClientOrderId,
    proofAfterMs: engineBoundMs + settleMs,
    landsWithinMs: validityMs + SEND_SLACK_MS,
    retentionMs,
  };
}
