import { marketTests } from "./subject.ts";

marketTests("binance spot");
