/**
 * Which exchanges of one kernel have the same account. Two of them on one would each take the
 * other's orders for a stranger's, and count only their own against its limits.
 */
import { CCXT_VENUES, isCcxtKind } from "./exchange_kinds.ts";

type Section = Readonly<Record<string, unknown>>;

export interface SharedAccount {
  /** The second exchange that has it. */
  readonly id: string;
  /** Its option that names the account. */
  readonly field: string;
  readonly rule: string;
}

/** What a section stands for that leaves it to the local testnet. */
export interface LocalAccount {
  readonly endpoints: string;
  key(kind: string, field: string): string | undefined;
}

/**
 * One that only observes disturbs nobody, and one that is switched off neither.
 *
 * @param sections with their keys as text, by the name of the exchange.
 * @param local null where it is not known: then only what is written is compared.
 */
export function sharedAccounts(
  sections: Iterable<readonly [string, Section]>,
  local: LocalAccount | null,
): readonly SharedAccount[] {
  const first = new Map<string, string>();
  const shared: SharedAccount[] = [];
  for (const [id, section] of sections) {
    if (section["mode"] === "observe" || section["enabled"] === false) continue;
    const account = accountOf(section, local);
    if (account === null) continue;
    const { field, identity } = account;
    const other = first.get(identity);
    if (other === undefined) first.set(identity, id);
    else shared.push({ id, field, rule: ruleOf(other) });
  }
  return shared;
}

function ruleOf(other: string): string {
  return `is the account of exchanges.${other} too: both would act on its orders; ` +
    "give one of them a key of another account, or set mode: observe on it";
}

interface Account {
  readonly field: string;
  /** Equal where the account is. Holds a key: for comparing only. */
  readonly identity: string;
}

/** Null where nothing says which account it is. */
function accountOf(section: Section, local: LocalAccount | null): Account | null {
  const kind = String(section["kind"]);
  if (!isCcxtKind(kind)) return null;
  const { account: field, markets, walletPerMarket } = CCXT_VENUES[kind];
  const isLocal = section["testnet"] === "local";
  // Without keys it is the one account of the local testnet.
  const key = section[field] ?? (isLocal ? local?.key(kind, field) ?? "" : undefined);
  if (typeof key !== "string") return null;
  const market = walletPerMarket ? section["market"] ?? markets[0] : null;
  const { endpoints } = section;
  const host = typeof endpoints === "string"
    ? endpoints.replace(/\/+$/, "")
    : isLocal
    ? local?.endpoints ?? ""
    : null;
  // Addresses are hex: their case is a checksum and no difference.
  const name = field === "walletAddress" ? key.toLowerCase() : key;
  const identity = JSON.stringify([kind, market, section["testnet"] === true, host, name]);
  return { field, identity };
}
