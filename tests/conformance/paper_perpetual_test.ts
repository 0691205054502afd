import { PAPER_PERPETUAL, paperTarget } from "./paper_target.ts";
import { targetTest } from "./subject.ts";

targetTest(paperTarget("paper perpetual", PAPER_PERPETUAL));
