/** The frames of the stream bench as Binance sends them, the same ones in turn for every side. */
import { SeededRandom } from "../../src/system/seeded_random.ts";

/** A placed order that the frames fill. */
export interface FilledOrder {
  readonly exchangeOrderId: string;
  readonly clientOrderId: string;
}

const SYMBOL = "BTCUSDT";
const TICK_CENTS = 100;
/** Where the testnet's market stands. */
const MIDDLE_CENTS = 5_000_000;
/** The levels of each side that change at random; a frame is of the size of a busy second's. */
const LEVELS = 100;
const LEVELS_PER_SIDE = 4;

/** Diffs of one order book that follow each other without a gap. */
export class BookFrames {
  readonly #random = new SeededRandom(11);
  #id = 0;

  /** @returns texts as they come from the socket. */
  take(count: number): readonly string[] {
    return Array.from({ length: count }, () => this.#next());
  }

  #next(): string {
    // The first one reaches over whatever number the snapshot has.
    const from = this.#id + 1;
    this.#id = this.#id === 0 ? 1_000_000_000 : this.#id + 3;
    return JSON.stringify({
      e: "depthUpdate",
      E: 1_700_000_000_000 + this.#id % 1_000_000,
      s: SYMBOL,
      U: from,
      u: this.#id,
      b: this.#levels(-1),
      a: this.#levels(1),
    });
  }

  #levels(sign: 1 | -1): readonly (readonly [string, string])[] {
    return Array.from({ length: LEVELS_PER_SIDE }, () => {
      const away = 1 + Math.floor(this.#random.next() * LEVELS);
      const cents = MIDDLE_CENTS + sign * away * TICK_CENTS;
      const quantity = this.#random.next() < 0.2 ? 0 : this.#random.next() * 5;
      return [`${(cents / 100).toFixed(2)}000000`, quantity.toFixed(8)] as const;
    });
  }
}

/** Partial fills of the orders in turn; each carries a trade and the sum so far. */
export class ExecutionFrames {
  readonly #orders: readonly FilledOrder[];
  readonly #filled: number[];
  #trades = 0;

  constructor(orders: readonly FilledOrder[]) {
    this.#orders = orders;
    this.#filled = orders.map(() => 0);
  }

  take(count: number): readonly string[] {
    return Array.from({ length: count }, () => this.#next());
  }

  #next(): string {
    const trade = ++this.#trades;
    const at = trade % this.#orders.length;
    const { exchangeOrderId, clientOrderId } = this.#orders[at]!;
    const filled = this.#filled[at] = this.#filled[at]! + 1;
    return JSON.stringify({
      subscriptionId: 0,
      event: {
        e: "executionReport",
        E: 1_700_000_000_100,
        s: SYMBOL,
        c: clientOrderId,
        S: "BUY",
        o: "LIMIT",
        f: "GTC",
        q: "1.00000000",
        p: "20000.00000000",
        P: "0.00000000",
        F: "0.00000000",
        g: -1,
        C: "",
        x: "TRADE",
        X: "PARTIALLY_FILLED",
        r: "NONE",
        i: Number(exchangeOrderId),
        l: "0.00001000",
        z: (filled / 100_000).toFixed(8),
        L: "20000.00000000",
        n: "0.00000001",
        N: "BTC",
        T: 1_700_000_000_099,
        t: trade,
        I: 8_641_984,
        w: true,
        m: true,
        M: false,
        O: 1_700_000_000_099,
        Z: "0.00000000",
        Y: "0.20000000",
        Q: "0.00000000",
        W: 1_700_000_000_099,
        V: "NONE",
      },
    });
  }
}
