/** Stands for the declarations of `ccxt/base/errors.js`. */
import type { CcxtErrorClass } from "./ccxt.ts";
export declare const BaseError: CcxtErrorClass;
