/** CME Globex: iLink 3 for orders, MDP 3.0 for market data. Sources: docs/venues/CME.md. */
import type { TraditionalVenue } from "./venue.ts";

export const CME: TraditionalVenue = {
  kind: "cme",
  name: "CME Globex",
  requirements: [
    { option: "apiKey", what: "the HMAC access key id", group: "credentials" },
    { option: "secret", what: "the HMAC secret key", group: "credentials" },
    { option: "sessionId", what: "the iLink session id", group: "session" },
    { option: "firmId", what: "the executing firm id (GFID)", group: "session" },
    {
      option: "gateway",
      what: "host:port of the segment or convenience gateway",
      group: "gateway",
    },
    {
      option: "certification",
      what: "the AutoCert+ result of this system",
      group: "certification",
    },
  ],
  unbuilt: "a FIXP session with SBE messages (iLink 3) and a reader of the MDP 3.0 multicast feeds",
  document: "docs/venues/CME.md",
};
