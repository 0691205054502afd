/** The traditional exchanges by kind; their options are checked, and refused where unknown. */
import { ConfigError } from "../../model/errors.ts";
import type { AdapterFactory } from "../registry.ts";
import { TraditionalAdapter } from "./adapter.ts";
import { CME } from "./cme.ts";
import { NSE_BROKER, NSE_EXCHANGE } from "./nse.ts";
import type { TraditionalVenue } from "./venue.ts";

/** Beside what its connection requires. */
const COMMON = ["kind", "testnet"];
const NSE_OPTIONS = ["route", "segments"];

/**
 * Makes an adapter that refuses to connect.
 *
 * @throws {ConfigError} naming the option.
 */
// deno-lint-ignore require-await -- async turns what it throws into a rejection
export const createTraditionalAdapter: AdapterFactory = async ({ id, options }) => {
  const at = `exchanges.${id}`;
  const venue = venueOf(options, at);
  const known = [
    ...COMMON,
    ...(venue.kind === "nse" ? NSE_OPTIONS : []),
    ...optionsOf(venue.kind),
  ];
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!known.includes(option)) {
      refuse(`${at}.${option}`, `unknown option, expected one of ${known.join(", ")}`);
    }
    if (option === "testnet" ? typeof value === "boolean" : option === "segments") continue;
    const rule = option === "testnet" ? "expected true or false" : "expected a text";
    if (typeof value !== "string" || value === "") refuse(`${at}.${option}`, rule);
  }
  const given = Object.keys(options).filter((option) => options[option] !== undefined);
  return new TraditionalAdapter({ id, venue, given: new Set(given) });
};

/** Of either route: which one is taken may change while the keys stay in the file. */
function optionsOf(kind: TraditionalVenue["kind"]): readonly string[] {
  const venues = [CME, NSE_BROKER, NSE_EXCHANGE].filter((venue) => venue.kind === kind);
  const options = venues.flatMap(({ requirements }) => requirements.map(({ option }) => option));
  return [...new Set(options)];
}

function venueOf(options: Readonly<Record<string, unknown>>, at: string): TraditionalVenue {
  if (options["kind"] === "cme") return CME;
  const { route = "broker" } = options;
  if (route === "broker") return NSE_BROKER;
  if (route === "exchange") return NSE_EXCHANGE;
  return refuse(`${at}.route`, "expected one of broker, exchange");
}

function refuse(path: string, rule: string): never {
  throw new ConfigError(`${path}: ${rule}`, { path, rule });
}
