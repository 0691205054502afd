/** Kraken spot, over REST and WebSocket v2. */
import type { Dialect, DialectContext } from "../dialect.ts";
import { jsonAnswer } from "../http.ts";
import { UserStreams } from "../kit/user_streams.ts";
import { VenueDialect } from "../kit/venue_dialect.ts";
import { KrakenCore, type KrakenOptions, PRIVATE_HOST } from "./core.ts";
import { KrakenVoice, openStreams } from "./market_streams.ts";
import { PrivateSession } from "./private_socket.ts";
import { PublicSession } from "./public_socket.ts";
import { RestCall } from "./rest.ts";

const PUBLIC_HOST = "ws.kraken.com";

export function krakenDialect(options: KrakenOptions, context: DialectContext): Dialect {
  const voice = new KrakenVoice(context.clock);
  const streams = {
    users: new UserStreams(context.frameFaults),
    market: openStreams(context.clock, voice),
    voice,
  };
  return new VenueDialect<KrakenCore>({
    name: "kraken",
    hosts: ["api.kraken.com", PUBLIC_HOST, PRIVATE_HOST],
    streams,
    start: () => new KrakenCore(options, context, streams),
    understand: (core, request) => new RestCall(core, request),
    openSocket(core, request, port) {
      if (request.path === "/v2") {
        if (request.host === PRIVATE_HOST) return new PrivateSession(core, request, port);
        if (request.host === PUBLIC_HOST) return new PublicSession(core, request, port);
      }
      return jsonAnswer(404, { error: [`no WebSocket at ${request.host}${request.path}`] });
    },
  });
}
