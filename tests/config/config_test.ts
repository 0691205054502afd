import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { defaultConfig, loadConfig, parseConfig } from "../../src/config/config.ts";
import type { PaperExchangeConfig } from "../../src/config/schema.ts";
import { paperOptionsOf } from "../../src/exchanges/paper/options.ts";
import { decimal } from "../../src/model/decimal.ts";
import { ConfigError } from "../../src/model/errors.ts";
import { redactKnown } from "../../src/telemetry/redact.ts";

const NO_ENV = () => undefined;

function parse(text: string, env: Readonly<Record<string, string>> = {}, mode?: number) {
  return parseConfig(text, {
    file: "kernel.yaml",
    env: (name) => env[name],
    ...(mode === undefined ? {} : { mode }),
  });
}

/** @returns the lines of the error. */
function mistakes(text: string, env: Readonly<Record<string, string>> = {}, mode?: number) {
  const error = assertThrows(() => parse(text, env, mode), ConfigError);
  return error.message.split("\n");
}

const PAPER = "exchanges: { paper: { kind: paper } }\n";

Deno.test("config: without a file there is one paper exchange in ./data on port 7070", () => {
  assertEquals(defaultConfig(), {
    data: "./data",
    http: { port: 7070, host: "127.0.0.1", auth: "token" },
    exchanges: {
      paper: { kind: "paper", enabled: true, mode: "live", exclusiveAccount: false },
    },
    log: { level: "info" },
  });
});

Deno.test("config: everything set is read, variables are filled in", () => {
  const config = parse(
    `
data: /var/lib/kernel
http: { port: "\${PORT:-7071}", auth: none }
exchanges:
  binance_main:
    kind: binance
    market: spot
    apiKey: "\${KEY}"
    secret: "pre-\${SECRET}-post"
    testnet: local
    endpoints: http://127.0.0.1:7171
    limits: { ordersPerSecond: 10, weightPerMinute: 1200 }
  paper: { kind: paper, balances: { USDT: "1000.50" }, fees: { maker: "0", taker: "0.001" } }
log: { level: debug }
`,
    { KEY: "key-0123456789", SECRET: "middle-0123456789" },
  );
  assertEquals(config.http, { port: 7071, host: "127.0.0.1", auth: "none" });
  assertEquals(config.exchanges["binance_main"], {
    kind: "binance",
    enabled: true,
    mode: "live",
    exclusiveAccount: false,
    market: "spot",
    apiKey: "key-0123456789",
    secret: "pre-middle-0123456789-post",
    testnet: "local",
    endpoints: "http://127.0.0.1:7171",
    limits: { ordersPerSecond: 10, weightPerMinute: 1200 },
  });
  assertEquals(config.log.level, "debug");
});

