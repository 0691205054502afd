import { marketTests } from "./subject.ts";

marketTests("coinbase spot");
