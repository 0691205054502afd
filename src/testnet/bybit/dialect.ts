/** Bybit v5 with a unified account: spot and linear contracts, over REST and WebSocket. */
import type { Dialect, DialectContext } from "../dialect.ts";
import { jsonAnswer } from "../http.ts";
import { UserStreams } from "../kit/user_streams.ts";
import { VenueDialect } from "../kit/venue_dialect.ts";
import { BybitCore, type BybitOptions, STREAM_HOST } from "./core.ts";
import { BybitVoice, openStreams } from "./market_streams.ts";
import { PrivateSession } from "./private_socket.ts";
import { PublicSession } from "./public_socket.ts";
import { RestCall } from "./rest.ts";
import { TradeSession } from "./trade_socket.ts";

const STREAM_HOSTS: readonly string[] = [STREAM_HOST, "stream-testnet.bybit.com"];
/** Real and sandbox names alike, so that either configuration of a client lands here. */
const HOSTS: readonly string[] = ["api.bybit.com", "api-testnet.bybit.com", ...STREAM_HOSTS];

export function bybitDialect(options: BybitOptions, context: DialectContext): Dialect {
  const voice = new BybitVoice(context.clock);
  const streams = {
    users: new UserStreams(context.frameFaults),
    market: openStreams(context.clock, voice),
    voice,
  };
  let connections = 0;
  return new VenueDialect<BybitCore>({
    name: "bybit",
    hosts: HOSTS,
    streams,
    start: () => new BybitCore(options, context, streams),
    understand: (core, request) => new RestCall(core, request),
    openSocket(core, request, port) {
      const connection = `local-${++connections}`;
      if (STREAM_HOSTS.includes(request.host)) {
        switch (request.path) {
          case "/v5/private":
            return new PrivateSession(core, request, { port, connection });
          case "/v5/trade":
            return new TradeSession(core, request, { port, connection });
          case "/v5/public/spot":
            return new PublicSession(core, request, { port, connection, category: "spot" });
          case "/v5/public/linear":
            return new PublicSession(core, request, { port, connection, category: "linear" });
        }
      }
      return jsonAnswer(404, { error: `no WebSocket at ${request.host}${request.path}` });
    },
  });
}
