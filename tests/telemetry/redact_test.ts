import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  isSecretField,
  redact,
  REDACTED,
  redactJson,
  redactKnown,
  registerSecret,
} from "../../src/telemetry/redact.ts";

const CANARY = 'canary+secret/"0x1f"=';

Deno.test("redact: a registered secret is replaced in every form it may be written in", () => {
  registerSecret(CANARY);
  const forms = [
    CANARY,
    JSON.stringify(CANARY),
    encodeURIComponent(CANARY),
    btoa(CANARY),
    `https://host/?a=1&x=${encodeURIComponent(CANARY)}&b=2`,
  ];
  for (const form of forms) {
    const text = redact(`before ${form} after`);
    assert(!text.includes("canary") && !text.includes(btoa(CANARY).slice(0, 12)), text);
    assert(text.startsWith("before ") && text.includes(REDACTED), text);
  }
  assertEquals(redactKnown(`a ${CANARY} b`), `a ${REDACTED} b`);
});

Deno.test("redact: of two secrets where one holds the other, both go whole", () => {
  registerSecret("inner-secret");
  registerSecret("outer-inner-secret-outer");
  assertEquals(redactKnown("<outer-inner-secret-outer>"), `<${REDACTED}>`);
});

Deno.test("redact: a value too short to be a key is not registered", () => {
  registerSecret("BUY");
  assertEquals(redact("side BUY"), "side BUY");
});

const SHAPES: readonly string[] = [
  "apiKey=CANARY",
  "api_key: CANARY",
  '{"secret":"CANARY"}',
  '{\\"apiSecret\\":\\"CANARY\\"}',
  "GET /api/v3/order?symbol=X&timestamp=1&signature=CANARY",
  "authorization: Bearer CANARY-CANARY",
  "Authorization: Basic CANARY",
  "X-MBX-APIKEY: CANARY",
  "OK-ACCESS-SIGN: CANARY",
  "passphrase='CANARY'",
  "http://127.0.0.1:7070/inspector#token=CANARY",
  "-----BEGIN EC PRIVATE KEY-----\nCANARY\n-----END EC PRIVATE KEY-----",
  "-----BEGIN PRIVATE KEY-----\nCANARY cut off",
];

for (const shape of SHAPES) {
  Deno.test(`redact: nothing is left of a secret in ${JSON.stringify(shape)}`, () => {
    assert(!redact(shape).includes("CANARY"), redact(shape));
  });
}

Deno.test("redact: a JSON web token goes, wherever it stands", () => {
  const part = (value: unknown) => btoa(JSON.stringify(value)).replace(/=+$/, "");
  const token = `${part({ alg: "ES256" })}.${part({ sub: "key" })}.c2lnbmF0dXJl`;
  assert(!redact(`sent ${token} to the venue`).includes(token));
});

Deno.test("redact: ordinary text and JSON stay as they are", () => {
  const text = '{"symbolId":"BTC/USDT","price":"50000.01","signedAt":5,"keys":["a"]} at tick size';
  assertEquals(redact(text), text);
});

Deno.test("redact: JSON stays JSON", () => {
  const json = JSON.stringify({ secret: "CANARY", list: [{ token: "x" }], note: "apiKey=CANARY" });
  const back = JSON.parse(redact(json));
  assertEquals(back, { secret: REDACTED, list: [{ token: REDACTED }], note: `apiKey=${REDACTED}` });
});

Deno.test("redact: secret fields are known by their names, others are not", () => {
  const secret = ["apiKey", "api_key", "secret", "apiSecret", "password", "passphrase", "token"];
  const headers = ["authorization", "X-MBX-APIKEY", "OK-ACCESS-SIGN", "cookie", "listenKey"];
  for (const name of [...secret, ...headers, "privateKey", "signature"]) {
    assert(isSecretField(name), name);
  }
  for (const name of ["symbol", "key", "signedAt", "tokens_used", "design", "assetId", "passed"]) {
    assert(!isSecretField(name), name);
  }
});

Deno.test("redact: JSON values lose secret fields, and what lies too deep", () => {
  const deep = { a: { b: { c: { d: { e: { f: { g: { h: { i: 1 } } } } } } } } };
  const clean = redactJson({ secret: "x", list: [{ apiKey: "x", ok: 1 }], fn: () => 1, deep });
  const text = JSON.stringify(clean);
  assertEquals(JSON.parse(text).list, [{ apiKey: REDACTED, ok: 1 }]);
  assert(text.includes("…") && !text.includes('"i"'));
});

Deno.test("redact: more secrets than the bound are refused, none is dropped", () => {
  let registered = 0;
  assertThrows(
    () => {
      for (; registered < 2_000; registered++) registerSecret(`bounded-secret-${registered}`);
    },
    RangeError,
    "registered already",
  );
  assertEquals(redactKnown(CANARY), REDACTED);
});
