import { marketTests } from "./subject.ts";

marketTests("okx inverse swap");
