/** Stands for ccxt's own declarations, which are loose and make type checking take seconds. */
import type { CcxtErrorClass, CcxtExchangeClass } from "./ccxt.ts";
export declare const pro: {
  readonly binance: CcxtExchangeClass;
  readonly [venue: string]: CcxtExchangeClass | undefined;
};
export declare const BaseError: CcxtErrorClass;
