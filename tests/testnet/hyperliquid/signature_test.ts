import { assertEquals, assertMatch } from "@std/assert";
// @ts-types="../../../node_modules/ccxt/js/src/pro/hyperliquid.d.ts"
import hyperliquid from "ccxt/pro/hyperliquid.js";
import { keccak256 } from "../../../src/testnet/hyperliquid/keccak.ts";
import { packed } from "../../../src/testnet/hyperliquid/message_pack.ts";
import { type Network, signerOf } from "../../../src/testnet/hyperliquid/signature.ts";
import { CLOID, open, orderAction, type Signing, statusOf, WALLET } from "./client.ts";

/** Of the private key 0x0123…0123 (four times sixteen digits), in the SDK's own tests. */
const SDK_SIGNER = "0x14791697260e4c9a71f18484c9f997b308e59325";
const ORDER = { a: 1, b: true, p: "100", s: "100", r: false, t: { limit: { tif: "Gtc" } } };
const order = (fields = {}) => ({
  type: "order",
  orders: [{ ...ORDER, ...fields }],
  grouping: "na",
});
const DUMMY = { type: "dummy", num: 100_000_000_000 };
const VAULT = "0x1719884eb866cb12b2287399b15f7db5e7d775ea";

/** hyperliquid-python-sdk, tests/signing_test.py: [action, vault, network, r, s, v] */
const VECTORS:
  readonly (readonly [string, object, string | null, Network, string, string, number])[] = [
    [
      "an action with a long number",
      DUMMY,
      null,
      "a",
      "0x53749d5b30552aeb2fca34b530185976545bb22d0b3ce6f62e31be961a59298",
      "0x755c40ba9bf05223521753995abb2f73ab3229be8ec921f350cb447e384d8ed8",
      27,
    ],
    [
      "one of the test network",
      DUMMY,
      null,
      "b",
      "0x542af61ef1f429707e3c76c5293c80d01f74ef853e34b76efffcb57e574f9510",
      "0x17b8b32f086e8cdede991f1e2c529f5dd5297cbe8128500e00cbaf766204a613",
      28,
    ],
    [
      "an order",
      order(),
      null,
      "a",
      "0xd65369825a9df5d80099e513cce430311d7d26ddf477f5b3a33d2806b100d78e",
      "0x2b54116ff64054968aa237c20ca9ff68000f977c93289157748a3162b6ea940e",
      28,
    ],
    [
      "an order of the test network",
      order(),
      null,
      "b",
      "0x82b2ba28e76b3d761093aaded1b1cdad4960b3af30212b343fb2e6cdfa4e3d54",
      "0x6b53878fc99d26047f4d7e8c90eb98955a109f44209163f52d8dc4278cbbd9f5",
      27,
    ],
    [
      "an order with a client id",
      order({ c: "0x00000000000000000000000000000001" }),
      null,
      "a",
      "0x41ae18e8239a56cacbc5dad94d45d0b747e5da11ad564077fcac71277a946e3",
      "0x3c61f667e747404fe7eea8f90ab0e76cc12ce60270438b2058324681a00116da",
      27,
    ],
    [
      "an action for a vault",
      DUMMY,
      VAULT,
      "a",
      "0x3c548db75e479f8012acf3000ca3a6b05606bc2ec0c29c50c515066a326239",
      "0x4d402be7396ce74fbba3795769cda45aec00dc3125a984f2a9f23177b190da2c",
      28,
    ],
  ];

for (const [what, action, vaultAddress, network, r, s, v] of VECTORS) {
  Deno.test(`hyperliquid signature: ${what}, as the SDK signs it`, () => {
    const signed = {
      action: action as Record<string, unknown>,
      nonce: 0,
      vaultAddress,
      expiresAfter: null,
      signature: { r, s, v },
    };
    assertEquals(signerOf(signed, network), SDK_SIGNER);
    const other = signerOf({ ...signed, nonce: 1 }, network);
    assertEquals(other === SDK_SIGNER, false);
  });
}

