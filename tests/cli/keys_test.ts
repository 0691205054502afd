/** `xk keys`: files for their owner only, and no key on any screen. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/config.ts";
import { FakeStdin, type Ran, xk } from "./terminal.ts";

/** No key of anybody. */
const CANARY = "canary-key-5f3a9c";

class KeysDir implements AsyncDisposable {
  private constructor(readonly root: string) {}

  static async open(): Promise<KeysDir> {
    return new KeysDir(await Deno.makeTempDir());
  }

  get path(): string {
    return `${this.root}/keys`;
  }

  /** Whatever is printed, no key is in it. */
  async keys(args: readonly string[], stdin?: FakeStdin): Promise<Ran> {
    const ran = await xk(["keys", ...args, "--dir", this.path], {}, stdin);
    assert(!(ran.out + ran.err).includes(CANARY), "a key was shown");
    return ran;
  }

  pipe(text: string | Uint8Array, ...args: readonly string[]): Promise<Ran> {
    return this.keys(args, new FakeStdin(text, { isTerminal: false }));
  }

  async type(text: string, ...args: readonly string[]): Promise<Ran> {
    const stdin = new FakeStdin(text, { isTerminal: true });
    const ran = await this.keys(args, stdin);
    assertEquals([stdin.wasRaw, stdin.isRaw], [true, false], "typing is shown again afterwards");
    return ran;
  }

  read(file: string): Promise<string> {
    return Deno.readTextFile(`${this.path}/${file}`);
  }

