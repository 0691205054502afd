import { marketTests } from "./subject.ts";

marketTests("okx swap");
