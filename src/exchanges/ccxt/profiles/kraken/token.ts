/** The token of an exchange's private socket, which every order sent over it must carry. */
import type { CcxtExchange } from "../../ccxt.ts";

const tokens = new WeakMap<CcxtExchange, string>();

export function keepToken(exchange: CcxtExchange, token: string): void {
  tokens.set(exchange, token);
}

/** Undefined before the first socket was opened. */
export function tokenOf(exchange: CcxtExchange): string | undefined {
  return tokens.get(exchange);
}
