/** An account of the local testnet behind the adapter, and builders for its tests. */
import { assert } from "@std/assert";
import { createCcxtAdapter } from "../../../src/exchanges/ccxt/factory.ts";
import type {
  ExchangeAdapter,
  OrderRef,
  SubmitRequest,
  VenueFact,
} from "../../../src/exchanges/exchange.ts";
import { decimal } from "../../../src/model/decimal.ts";
import type { StandardOrder } from "../../../src/model/order.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { patientClock } from "../../patient_clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { credentialOptions, defaultCredentials } from "../../../src/testnet/credentials.ts";
import type { ExchangeName } from "../../../src/testnet/dialects.ts";
import { startTestnet, type Testnet, type TestnetOptions } from "../../../src/testnet/server.ts";
import { anOrder } from "../../orders.ts";

/** Half a round trip stays open in what we know of the venue's clock; a busy machine makes it long. */
export const CLOCK_SLACK_MS = 1_000;

export const CLIENT_ID = "0123456789abcdef0123456789abcdef";
export const OTHER_ID = "fedcba9876543210fedcba9876543210";
/** Loopback answers in a millisecond; a fault that stays silent is waited for this long. */
const TIMEOUT_MS = 250;

export interface Opened extends AsyncDisposable {
  readonly testnet: Testnet;
  readonly adapter: ExchangeAdapter;
  readonly facts: readonly VenueFact[];
}

/** What else is of the testnet. */
export interface OpenOptions extends Partial<TestnetOptions> {
  /** Of the one account. */
  readonly balances?: Readonly<Record<string, string>>;
  readonly adapter?: Readonly<Record<string, unknown>>;
  /** Asked of the testnet before the adapter connects. */
  readonly before?: (testnet: Testnet) => Promise<void>;
}

/** What tests of one venue do not say again. */
export interface VenueTerms {
  readonly exchange: ExchangeName;
  /** Orders are for it unless they say otherwise. */
  readonly symbolId: string;
  readonly order?: Partial<StandardOrder>;
  readonly adapter?: Readonly<Record<string, unknown>>;
  readonly testnet?: Partial<TestnetOptions>;
  /** A client id in the venue's form; default: as it is. */
  readonly idAtVenue?: (clientOrderId: string) => string;
}

export interface VenueStage {
  readonly exchange: ExchangeName;
  readonly open: (options?: OpenOptions) => Promise<Opened>;
  readonly request: (fields?: Partial<StandardOrder>, clientOrderId?: string) => SubmitRequest;
  /** Far below any price the testnet shows, so that it rests. */
  readonly resting: (fields?: Partial<StandardOrder>, clientOrderId?: string) => SubmitRequest;
  readonly named: (fields?: Partial<OrderRef>) => OrderRef;
  readonly idAtVenue: (clientOrderId: string) => string;
}

export function venueStage(terms: VenueTerms): VenueStage {
  const { exchange, symbolId, idAtVenue = (id) => id } = terms;
  const request: VenueStage["request"] = (fields = {}, clientOrderId = CLIENT_ID) => {
    const order = anOrder({ symbolId, amount: decimal("0.01"), ...terms.order, ...fields });
    return { clientOrderId, order, amount: order.amount, deadline: Number.MAX_SAFE_INTEGER };
  };
  return {
    exchange,
    open: (options = {}) => open(terms, options),
    request,
    resting: (fields, clientOrderId) =>
      request({ limitPrice: decimal("40000"), ...fields }, clientOrderId),
    named: (fields) => ({
      symbolId,
      clientOrderId: CLIENT_ID,
      exchangeOrderId: null,
      ...fields,
    }),
    idAtVenue,
  };
}

export function idOf(n: number): string {
  return n.toString(16).padStart(32, "0");
}

/** `ends` says why it closed. */
export async function openSocket(adapter: ExchangeAdapter, id = "private") {
  const socket = adapter.sockets.find((each) => each.id === id);
  assert(socket !== undefined);
  const ends: string[] = [];
  await socket.open(
    { onFrame() {}, onClose: (reason) => void ends.push(reason) },
    new AbortController().signal,
  );
  return { socket, ends, close: () => socket.close() };
}

/** Loopback needs a few turns of the event loop; more than this is a failure. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 3_000;
  while (!condition()) {
    assert(performance.now() < end, "the condition did not come true within 3 s");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function open(
  { exchange, ...terms }: VenueTerms,
  { balances, before, adapter: given, ...options }: OpenOptions,
): Promise<Opened> {
  const account = defaultCredentials(exchange);
  const testnet = startTestnet({
    clock: systemClock,
    random: systemRandom,
    exchanges: [exchange],
    accounts: [balances === undefined ? account : { ...account, balances }],
    ...terms.testnet,
    ...options,
  });
  const adapter = await createCcxtAdapter({
    id: `${exchange}_main`,
    clock: patientClock,
    random: systemRandom,
    options: {
      kind: exchange,
      ...credentialOptions(account),
      endpoints: testnet.url,
      requestTimeoutMs: TIMEOUT_MS,
      ...terms.adapter,
      ...given,
    },
  });
  const facts: VenueFact[] = [];
  adapter.onFact((fact) => facts.push(fact));
  try {
    await before?.(testnet);
    await adapter.connect(new AbortController().signal);
  } catch (error) {
    await testnet.close();
    throw error;
  }
  return {
    testnet,
    adapter,
    facts,
    async [Symbol.asyncDispose]() {
      await adapter.disconnect();
      await testnet.close();
    },
  };
}
