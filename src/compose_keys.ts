/**
 * The keys of the exchanges of one kernel: read from their files, of the form their venue takes,
 * and no two exchanges with one account.
 */
import { withReadKeys } from "./config/credentials.ts";
import { ConfigError } from "./model/errors.ts";
import { type LocalAccount, sharedAccounts } from "./model/exchange_accounts.ts";
import { canonicalKind, testnetRefusal } from "./model/exchange_kinds.ts";
import { credentialOptions, defaultCredentials, isLocalExchange } from "./testnet/credentials.ts";
import { LOCAL_TESTNET_PORT } from "./testnet/local.ts";

type Options = Readonly<Record<string, unknown>>;

/**
 * The sections of the exchanges that are switched on, with their keys as text.
 *
 * @throws {ConfigError} naming the option and never a value.
 */
export async function sectionsWithKeys<Section extends { readonly kind: string }>(
  exchanges: Readonly<Record<string, Section>>,
): Promise<ReadonlyMap<string, Section>> {
  const sections = new Map<string, Section>();
  for (const [id, exchange] of Object.entries(exchanges)) {
    if ((exchange as Options)["enabled"] === false) continue; // a section has text keys
    const at = `exchanges.${id}`;
    const kind = canonicalKind(exchange.kind);
    const section = await withReadKeys(
      { ...exchange, kind },
      (field, rule) => refuse(`${at}.${field}`, rule),
    );
    const refusal = testnetRefusal(kind, (section as Options)["testnet"]);
    if (refusal !== null) refuse(`${at}.testnet`, refusal);
    sections.set(id, section);
  }
  const [shared] = sharedAccounts(sections, LOCAL);
  if (shared !== undefined) refuse(`exchanges.${shared.id}.${shared.field}`, shared.rule);
  return sections;
}

/** Sections may leave both to it. */
const LOCAL: LocalAccount = {
  endpoints: `http://127.0.0.1:${LOCAL_TESTNET_PORT}`,
  // That there is none is told with the option that asks for it.
  key: (kind, field) =>
    isLocalExchange(kind) ? credentialOptions(defaultCredentials(kind))[field] : undefined,
};

function refuse(field: string, rule: string): never {
  throw new ConfigError(`${field}: ${rule}`, { field, rule });
}