Deno.test("hyperliquid signature: Keccak-256 of nothing, of text, and of more than one block", () => {
  const hash = (text: string) => keccak256(new TextEncoder().encode(text)).toHex();
  assertEquals(hash(""), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  assertEquals(hash("abc"), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  // One block has 136 bytes, of which padding takes one.
  const other = new hyperliquid();
  for (const length of [1, 135, 136, 137, 271, 272, 300]) {
    const text = "a".repeat(length);
    assertEquals(`0x${hash(text)}`, other.hashMessage(new TextEncoder().encode(text)));
  }
});

Deno.test("hyperliquid signature: values are packed in their shortest form, keys in order", () => {
  assertEquals(packed({ b: 1, a: [true, null] }).toHex(), "82a16201a16192c3c0");
  assertEquals(packed([127, 128, 65_535, 65_536]).toHex(), "947fcc80cdffffce00010000");
  assertEquals(packed([-1, -32, -33, -129]).toHex(), "94ffe0d0dfd1ff7f");
  assertEquals(packed("x".repeat(32)).toHex().slice(0, 4), "d920");
});

/** [what, how it is signed, the venue's words] */
const WRONG: readonly (readonly [string, Signing, RegExp])[] = [
  [
    "a stranger's key",
    { privateKey: `0x${"11".repeat(32)}` },
    /^User or API Wallet 0x\w+ does not/,
  ],
  [
    "an order changed after it was signed",
    { after: (body) => ({ ...body, action: orderAction({ s: "5" }) }) },
    /^User or API Wallet 0x\w+ does not/,
  ],
  [
    "another nonce than the signed one",
    { after: (body) => ({ ...body, nonce: Number(body["nonce"]) + 1 }) },
    /^User or API Wallet 0x\w+ does not/,
  ],
  [
    "an end that was not signed",
    { after: (body) => ({ ...body, expiresAfter: 1 }) },
    /^User or API Wallet 0x\w+ does not/,
  ],
  [
    "the signature of another network",
    { host: "api.hyperliquid-testnet.xyz" },
    /^User or API Wallet 0x\w+ does not/,
  ],
  [
    "a signature that is none",
    { after: (body) => ({ ...body, signature: { r: "0x0", s: "0x0", v: 27 } }) },
    /^Unable to recover signer\.$/,
  ],
  ["an old nonce", { nonce: 1_300_000_000_000 }, /^Invalid nonce: /],
  ["an end that has passed", { expiresAfter: 1_300_000_000_000 }, /^Action expired/],
];

for (const [what, signing, words] of WRONG) {
  Deno.test(`hyperliquid testnet: ${what} is refused, and nothing is done`, async () => {
    const { testnet, client } = open();
    await using _ = testnet;
    const { status, body } = await client.place({}, signing);
    assertEquals([status, body.status], [200, "err"], JSON.stringify(body));
    assertMatch(body.response, words);
    assertEquals(testnet.ledger("hyperliquid").orders, []);
  });
}

/** The venue drops them when it reads, and hashes what it has read. */
const REWRITTEN = [{ p: "40000.0" }, { s: "0.010" }, { c: CLOID.toUpperCase().replace("X", "x") }];

for (const fields of REWRITTEN) {
  Deno.test(`hyperliquid testnet: ${JSON.stringify(fields)} seems to be signed by somebody else`, async () => {
    const { testnet, client } = open();
    await using _ = testnet;
    const { body } = await client.place(fields);
    assertMatch(body.response, /^User or API Wallet 0x\w+ does not exist\.$/);
  });
}

Deno.test("hyperliquid testnet: an API wallet signs for its wallet, and only one of both is named", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  assertEquals("resting" in statusOf(await client.place({ c: CLOID })), true);
  assertEquals(testnet.ledger("hyperliquid").orders[0]?.account, WALLET);
});

Deno.test("hyperliquid testnet: a nonce is good once, and may come late among the hundred highest", async () => {
  const { testnet, client, clock } = open();
  await using _ = testnet;
  const now = clock.now();
  const noop = (nonce: number) => client.act({ type: "noop" }, { nonce });
  assertEquals((await noop(now + 50)).body.status, "ok");
  assertEquals((await noop(now)).body.status, "ok"); // Lower, and not used before.
  assertMatch((await noop(now)).body.response, /duplicate nonce/);
  for (let n = 100; n < 200; n++) await noop(now + n);
  assertMatch((await noop(now + 1)).body.response, /nonce too low/);
  assertEquals((await noop(now + 200)).body.status, "ok");
});

Deno.test("hyperliquid testnet: what is no request gets the words of HTTP", async () => {
  const { testnet, client } = open();
  await using _ = testnet;
  const path = "api.hyperliquid.xyz";
  const malformed = [422, "Failed to deserialize the JSON body into the target type"];
  for (const body of [{}, { action: 1 }, { action: {}, nonce: "1" }]) {
    const answer = await client.post(`${path}/exchange`, body);
    assertEquals([answer.status, answer.body], malformed);
  }
  const unknown = await client.info("nothing of the kind");
  assertEquals([unknown.status, unknown.body], malformed);
  assertEquals((await client.act({ type: "withdraw3" })).status, 422);
  assertEquals((await client.post(`${path}/elsewhere`, {})).status, 404);
});
