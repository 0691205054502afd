/**
 * NSE and BSE, by a broker's API or as a member of the exchange. Sources: docs/venues/NSE.md.
 */
import type { TraditionalVenue } from "./venue.ts";

/** Through a broker's REST API: what a client of a broker can have. */
export const NSE_BROKER: TraditionalVenue = {
  kind: "nse",
  name: "NSE through a broker",
  requirements: [
    { option: "broker", what: "the broker whose API it is", group: "gateway" },
    { option: "apiKey", what: "the key the broker gave the application", group: "credentials" },
    { option: "secret", what: "the application's secret", group: "credentials" },
    { option: "accessToken", what: "the OAuth2 token of today's login", group: "session" },
    { option: "algoId", what: "the exchange's algo id for the orders", group: "certification" },
  ],
  unbuilt: "the REST and WebSocket API of a broker",
  document: "docs/venues/NSE.md",
};

/** As a trading member: NNF through NEAT Adapter, or the trimmed protocol. */
export const NSE_EXCHANGE: TraditionalVenue = {
  kind: "nse",
  name: "NSE as a member",
  requirements: [
    { option: "memberId", what: "the trading member's id", group: "credentials" },
    { option: "secret", what: "the password of the user id", group: "credentials" },
    { option: "gateway", what: "host:port the exchange gave the member", group: "gateway" },
    { option: "algoId", what: "the exchange's algo id for the orders", group: "certification" },
    {
      option: "certification",
      what: "the exchange's approval of this front end",
      group: "certification",
    },
  ],
  unbuilt: "a session of the NNF trimmed protocol and a reader of the broadcast",
  document: "docs/venues/NSE.md",
};
