/** What an API key may do, as the venue tells it. */

/** What the account's key may do at the venue. */
export interface KeyPermissions {
  /** Funds may leave by it; transfers to other users of the venue count. */
  readonly withdraw: boolean;
  /** Orders may be placed by it. */
  readonly trade: boolean;
}
