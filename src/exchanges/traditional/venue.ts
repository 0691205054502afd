/** What stands between this program and a traditional exchange. */

/** Something a connection needs that a section may give. */
export interface Requirement {
  readonly option: string;
  /** For people, e.g. `the FIXP session id, three characters`. */
  readonly what: string;
  readonly group: "credentials" | "session" | "gateway" | "certification";
}

export interface TraditionalVenue {
  readonly kind: "cme" | "nse";
  readonly name: string;
  readonly requirements: readonly Requirement[];
  /** What no option can give: it is not built. */
  readonly unbuilt: string;
  /** Where the way there is described. */
  readonly document: string;
}
