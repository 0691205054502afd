import { PAPER_INVERSE, paperTarget } from "./paper_target.ts";
import { targetTest } from "./subject.ts";

targetTest(paperTarget("paper inverse", PAPER_INVERSE));
