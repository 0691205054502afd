/** One sentence of the safety protocol, and what would fail if it were not true. */

export interface Sentence {
  readonly sentence: string;
  /** Each file holds a test, or the row of one, with this text. */
  readonly shownBy: readonly (readonly [file: string, test: string])[];
  /** Rules that the simulator checks, as it names them: `S7`. */
  readonly rules?: readonly string[];
  /** Planted bugs that break the sentence and that the simulator has to find. */
  readonly mutants?: readonly string[];
}
