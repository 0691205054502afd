import { marketTests } from "./subject.ts";

marketTests("bybit spot");