Deno.test("config: keys are registered for redaction, written out or from variables", () => {
  parse(
    'exchanges: { b: { kind: binance, testnet: local, apiKey: cfg-canary-1, secret: "${S}" } }',
    { S: "cfg-canary-2" },
  );
  const shown = redactKnown("cfg-canary-1 cfg-canary-2");
  assert(!shown.includes("cfg-canary"), shown);
});

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "an unknown kind, with the one that was meant",
    "data: ./data\nexchanges:\n  main:\n    kind: binanec\n",
    [
      "kernel.yaml:4:11 exchanges.main.kind: expected one of paper, binance, okx, bybit, " +
      'hyperliquid, coinbase, kraken, krakenfutures, cme, nse, got "binanec" (did you mean "binance"?)',
    ],
  ],
  [
    "okex, the alias of okx, without its passphrase",
    "exchanges:\n  main: { kind: okex, apiKey: abcdefgh, secret: abcdefgh }\n",
    [
      "kernel.yaml:2:3 exchanges.main.password: OKX needs apiKey, secret and password: expected " +
      "a ${VARIABLE} or { file: path }, got nothing; only `testnet: local` needs no keys",
    ],
  ],
  [
    "no kind",
    "exchanges:\n  main: { apiKey: x }\n",
    [
      "kernel.yaml:2:3 exchanges.main.kind: expected one of paper, binance, okx, bybit, " +
      "hyperliquid, coinbase, kraken, krakenfutures, cme, nse, got nothing",
    ],
  ],
  [
    "an unknown key at the top",
    `${PAPER}htpt: {}\n`,
    ['kernel.yaml:2:1 htpt: unknown key (did you mean "http"?)'],
  ],
  [
    "an unknown key of an exchange",
    "exchanges:\n  p: { kind: paper, latencyMS: 5 }\n",
    ['kernel.yaml:2:21 exchanges.p.latencyMS: unknown key (did you mean "latencyMs"?)'],
  ],
  [
    "a key of another kind",
    "exchanges:\n  p: { kind: paper, apiKey: abcdefgh }\n",
    ["kernel.yaml:2:21 exchanges.p.apiKey: unknown key"],
  ],
  [
    "a port out of range",
    `http: { port: 70000 }\n${PAPER}`,
    ["kernel.yaml:1:15 http.port: expected at most 65535, got number 70000"],
  ],
  [
    "a host that is not loopback",
    `http: { host: 0.0.0.0 }\n${PAPER}`,
    ['kernel.yaml:1:15 http.host: expected one of 127.0.0.1, ::1, localhost, got "0.0.0.0"'],
  ],
  [
    "money as a YAML number",
    "exchanges:\n  p: { kind: paper, balances: { BTC: 0.1 } }\n",
    [
      "kernel.yaml:2:38 exchanges.p.balances.BTC: " +
      'expected a decimal in quotes, e.g. "10.5", got number 0.1',
    ],
  ],
  [
    "a tick size of nothing",
    "exchanges:\n  p:\n    kind: paper\n    instruments:\n" +
    '    - { base: A, quote: B, tickSize: "0", stepSize: "1" }\n',
    ['kernel.yaml:5:38 exchanges.p.instruments.0.tickSize: expected more than 0, got "0"'],
  ],
  [
    "a cap that is no text, and one that there is not",
    `${PAPER}risk: { maxNotionalPerOrder: 5, of: { no: interest } }\n`,
    [
      "kernel.yaml:2:30 risk.maxNotionalPerOrder: " +
      'expected a decimal in quotes, e.g. "10.5", got number 5',
      "kernel.yaml:2:33 risk.of: unknown key",
    ],
  ],
  ["an empty risk section", `${PAPER}risk:\n`, [
    "kernel.yaml:2:6 risk: expected a map, got null",
  ]],
  ["no exchanges", "data: ./x\n", ["kernel.yaml:1:1 exchanges: expected a map, got nothing"]],
  ["an empty file", "", ["kernel.yaml:1:1 exchanges: expected a map, got nothing"]],
  [
    "a name that fits no path",
    "exchanges:\n  a/b: { kind: paper }\n",
    [
      "kernel.yaml:2:3 exchanges.a/b: " +
      "expected a name of 1 to 32 letters, digits, - or _ that starts with a letter",
    ],
  ],
  [
    "an exchange that is no map",
    "exchanges:\n  main: binance\n",
    ["kernel.yaml:2:9 exchanges.main: expected a map with a kind"],
  ],
  [
    "an address with credentials in it",
    "exchanges:\n  b: { kind: binance, apiKey: x1, secret: y1, endpoints: 'http://u:p@h' }\n",
    [
      "kernel.yaml:2:58 exchanges.b.endpoints: expected an http or https address, " +
      'e.g. http://127.0.0.1:7171, got "http://u:p@h"',
    ],
  ],
  [
    "a doubled key",
    "data: a\ndata: b\n",
    ["kernel.yaml:2:1 Map keys must be unique"],
  ],
  [
    "a prototype key, however deep",
    "exchanges:\n  p:\n    kind: paper\n    balances: { __proto__: '1' }\n",
    ["kernel.yaml:4:17 __proto__: this key is not allowed"],
  ],
  ["two documents", `${PAPER}---\n${PAPER}`, [
    "kernel.yaml:2:1 Source contains multiple documents",
  ]],
  [
    "aliases that multiply",
    "a: &a [1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c]\n",
    ["kernel.yaml:1:1 Excessive alias count indicates a resource exhaustion attack"],
  ],
];

for (const [name, text, expected] of CASES) {
  Deno.test(`config: ${name}`, () => assertEquals(mistakes(text), expected));
}

Deno.test("config: brackets without end are a mistake, not a crash", () => {
  const [line = ""] = mistakes("[".repeat(100_000));
  assert(/^kernel\.yaml:1:\d+ .*nested too deeply/.test(line), line);
});

