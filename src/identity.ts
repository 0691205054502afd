/**
 * Who this data dir is at the venues: a tag and a key made once, an epoch that grows per boot, and
 * something random of each boot, for a restored backup knows nothing of the epochs after it.
 */
import type { Random } from "./model/clock.ts";
import { StoreError } from "./model/errors.ts";
import type { InstanceIdentity } from "./model/ids.ts";
import type { Store } from "./stores/store.ts";

const TAG = "identity.tag";
const KEY = "identity.key";
const EPOCH = "identity.epoch";

/** Durable before it returns: no client order id is ever derived twice. @throws {StoreError} */
export async function openIdentity(store: Store, random: Random): Promise<InstanceIdentity> {
  const tag = store.meta(TAG) ?? hex(random.bytes(4));
  const key = store.meta(KEY) ?? hex(random.bytes(32));
  const epoch = Number(store.meta(EPOCH) ?? "0") + 1;
  if (!/^[0-9a-f]{8}$/.test(tag)) throw corrupt(TAG, "8 hex digits", tag);
  if (!/^[0-9a-f]{64}$/.test(key)) throw corrupt(KEY, "64 hex digits", `${key.length} characters`);
  if (!Number.isSafeInteger(epoch) || epoch < 1) {
    throw corrupt(EPOCH, "a counter", store.meta(EPOCH) ?? "");
  }
  const meta = [
    { key: TAG, value: tag },
    { key: KEY, value: key },
    { key: EPOCH, value: String(epoch) },
  ];
  await store.append({ turns: [], meta });
  store.fence(epoch);
  const bytes = Uint8Array.from(key.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return { tag, key: bytes, epoch, boot: `.${hex(random.bytes(8))}` };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function corrupt(field: string, rule: string, actual: string): StoreError {
  return new StoreError(`Cannot open the store: ${field} must be ${rule}, got ${actual}`, {
    field,
    rule,
    actual,
  });
}
