/** Stands for the declarations of one class under `ccxt/pro/`. */
import type { CcxtExchangeClass } from "./ccxt.ts";
declare const exchange: CcxtExchangeClass;
export default exchange;
