/**
 * A signed action, over either transport: its signer is recovered and looked up, its nonce and its
 * end are checked, it is counted, and it is done.
 */
import type { ProcessOptions } from "../dialect.ts";
import { ACTIONS, perform } from "./actions.ts";
import type { HyperliquidCore } from "./core.ts";
import { actionRefusal, malformed } from "./refusal.ts";
import { isAddress, type Network, type SignedAction, signerOf } from "./signature.ts";

type Fields = Readonly<Record<string, unknown>>;

/** @throws {Refusal} 422 for what is no action. */
export function readAction(given: unknown): SignedAction {
  if (typeof given !== "object" || given === null) throw malformed();
  const { action, nonce, vaultAddress, expiresAfter, signature } = given as Fields;
  if (typeof action !== "object" || action === null) throw malformed();
  if (typeof nonce !== "number" || !Number.isSafeInteger(nonce) || nonce < 0) throw malformed();
  const vault = vaultAddress === undefined || vaultAddress === null ? null : vaultAddress;
  if (vault !== null && !isAddress(vault)) throw malformed();
  const until = expiresAfter === undefined || expiresAfter === null ? null : expiresAfter;
  if (until !== null && (typeof until !== "number" || !Number.isSafeInteger(until))) {
    throw malformed();
  }
  return {
    action: action as Fields,
    nonce,
    vaultAddress: vault,
    expiresAfter: until,
    signature,
  };
}

/** The answer's body. @throws {Refusal} */
export function run(
  core: HyperliquidCore,
  signed: SignedAction,
  { network, options }: { readonly network: Network; readonly options: ProcessOptions },
): unknown {
  const { action, nonce, vaultAddress, expiresAfter } = signed;
  const kind = typeof action["type"] === "string" ? ACTIONS[action["type"]] : undefined;
  if (kind === undefined) throw malformed();
  const signer = signerIn(signed, network);
  const key = core.venue.keys.get(signer);
  if (key === undefined) throw actionRefusal(`User or API Wallet ${signer} does not exist.`);
  if (vaultAddress !== null) throw actionRefusal(`Vault not registered: ${vaultAddress}`);
  if (expiresAfter !== null && options.receivedAt > expiresAfter) {
    throw actionRefusal(`Action expired after ${expiresAfter}`); // The venue's words are not known.
  }
  if (options.asDuplicate !== true) core.nonces.take(signer, nonce, core.clock.now());
  const account = key.accountId;
  const volume = core.volumeOf(account);
  core.limits.spendAction(account, kind.cancels ? "cancel" : "action", volume);
  return { status: "ok", response: perform(core, action, { account, options }) };
}

function signerIn(signed: SignedAction, network: Network): string {
  let signer: string | null;
  try {
    signer = signerOf(signed, network);
  } catch (error) {
    if (error instanceof RangeError) throw malformed();
    throw error;
  }
  if (signer === null) throw actionRefusal("Unable to recover signer.");
  return signer;
}
