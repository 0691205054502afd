/** The ccxt exchanges by kind. Nothing of ccxt is loaded before an adapter connects. */
import { ConfigError } from "../../model/errors.ts";
import type { AdapterFactory } from "../registry.ts";
import { CcxtAdapter } from "./adapter.ts";
import { parseOptions } from "./options.ts";
import { VENUES } from "./profiles/registry.ts";

/**
 * Makes the adapter of one exchange account; it dials nothing before `connect`.
 *
 * @throws {ConfigError} naming the option.
 */
export const createCcxtAdapter: AdapterFactory = async (context) => {
  const { id, clock } = context;
  const kind = String(context.options["kind"]);
  const venue = VENUES[kind];
  if (venue === undefined) {
    const known = Object.keys(VENUES).join(", ");
    throw new ConfigError(`exchanges.${id}.kind: must be one of ${known}`, {});
  }
  const { credentials, markets } = venue;
  const options = parseOptions(id, context.options, { kind, credentials, markets });
  const profile = await venue.load(options.market);
  return new CcxtAdapter({ id, clock, options, profile });
};