  async files(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(this.path)) names.push(name);
    return names.sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

async function modeOf(path: string): Promise<string> {
  return (((await Deno.stat(path)).mode ?? 0) & 0o777).toString(8);
}

Deno.test("xk keys add: what is piped in becomes a file of mode 0600 that the kernel reads", async () => {
  await using dir = await KeysDir.open();
  const { code, out, err } = await dir.pipe(`${CANARY}\n`, "add", "main", "secret");
  assertEquals([code, err], [0, ""]);
  assertStringIncludes(out, `${dir.path}/main.secret written, for its owner only (mode 0600)`);
  assertEquals([await modeOf(`${dir.path}/main.secret`), await modeOf(dir.path)], ["600", "700"]);
  assertEquals([await dir.read("main.secret"), await dir.files()], [CANARY, ["main.secret"]]);
});

Deno.test("xk keys add: asked for at a terminal, one after the other, without showing it", async () => {
  await using dir = await KeysDir.open();
  const kinds = ["apiKey", "secret", "password"];
  const one = new FakeStdin(`${CANARY}-1\r${CANARY}-2\r${CANARY}-3\r`, { isTerminal: true });
  const { code, out, err } = await dir.keys(["add", "main", ...kinds], one);
  assertEquals(code, 0);
  assertEquals(
    err,
    "apiKey of main (not shown): \nsecret of main (not shown): \npassword of main (not shown): \n",
  );
  assertEquals(await dir.read("main.password"), `${CANARY}-3`);
  // What it says to write into the configuration works as printed.
  const lines = out.split("\n").filter((line) => line.startsWith("  "));
  const config = `${dir.root}/kernel.yaml`;
  await Deno.writeTextFile(
    config,
    `exchanges:\n  main:\n    kind: okx\n${lines.map((line) => `  ${line}\n`).join("")}`,
  );
  const { main } = (await loadConfig(config)).exchanges;
  assertEquals(main?.kind === "okx" && main.secret, `${CANARY}-2`);
});

Deno.test("xk keys add: a slip while typing can be taken back", async () => {
  await using dir = await KeysDir.open();
  await dir.type(`nonsense\u0015${CANARY}é\u007fx\b\r`, "add", "main", "apiKey");
  assertEquals(await dir.read("main.apiKey"), CANARY);
});

Deno.test("xk keys add: a private key of several lines is pasted whole", async () => {
  await using dir = await KeysDir.open();
  const pem = `-----BEGIN EC PRIVATE KEY-----\n${CANARY}\n-----END EC PRIVATE KEY-----`;
  await dir.type(`${pem.replaceAll("\n", "\r")}\r`, "add", "coin", "secret");
  assertEquals(await dir.read("coin.secret"), pem);
  await dir.type(`${pem.replaceAll("\n", "\r\n")}\r\n`, "add", "other", "secret");
  assertEquals(await dir.read("other.secret"), pem);
});

Deno.test("xk keys add: Ctrl-C and an empty answer write nothing", async () => {
  await using dir = await KeysDir.open();
  const canceled = await dir.type(`${CANARY}\u0003`, "add", "main", "secret");
  assertEquals([canceled.code, canceled.err.split("\n")[1]], [
    1,
    "xk: secret: canceled: nothing was written",
  ]);
  assertStringIncludes((await dir.type("\r", "add", "main", "secret")).err, "got nothing");
  assertEquals((await dir.keys(["list"])).out.trim(), "NAME  KIND");
});

Deno.test("xk keys add: a key that is there stays, unless it is to be replaced", async () => {
  await using dir = await KeysDir.open();
  await dir.pipe(`${CANARY}-1`, "add", "main", "secret");
  await Deno.chmod(`${dir.path}/main.secret`, 0o644);
  const kept = await dir.pipe(`${CANARY}-2`, "add", "main", "secret");
  assertEquals(kept.code, 1);
  assertStringIncludes(kept.err, "main.secret exists; --replace overwrites it");
  assertEquals(await dir.read("main.secret"), `${CANARY}-1`);
  const replaced = await dir.pipe(`${CANARY}-2`, "add", "main", "secret", "--replace");
  assertEquals([replaced.code, await dir.read("main.secret")], [0, `${CANARY}-2`]);
  assertEquals(await modeOf(`${dir.path}/main.secret`), "600");
});

Deno.test("xk keys add: what cannot be a key is refused, and nothing of it shown", async () => {
  await using dir = await KeysDir.open();
  const wrong: readonly (readonly [string | Uint8Array, readonly string[], number, string])[] = [
    ["x".repeat(8_193), ["main", "secret"], 1, "at most 8192 bytes"],
    [new Uint8Array([0xff, 0xfe]), ["main", "secret"], 1, "UTF-8"],
    [CANARY, ["main", "secrett"], 2, 'did you mean "secret"?'],
    [CANARY, ["main", "secret", CANARY], 2, "kind: expected one of apiKey, secret"],
    [CANARY, ["../main", "secret"], 2, "name: expected a name"],
    [CANARY, ["main", "secret", "secret"], 2, "name each kind once"],
    [CANARY, ["main", "apiKey", "secret"], 2, "one key can be piped in"],
    [CANARY, ["main"], 2, "missing required argument"],
  ];
  for (const [text, args, code, words] of wrong) {
    const ran = await dir.pipe(text, "add", ...args);
    assertEquals(ran.code, code, args.join(" "));
    assertStringIncludes(ran.err, words);
  }
  assertEquals((await dir.keys(["list", "-o", "json"])).out, '{\n  "items": []\n}\n');
});

Deno.test("xk keys list: names and kinds and nothing else; a file that others can use is told", async () => {
  await using dir = await KeysDir.open();
  await dir.pipe(CANARY, "add", "okx_2", "apiKey");
  await dir.pipe(CANARY, "add", "main", "secret");
  await dir.pipe(CANARY, "add", "main", "apiKey");
  await Deno.writeTextFile(`${dir.path}/README.md`, CANARY);
  await Deno.chmod(`${dir.path}/main.secret`, 0o644);
  const { code, out, err } = await dir.keys(["list"]);
  assertEquals(
    [code, out],
    [0, "NAME   KIND\nmain   apiKey\nmain   secret\nokx_2  apiKey\n"],
  );
  assertStringIncludes(err, "main.secret has mode 0644");
  const { items } = parse((await dir.keys(["list", "-o", "yaml"])).out);
  assertEquals(items[0], { name: "main", kind: "apiKey" });
});

Deno.test("xk keys rm: one kind or all of a name, and says what it removed", async () => {
  await using dir = await KeysDir.open();
  for (const kind of ["apiKey", "secret", "password"]) {
    await dir.pipe(CANARY, "add", "main", kind);
  }
  await dir.pipe(CANARY, "add", "main2", "secret");
  const one = await dir.keys(["rm", "main", "password"]);
  assertEquals(
    [one.code, one.out],
    [
      0,
      `${dir.path}/main.password removed\n` +
      "a kernel that runs has its keys until it is started again\n",
    ],
  );
  const rest = await dir.keys(["rm", "main"]);
  assertStringIncludes(rest.out, `main.apiKey removed\n${dir.path}/main.secret removed\n`);
  assertEquals(await dir.files(), ["main2.secret"]);
  const none = await dir.keys(["rm", "main"]);
  assertEquals([none.code, none.out], [1, ""]);
  assertStringIncludes(none.err, "there is no key of main");
  assertStringIncludes(none.err, "there are keys of main2");
});

Deno.test("xk keys: a folder that cannot be one is named", async () => {
  await using dir = await KeysDir.open();
  await Deno.writeTextFile(dir.path, "a file");
  const { code, err } = await dir.pipe(CANARY, "add", "main", "secret");
  assertEquals(code, 1);
  assertStringIncludes(err, `cannot use the key files in ${dir.path}`);
});
