/** The ccxt exchanges by kind. Nothing of ccxt is loaded before an adapter connects. */
import type { AdapterFactory } from "../registry.ts";
import { CcxtAdapter } from "./adapter.ts";
import { parseOptions } from "./options.ts";
import { binanceSpot } from "./profiles/binance.ts";

/**
 * Makes the adapter of one exchange account; it dials nothing before `connect`.
 * @throws {ConfigError} naming the option.
 */
export const createCcxtAdapter: AdapterFactory = (context) => {
  try {
    const options = parseOptions(context.id, context.options);
    const { id, clock } = context;
    return Promise.resolve(new CcxtAdapter({ id, clock, options, profile: binanceSpot }));
  } catch (error) {
    return Promise.reject(error);
  }
};
