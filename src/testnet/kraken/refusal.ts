/** How Kraken says no: a text in a list, with HTTP 200. */

/** Thrown by whatever reads or checks a request, answered in one place. */
export class Refusal extends Error {}

export function invalid(argument?: string): Refusal {
  const tail = argument === undefined ? "" : `:${argument}`;
  return new Refusal(`EGeneral:Invalid arguments${tail}`);
}

export const unknownPair = () => new Refusal("EQuery:Unknown asset pair");
export const unknownOrder = () => new Refusal("EOrder:Unknown order");
export const invalidNonce = () => new Refusal("EAPI:Invalid nonce");
export const deadlineElapsed = () => new Refusal("EService:Deadline elapsed");
