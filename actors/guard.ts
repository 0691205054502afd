/**
 * `act` as a callback of a timer or a promise. Nobody catches what is thrown there, and one such
 * error ends the process: it goes to `crashed`, whose supervisor decides.
 */
export function guard<A extends readonly unknown[]>(
  act: (...args: A) => void,
  crashed: (error: unknown) => void,
): (...args: A) => void {
  return (...args) => {
    try {
      act(...args);
    } catch (error) {
      crashed(error);
    }
  };
}
