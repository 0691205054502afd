/** Loads the code of one ccxt exchange, without the hundred others. */
import type { CcxtCode } from "./ccxt.ts";
import { shrinkCurveTable } from "./curves.ts";

/**
 * The class with WebSockets of the exchange that ccxt calls `name`.
 *
 * @throws {Error} when ccxt has no such exchange.
 */
export async function loadVenueCode(name: string): Promise<CcxtCode> {
  try {
    const [venue, errors] = await Promise.all([deep(`pro/${name}.js`), deep("base/errors.js")]);
    shrinkCurveTable();
    return { Exchange: venue["default"], BaseError: errors["BaseError"] } as CcxtCode;
  } catch {
    // Deep paths exist only through this project's import map; embedded elsewhere, the package's
    // root serves, at twice the memory.
    const { pro, BaseError } = await packageRoot();
    const Exchange = pro[name];
    if (Exchange === undefined) throw new Error(`ccxt has no exchange ${name}`);
    return { Exchange, BaseError };
  }
}

function packageRoot() {
  return (
    // @ts-types="./ccxt_root.d.ts"
    import("ccxt")
  );
}

/**
 * Not a literal: a project that embeds this one would otherwise type-check ccxt's own sources,
 * whose dependencies it does not have.
 */
function deep(path: string): Promise<Record<string, unknown>> {
  return import(`ccxt/${path}`);
}
