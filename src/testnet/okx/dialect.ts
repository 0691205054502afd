/** OKX: REST, public and private WebSockets, on its own hosts. */
import type { Dialect, DialectContext } from "../dialect.ts";
import { jsonAnswer } from "../http.ts";
import { UserStreams } from "../kit/user_streams.ts";
import { VenueDialect } from "../kit/venue_dialect.ts";
import { openStreams, watchBooks } from "./channels.ts";
import { OkxCore, type OkxOptions, REST_HOST, WS_HOST } from "./core.ts";
import { RestCall } from "./rest.ts";
import { OkxSocket, type SocketUrl } from "./socket.ts";

/** Real and demo names alike, so that either configuration of a client lands here. */
const WS_HOSTS = [WS_HOST, "wspap.okx.com"];
const HOSTS: readonly string[] = [REST_HOST, "aws.okx.com", ...WS_HOSTS];
const URLS: Readonly<Record<string, SocketUrl | undefined>> = {
  "/ws/v5/public": "public",
  "/ws/v5/business": "business",
  "/ws/v5/private": "private",
};

export function okxDialect(options: OkxOptions, context: DialectContext): Dialect {
  const streams = {
    users: new UserStreams(context.frameFaults),
    market: openStreams(context.clock),
  };
  return new VenueDialect<OkxCore>({
    name: "okx",
    hosts: HOSTS,
    streams,
    start: () => new OkxCore(options, context, streams),
    understand: (core, request) => new RestCall(core, request),
    openSocket(core, request, port) {
      const url = WS_HOSTS.includes(request.host) ? URLS[request.path] : undefined;
      if (url !== undefined) return new OkxSocket(core, { request, url }, port);
      return jsonAnswer(404, { code: "60017", msg: "Invalid url path" });
    },
    listsEndings: true,
    watchBooks: (core) => watchBooks(streams.market, core.venue.market),
  });
}
