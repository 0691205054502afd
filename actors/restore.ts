/** Reads an intent back from its stored rows. A row is input at a door: it is checked. */
import type { IntentContext, IntentPolicy, Phase } from "../machines/intent_context.ts";
import { INTENT_MACHINE_VERSION, intentMachine, stateValue } from "../machines/intent.ts";
import { recover, type StoredContext } from "../machines/recover.ts";
import { StoreError } from "../src/model/errors.ts";
import type { Store, StoredIntent } from "../src/stores/store.ts";
import type { FactIds } from "./routes.ts";

/** @throws {StoreError} naming the intent, the field and the value. */
export function restoreIntent(stored: StoredIntent, policy: IntentPolicy): IntentContext {
  if (stored.version !== INTENT_MACHINE_VERSION) {
    throw bad(stored, "version", INTENT_MACHINE_VERSION, stored.version);
  }
  if (!isPhase(stored.state)) throw bad(stored, "state", "a state of the machine", stored.state);
  let context: unknown;
  try {
    context = JSON.parse(stored.context);
  } catch {
    throw bad(stored, "context", "JSON", stored.context.slice(0, 64));
  }
  if (!isStoredContext(context)) {
    throw bad(stored, "context", "a machine context", stored.context.slice(0, 64));
  }
  return recover(context, { intent: stored.intent, policy, phase: stored.state });
}

/** The stored intent a fact is about, by client order id, else by exchange order id. */
export function findStored(
  store: Store,
  exchangeId: string,
  ids: FactIds,
): StoredIntent | undefined {
  const byClient = ids.clientOrderId === null
    ? undefined
    : store.intentByClientOrderId(exchangeId, ids.clientOrderId);
  return byClient ??
    store.intentByExchangeOrderId(exchangeId, ids.symbolId, ids.exchangeOrderId);
}

function bad(stored: StoredIntent, field: string, rule: string, actual: string): StoreError {
  return new StoreError(
    `Cannot restore intent ${stored.intentId}: ${field} must be ${rule}, got ${actual}`,
    { intentId: stored.intentId, field, rule, actual },
  );
}

function isPhase(state: string): state is Phase {
  const node = stateValue(state as Phase); // checked by the very look-up below
  const [top, inner] = typeof node === "string" ? [node, undefined] : Object.entries(node)[0] ?? [];
  const parent = top === undefined ? undefined : intentMachine.root.states[top];
  if (parent === undefined) return false;
  return inner === undefined
    ? Object.keys(parent.states).length === 0
    : parent.states[inner] !== undefined;
}

/** Whatever else is absent is as in a fresh context. */
const OF_ATTEMPT = ["generation", "attempt", "clientOrderId", "amount", "admittedAt", "deadline"];

function isStoredContext(value: unknown): value is StoredContext {
  if (typeof value !== "object" || value === null) return false;
  if (!("attempts" in value) || !Array.isArray(value.attempts)) return false;
  return value.attempts.every((attempt) =>
    typeof attempt === "object" && attempt !== null && OF_ATTEMPT.every((key) => key in attempt)
  );
}
