/** Keys in a configuration: which a venue needs, of which form, and those that lie in files. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { loadConfig, parseConfig } from "../../src/config/config.ts";
import { ConfigError } from "../../src/model/errors.ts";
import { CCXT_KINDS, CCXT_VENUES } from "../../src/model/exchange_kinds.ts";
import { redactKnown } from "../../src/telemetry/redact.ts";

/** A key pair made for this test; it guards nothing. */
const BODY = btoa("not a key of anybody, only the form of one").slice(0, 40);
const PEM = `-----BEGIN EC PRIVATE KEY-----\n${BODY}\n-----END EC PRIVATE KEY-----\n`;
const NAME = "organizations/0a1b/apiKeys/2c3d";
const WALLET = `0x${"Ab".repeat(20)}`;

function parse(text: string, env: Readonly<Record<string, string>> = {}) {
  return parseConfig(text, { file: "k.yaml", env: (name) => env[name] });
}

function mistakes(text: string, env: Readonly<Record<string, string>> = {}): readonly string[] {
  return assertThrows(() => parse(text, env), ConfigError).message.split("\n");
}

/** A folder with a configuration and a key beside it. */
async function withFiles<T>(
  files: Readonly<Record<string, { readonly text: string; readonly mode: number }>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, { text, mode }] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      await Deno.chmod(`${folder}/${name}`, mode);
    }
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const kind of CCXT_KINDS) {
  Deno.test(`keys: ${kind} without keys names each it needs, and the venue`, () => {
    const { name, keys } = CCXT_VENUES[kind];
    const lines = mistakes(`exchanges:\n  x: { kind: ${kind} }\n`);
    assertEquals(lines.map((line) => line.split(" ")[1]), keys.map((key) => `exchanges.x.${key}:`));
    for (const line of lines) assert(line.includes(`${name} needs ${keys[0]}`), line);
  });

  Deno.test(`keys: ${kind} on the local testnet brings its own`, () => {
    const { x } = parse(`exchanges: { x: { kind: ${kind}, testnet: local } }`).exchanges;
    assertEquals([x?.kind, x?.kind === kind ? x.testnet : null], [kind, "local"]);
  });

  Deno.test(`keys: ${kind} says whether it has a sandbox`, () => {
    const { keys, sandbox, name } = CCXT_VENUES[kind];
    const given = keys.map((key) => `${key}: '\${${key}}'`).join(", ");
    const env = {
      apiKey: kind === "coinbase" ? NAME : "abcdefgh",
      secret: kind === "coinbase" ? PEM : "abcdefgh",
      password: "abcdefgh",
      walletAddress: WALLET,
      privateKey: "0f".repeat(32),
    };
    const text = `exchanges:\n  x: { kind: ${kind}, ${given}, testnet: true }\n`;
    if (sandbox) assertEquals(parse(text, env).exchanges["x"]?.kind, kind);
    else assert(mistakes(text, env)[0]?.includes(`x.testnet: ${name} has no sandbox`));
  });
}

Deno.test("keys: the form of a venue's key is checked, and no value is shown", () => {
  const cases = [
    ["coinbase", { apiKey: "canary-name", secret: PEM }, "apiKey", "organizations/…/apiKeys/…"],
    ["coinbase", { apiKey: NAME, secret: "canary-secret" }, "secret", "BEGIN EC PRIVATE KEY"],
    [
      "hyperliquid",
      { walletAddress: "0xcanary", privateKey: "0f".repeat(32) },
      "walletAddress",
      "40",
    ],
    ["hyperliquid", { walletAddress: WALLET, privateKey: "canary" }, "privateKey", "64 hex digits"],
    ["binance", { apiKey: "canary\nkey", secret: "s" }, "apiKey", "one line"],
  ] as const;
  for (const [kind, given, field, rule] of cases) {
    const keys = Object.keys(given).map((key) => `${key}: '\${${key}}'`).join(", ");
    const [line = "", ...more] = mistakes(`exchanges: { x: { kind: ${kind}, ${keys} } }`, given);
    assertEquals(more, []);
    assert(line.includes(`exchanges.x.${field}: expected`) && line.includes(rule), line);
    assert(!line.includes("canary"), line);
  }
});

Deno.test("keys: the line breaks of a PEM text may be written as \\n", async () => {
  const text = `exchanges: { c: { kind: coinbase, apiKey: ${NAME}, secret: '\${S}' } }`;
  await withFiles({ "k.yaml": { text, mode: 0o600 } }, async (folder) => {
    const env = () => PEM.replaceAll("\n", "\\n");
    const { c } = (await loadConfig(`${folder}/k.yaml`, { env })).exchanges;
    assertEquals(c?.kind === "coinbase" && c.secret, PEM);
  });
});

Deno.test("keys: a key is read from its file, without the line break at its end", async () => {
  const files = {
    "k.yaml": {
      text: "exchanges: { b: { kind: binance, apiKey: '${K}', secret: { file: '${DIR}/s' } } }",
      mode: 0o644,
    },
    s: { text: "file-canary-secret\r\n", mode: 0o600 },
  };
  await withFiles(files, async (folder) => {
    const env = (name: string) => name === "DIR" ? folder : "abcdefgh";
    const { b } = (await loadConfig(`${folder}/k.yaml`, { env })).exchanges;
    assertEquals(b?.kind === "binance" && b.secret, "file-canary-secret");
    assert(!redactKnown("file-canary-secret").includes("canary"), "it is known to the redactor");
  });
});