Deno.test("config: a slip in one of several forms or words is suggested as well", () => {
  assertEquals(mistakes("exchanges:\n  o: { kind: okx, testnet: locla }\n").slice(-1), [
    "kernel.yaml:2:28 exchanges.o.testnet: expected one of false, true, local, " +
    'got "locla" (did you mean "local"?)',
  ]);
  assertEquals(mistakes("exchanges:\n  p: { kind: paper, feed: { kind: synthetik } }\n"), [
    "kernel.yaml:2:35 exchanges.p.feed.kind: expected one of none, synthetic, replay, live, " +
    'got "synthetik" (did you mean "synthetic"?)',
  ]);
  assertEquals(mistakes("exchanges:\n  p: { kind: paper, mode: '${M:-obsrve}' }\n"), [
    "kernel.yaml:2:27 exchanges.p.mode: expected one of live, observe, got the value of a variable",
  ]);
});

Deno.test("config: every mistake is reported, in the order of the file", () => {
  const lines = mistakes(`
http: { port: x }
exchanges:
  a: { kind: nope }
  b: { kind: paper, mode: dry }
log: { level: loud }
`);
  assertEquals(lines.map((line) => line.split(" ")[1]), [
    "http.port:",
    "exchanges.a.kind:",
    "exchanges.b.mode:",
    "log.level:",
  ]);
});

Deno.test("config: the paper exchange's contracts are named as it lists them itself", () => {
  const contract = 'base: BTC, quote: USD, tickSize: "0.5", stepSize: "100"';
  const config = parse(
    "exchanges:\n  p:\n    kind: paper\n    margin: { leverage: '20', reduceOnlyExcess: REFUSE }\n" +
      `    instruments:\n      - { ${contract}, type: PERPETUAL, settle: BTC }\n` +
      `      - { ${contract}, type: FUTURES, expiry: '20270326', settle: BTC }\n`,
  );
  const { kind: _, ...section } = config.exchanges["p"] as PaperExchangeConfig;
  const { instruments, margin } = paperOptionsOf({ ...section }, "exchanges.p");
  assertEquals(instruments?.map(({ type, settle, expiry }) => [type, settle, expiry]), [
    ["PERPETUAL", "BTC", undefined],
    ["FUTURES", "BTC", "20270326"],
  ]);
  assertEquals(margin, { leverage: decimal("20"), reduceOnlyExcess: "REFUSE" });
  assertEquals(
    mistakes(`exchanges:\n  p: { kind: paper, instruments: [{ ${contract}, type: SWAP }] }\n`),
    [
      "kernel.yaml:2:100 exchanges.p.instruments.0.type: " +
      'expected one of SPOT, PERPETUAL, FUTURES, got "SWAP"',
    ],
  );
});

const BINANCE = "exchanges:\n  b: { kind: binance, apiKey: '${K}', secret: '${S}' }\n";

Deno.test("config: an unset variable is named, with its place, and nothing follows from it", () => {
  assertEquals(mistakes(BINANCE, { K: "abcdefgh" }), [
    "kernel.yaml:2:47 exchanges.b.secret: environment variable S is not set and has no default",
  ]);
});

Deno.test("config: an empty variable counts as unset, a default may be empty", () => {
  assertEquals(mistakes(BINANCE, { K: "abcdefgh", S: "" }).length, 1);
  const [line = ""] = mistakes(BINANCE.replace("${S}", "${S:-}"), { K: "abcdefgh" });
  assert(line.includes("exchanges.b.secret: expected at least 1 characters"), line);
});

Deno.test("config: a reference that is none is refused, $${ is a literal", () => {
  for (const bad of ["${", "${A", "${1A}", "${A-b}", "${}"]) {
    const [line = ""] = mistakes(`data: '${bad}'\n${PAPER}`);
    assert(line.includes("expected ${NAME} or ${NAME:-default}"), `${bad}: ${line}`);
  }
  assertEquals(parse(`data: 'a$\${B}c$'\n${PAPER}`).data, "a${B}c$");
});

Deno.test("config: a variable is text only: it adds no structure and no reference", () => {
  const config = parse(`data: '\${D}'\n${PAPER}`, { D: "x\nhttp: {}\n${E}", E: "never" });
  assertEquals(config.data, "x\nhttp: {}\n${E}");
});

Deno.test("config: no message holds a secret, nor the value of a variable", () => {
  const env = { K: "cfg-canary-key", S: "cfg-canary-secret", P: "cfg-canary-port" };
  const text = `
http: { port: '\${P}' }
exchanges:
  b: { kind: binance, apiKey: '\${K}', secret: [cfg-canary-list], password: cfg-canary-password }
  c: { kind: '\${S}' }
`;
  const lines = mistakes(text, env);
  assert(lines.length >= 4);
  assert(!lines.join("\n").includes("cfg-canary"), lines.join("\n"));
});

