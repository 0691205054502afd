/** The records of the exported suite, for the tests that only one kind of store has. */
export {
  drift,
  event,
  fill,
  intentOf,
  NOON,
  parkedFact,
  placement,
  turn,
} from "../../src/conformance/store/records.ts";
