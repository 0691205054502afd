import { marketTests } from "./subject.ts";

marketTests("hyperliquid perpetual");
