import { marketTests } from "./subject.ts";

marketTests("hyperliquid spot");
