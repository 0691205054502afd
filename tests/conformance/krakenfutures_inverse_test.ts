import { marketTests } from "./subject.ts";

marketTests("krakenfutures inverse");