const REFUSED: readonly (readonly [string, string, number, (path: string) => string])[] = [
  [
    "that others may read",
    "canary-secret",
    0o640,
    (path) => `${path} has mode 0640, so others than its owner can use it: chmod 600 ${path}`,
  ],
  [
    "that others may run",
    "canary-secret",
    0o601,
    (path) => `${path} has mode 0601, so others than its owner can use it: chmod 600 ${path}`,
  ],
  ["that is empty but for a line break", "\n", 0o600, (path) => `${path} is empty`],
  [
    "that is too large",
    "canary".repeat(2_000),
    0o600,
    (path) => `${path} has 12000 bytes, expected at most 8192`,
  ],
];

for (const [name, text, mode, expected] of REFUSED) {
  Deno.test(`keys: a file ${name} is refused, with its place in the configuration`, async () => {
    const config = "exchanges:\n  b: { kind: binance, apiKey: '${K}', secret: { file: '${F}' } }\n";
    const files = { "k.yaml": { text: config, mode: 0o644 }, s: { text, mode } };
    await withFiles(files, async (folder) => {
      const path = `${folder}/s`;
      const env = (name: string) => name === "F" ? path : "abcdefgh";
      const load = () => loadConfig(`${folder}/k.yaml`, { env });
      const { message } = await assertRejects(load, ConfigError);
      assertEquals(message, `${folder}/k.yaml:2:47 exchanges.b.secret: ${expected(path)}`);
      assert(!message.includes("canary"));
    });
  });
}

Deno.test("keys: what is no regular file, or is not there, is refused before it is opened", async () => {
  const load = async (path: string) => {
    const text = "exchanges: { b: { kind: binance, apiKey: '${K}', secret: { file: '${F}' } } }";
    return await withFiles({ "k.yaml": { text, mode: 0o644 } }, async (folder) => {
      const env = (name: string) => name === "F" ? path : "abcdefgh";
      return (await assertRejects(() => loadConfig(`${folder}/k.yaml`, { env }), ConfigError))
        .message;
    });
  };
  const folder = await Deno.makeTempDir();
  try {
    await Deno.chmod(folder, 0o700);
    assert((await load(folder)).endsWith(`${folder} is not a regular file`));
    assert((await load(`${folder}/none`)).endsWith(`cannot read ${folder}/none: no such file`));
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("keys: a file that is meant otherwise is a mistake with its place", () => {
  const section = (secret: string) =>
    `exchanges:\n  b: { kind: binance, apiKey: abcdefgh, secret: ${secret} }\n`;
  assertEquals(mistakes(section("{ fil: ./s }")), [
    "k.yaml:2:41 exchanges.b.secret.file: expected a text, got nothing",
    'k.yaml:2:51 exchanges.b.secret.fil: unknown key (did you mean "file"?)',
  ]);
  assertEquals(mistakes(section("5")), [
    "k.yaml:2:49 exchanges.b.secret: expected a text or { file: path }, " +
    "got a value that is not shown",
  ]);
});

Deno.test("keys: an exchange that is switched off needs neither keys nor variables", async () => {
  const text = "exchanges:\n" +
    "  off: { kind: okx, enabled: false, apiKey: '${NONE}', secret: { file: '${NONE}' } }\n" +
    "  paper: { kind: paper }\n";
  await withFiles({ "k.yaml": { text, mode: 0o644 } }, async (folder) => {
    const { exchanges } = await loadConfig(`${folder}/k.yaml`, { env: () => undefined });
    assertEquals(exchanges["off"]?.enabled, false);
  });
  const on = mistakes(text.replace("enabled: false", "enabled: true")).join("\n");
  assert(on.includes("environment variable NONE is not set"), on);
  assert(on.includes("exchanges.off.password: OKX needs"), on);
  // What is misspelt is a mistake all the same.
  const misspelt = mistakes(text.replace("apiKey: '${NONE}'", "apiKye: x")).join("\n");
  assert(misspelt.includes("exchanges.off.apiKye: unknown key"), misspelt);
  const other = mistakes(text.replace("apiKey", "endpoints")).join("\n");
  assert(other.includes("environment variable NONE is not set"), other);
});

Deno.test("keys: the options of the traditional venues are read", () => {
  const { c, n } = parse(
    "exchanges: { c: { kind: cme, firmId: ABC }, n: { kind: nse, segments: [EQ, FO] } }",
  ).exchanges;
  assertEquals([c?.kind === "cme" && c["firmId"], n?.kind === "nse" && n["route"]], [
    "ABC",
    "broker",
  ]);
  const [line = ""] = mistakes("exchanges: { c: { kind: cme, testnet: local } }");
  assert(line.includes("there is no local testnet of cme"), line);
});

Deno.test("keys: two exchanges on one account are a mistake with its place", async () => {
  const text = (b: string) =>
    "exchanges:\n" +
    "  a: { kind: binance, apiKey: '${K}', secret: '${S}' }\n" +
    `  b: { kind: binance, apiKey: { file: '\${F}' }, secret: '\${S}'${b} }\n`;
  await withFiles({ key: { text: "canary-key\n", mode: 0o600 } }, async (folder) => {
    const env = (name: string) => name === "F" ? `${folder}/key` : `canary-${name.toLowerCase()}ey`;
    const load = async (b: string) => {
      await Deno.writeTextFile(`${folder}/k.yaml`, text(b));
      return await loadConfig(`${folder}/k.yaml`, { env });
    };
    const { message } = await assertRejects(() => load(""), ConfigError);
    assert(
      message.startsWith(`${folder}/k.yaml:3:31 exchanges.b.apiKey: is the account of`),
      message,
    );
    assert(!message.includes("canary"), message);
    for (const apart of [", mode: observe", ", enabled: false", ", testnet: true"]) {
      assertEquals(Object.keys((await load(apart)).exchanges), ["a", "b"]);
    }
  });
});
