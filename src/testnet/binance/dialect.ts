/** Binance spot: REST, the WebSocket API, market streams and account events, on its own hosts. */
import type { Dialect, DialectContext } from "../dialect.ts";
import { jsonAnswer } from "../http.ts";
import { UserStreams } from "../kit/user_streams.ts";
import { VenueDialect } from "../kit/venue_dialect.ts";
import { BinanceCore, type BinanceOptions, WS_API_HOST } from "./core.ts";
import { openStreams, watchBooks } from "./market_streams.ts";
import { RestCall, SPOT_REST } from "./rest.ts";
import { spotStream } from "./stream_socket.ts";
import { SPOT_SOCKET, WsApiSession } from "./ws_api.ts";

const STREAM_HOSTS = ["stream.binance.com", "data-stream.binance.vision"];
/** Real and sandbox names alike, so that either configuration of a client lands here. */
const HOSTS: readonly string[] = [
  "api.binance.com",
  "api1.binance.com",
  "api2.binance.com",
  "api3.binance.com",
  "api4.binance.com",
  "api-gcp.binance.com",
  "data-api.binance.vision",
  "testnet.binance.vision",
  "dapi.binance.com",
  WS_API_HOST,
  ...STREAM_HOSTS,
];

export function binanceDialect(options: BinanceOptions, context: DialectContext): Dialect {
  const streams = {
    users: new UserStreams(context.frameFaults),
    market: openStreams(context.clock),
  };
  return new VenueDialect<BinanceCore>({
    name: "binance",
    hosts: HOSTS,
    streams,
    start: () => new BinanceCore(options, context, streams),
    understand: (core, request) => new RestCall(core, request, SPOT_REST),
    openSocket(core, request, port) {
      if (request.host === WS_API_HOST && request.path === "/ws-api/v3") {
        return new WsApiSession(core, { request, port, api: SPOT_SOCKET });
      }
      if (STREAM_HOSTS.includes(request.host)) return spotStream(core, request, port);
      return jsonAnswer(404, { error: `no WebSocket at ${request.host}${request.path}` });
    },
    watchBooks: (core) => watchBooks(streams.market, core.venue.market),
  });
}
