import { marketTests } from "./subject.ts";

marketTests("okx option");