Deno.test("config: mode and whose account it is are taken from a variable too", () => {
  const section = "exchanges: { p: { kind: paper, mode: '${M}', exclusiveAccount: '${X}' } }";
  const { p } = parse(section, { M: "observe", X: "true" }).exchanges;
  assertEquals([p?.mode, p?.exclusiveAccount], ["observe", true]);
  assertEquals(mistakes(section, { M: "watch", X: "maybe" }).length, 2);
});

Deno.test("config: the caps of the kernel and of one exchange are read", () => {
  const { risk, exchanges } = parse(
    `
exchanges:
  p: { kind: paper, risk: { maxOpenOrders: 3, maxPosition: { BTC: "0.5" } } }
risk:
  maxNotionalPerOrder: "10000"
  priceCollarPercent: "\${COLLAR}"
  maxQuantity: { BTC/USDT: "2" }
`,
    { COLLAR: "2.50" },
  );
  assertEquals<unknown>(risk, {
    maxNotionalPerOrder: "10000",
    priceCollarPercent: "2.5",
    maxQuantity: { "BTC/USDT": "2" },
  });
  assertEquals<unknown>(exchanges["p"]?.risk, {
    maxOpenOrders: 3,
    maxPosition: { BTC: "0.5" },
  });
});

Deno.test("config: a cap cannot be switched off", () => {
  for (const cap of ["maxNotionalPerOrder: null", 'priceCollarPercent: "0"', "maxOpenOrders: -1"]) {
    assertEquals(mistakes(`exchanges: { p: { kind: paper } }\nrisk: { ${cap} }`).length, 1, cap);
  }
});

Deno.test("config: only the local testnet needs no keys", () => {
  const { exchanges } = parse("exchanges: { b: { kind: binance, testnet: local } }");
  const section = exchanges["b"]!;
  assertEquals(["apiKey" in section, "secret" in section], [false, false]);
  for (const testnet of ["true", "false"]) {
    const rule = "Binance needs apiKey and secret: expected a ${VARIABLE} or { file: path }, " +
      "got nothing; only `testnet: local` needs no keys";
    assertEquals(mistakes(`exchanges:\n  b: { kind: binance, testnet: ${testnet} }\n`), [
      `kernel.yaml:2:3 exchanges.b.apiKey: ${rule}`,
      `kernel.yaml:2:3 exchanges.b.secret: ${rule}`,
    ]);
  }
});

Deno.test("config: half a key pair is a mistake for the local testnet too", () => {
  assertEquals(mistakes("exchanges:\n  b: { kind: binance, testnet: local, apiKey: abcdefgh }\n"), [
    "kernel.yaml:2:3 exchanges.b.secret: expected apiKey and secret together, or none of them, " +
    "got nothing",
  ]);
});

Deno.test("config: keys written into a file that others can read are refused", () => {
  const written = "exchanges:\n  b: { kind: binance, apiKey: written-key, secret: '${S}' }\n";
  const env = { S: "abcdefgh" };
  const [line = "", ...more] = mistakes(written, env, 0o100644);
  assertEquals(more, []);
  assert(line.startsWith("kernel.yaml:2:31 exchanges.b.apiKey: expected a ${VARIABLE}"), line);
  assert(line.endsWith("mode 644") && !line.includes("written-key"), line);
  parse(written, env, 0o100600);
  parse(written.replace("kind", "testnet: local, kind"), env, 0o100644);
});

Deno.test("config: a file is read, and its name is in the message", async () => {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, `data: ./mine\n${PAPER}`);
    assertEquals((await loadConfig(path, { env: NO_ENV })).data, "./mine");
    await Deno.writeTextFile(path, "data: 5\n");
    const error = await assertRejects(() => loadConfig(path, { env: NO_ENV }), ConfigError);
    assert(error.message.startsWith(`${path}:1:`), error.message);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("config: a missing and an oversized file are ConfigErrors too", async () => {
  const missing = await assertRejects(() => loadConfig("./no/such.yaml"), ConfigError);
  assertEquals(
    missing.message,
    "./no/such.yaml:1:1 cannot read the configuration: no such file",
  );
  const path = await Deno.makeTempFile();
  try {
    await Deno.truncate(path, 2_000_000);
    await assertRejects(() => loadConfig(path), ConfigError, "at most");
  } finally {
    await Deno.remove(path);
  }
});
