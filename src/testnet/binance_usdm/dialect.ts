/** Binance USDⓈ-M futures: REST, the WebSocket API, market streams and account events. */
import { parseForm } from "../binance/params.ts";
import { RestCall } from "../binance/rest.ts";
import { type StreamRules, StreamSession } from "../binance/stream_socket.ts";
import { WsApiSession } from "../binance/ws_api.ts";
import type { Dialect, DialectContext } from "../dialect.ts";
import { jsonAnswer } from "../http.ts";
import { UserStreams } from "../kit/user_streams.ts";
import { VenueDialect } from "../kit/venue_dialect.ts";
import { STREAM_HOST, UsdmCore, type UsdmOptions } from "./core.ts";
import { isStream, openStreams, type Route, watchBooks } from "./market_streams.ts";
import { USDM_REST, USDM_SOCKET } from "./operations.ts";

const WS_API_HOSTS = ["ws-fapi.binance.com", "testnet.binancefuture.com"];
const STREAM_HOSTS = [STREAM_HOST, "fstream.binancefuture.com"];
/** Real and sandbox names alike, so that either configuration of a client lands here. */
const HOSTS: readonly string[] = [
  "fapi.binance.com",
  "demo-fapi.binance.com",
  ...WS_API_HOSTS,
  ...STREAM_HOSTS,
];
/** `/ws` and `/stream` without a route are gone since 2026-04-23. */
const STREAM_PATH = /^\/(public|market|private)\/(ws|stream)(\/|$)/;

export function binanceUsdmDialect(options: UsdmOptions, context: DialectContext): Dialect {
  const streams = {
    users: new UserStreams(context.frameFaults),
    market: openStreams(context.clock),
  };
  return new VenueDialect<UsdmCore>({
    name: "binanceusdm",
    hosts: HOSTS,
    streams,
    start: () => new UsdmCore(options, context, streams),
    understand: (core, request) => new RestCall(core, request, USDM_REST),
    openSocket(core, request, port) {
      if (WS_API_HOSTS.includes(request.host) && request.path === "/ws-fapi/v1") {
        return new WsApiSession(core, { request, port, api: USDM_SOCKET });
      }
      const [, route] = STREAM_PATH.exec(request.path) ?? [];
      if (!STREAM_HOSTS.includes(request.host) || route === undefined) {
        return jsonAnswer(404, { error: `no WebSocket at ${request.host}${request.path}` });
      }
      // The pattern knows no other routes.
      return new StreamSession(core, { request, port, rules: RULES[route as Route] });
    },
    watchBooks: (core) => watchBooks(streams.market, core.venue.market),
  });
}

const RULES: Readonly<Record<Route, StreamRules<UsdmCore>>> = {
  public: rulesOf("public"),
  market: rulesOf("market"),
  private: {
    ...rulesOf("private"),
    listenKeyIn: ({ query }) => parseForm(query).get("listenKey"),
  },
};

function rulesOf(route: Route): StreamRules<UsdmCore> {
  return {
    operation: route === "private" ? "socket.private" : "socket.public",
    isStream: (name) => isStream(name, route),
    accountOf: (core, listenKey) => core.accountOf(listenKey),
    streams: (core) => core.streams,
    watchBooks: (core) => watchBooks(core.streams, core.venue.market),
    numericIds: true,
  };
}
