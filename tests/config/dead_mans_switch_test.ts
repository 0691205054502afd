import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseConfig } from "../../src/config/config.ts";
import { ConfigError } from "../../src/model/errors.ts";

function parse(text: string) {
  return parseConfig(text, { file: "kernel.yaml", env: () => undefined });
}

function mistake(text: string): string {
  return assertThrows(() => parse(text), ConfigError).message;
}

const EXCHANGES = "exchanges: { p: { kind: paper } }\n";

Deno.test("config: a dead-man's switch is read on an account of our own", () => {
  const text =
    "exchanges:\n  p: { kind: paper, exclusiveAccount: true, deadMansSwitch: { timeoutMs: 30000 } }";
  assertEquals(parse(text).exchanges["p"]?.deadMansSwitch, { timeoutMs: 30_000 });
});

Deno.test("config: a dead-man's switch is refused where it would cancel the orders of others", () => {
  const text = "exchanges:\n  p: { kind: paper, deadMansSwitch: { timeoutMs: 30000 } }";
  assertEquals(
    mistake(text),
    "kernel.yaml:2:21 exchanges.p.deadMansSwitch: needs exclusiveAccount: true: it would cancel " +
      "the orders of others too",
  );
});

Deno.test("config: a dead-man's switch is refused where nothing is sent, and where there is none", () => {
  const observe =
    "exchanges:\n  p: { kind: paper, mode: observe, exclusiveAccount: true, deadMansSwitch: { timeoutMs: 30000 } }";
  assert(mistake(observe).includes("mode observe sends nothing"));
  const binance = `exchanges:
  b:
    kind: binance
    testnet: local
    exclusiveAccount: true
    deadMansSwitch: { timeoutMs: 30000 }`;
  assertEquals(
    mistake(binance),
    "kernel.yaml:6:5 exchanges.b.deadMansSwitch: Binance spot has no dead-man's switch: nothing " +
      "would cancel orders for us; remove it",
  );
});

Deno.test("config: a webhook is read", () => {
  const { alerts } = parse(
    EXCHANGES +
      "alerts: { webhook: { url: 'https://hooks.example/x', secret: 0123456789abcdef-x } }",
  );
  assertEquals(alerts, {
    webhook: { url: "https://hooks.example/x", secret: "0123456789abcdef-x" },
  });
});

Deno.test("config: a webhook elsewhere than on http or https is refused, and nothing of it is shown", () => {
  for (
    const url of ["ftp://canary@hooks.example/", "https://user:canary@hooks.example/", "canary"]
  ) {
    const message = mistake(EXCHANGES + `alerts: { webhook: { url: '${url}' } }`);
    assert(message.includes("alerts.webhook.url: expected an http or https address"), message);
    assert(!message.includes("canary"), message);
  }
  const weak = mistake(
    EXCHANGES + "alerts: { webhook: { url: 'https://x.example', secret: canary } }",
  );
  assert(weak.includes("alerts.webhook.secret") && !weak.includes("canary"), weak);
});
