import { marketTests } from "./subject.ts";

marketTests("kraken spot");
