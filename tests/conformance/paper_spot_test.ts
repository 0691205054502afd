import { PAPER_SPOT, paperTarget } from "./paper_target.ts";
import { targetTest } from "./subject.ts";

targetTest(paperTarget("paper spot", PAPER_SPOT));
