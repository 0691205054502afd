import { assertEquals } from "@std/assert";

/**
 * Licences under which we may be used together with a package without owing more than its notice.
 * EPL-2.0 (elkjs) covers its own files only; they are used unchanged.
 */
const ALLOWED = new Set(["MIT", "ISC", "Apache-2.0", "BSD-3-Clause", "EPL-2.0"]);

Deno.test("licences: every npm package in the lock file has one that is allowed", async () => {
  const root = new URL("../", import.meta.url);
  const lock = JSON.parse(await Deno.readTextFile(new URL("deno.lock", root)));
  const refused: string[] = [];
  for (const key of Object.keys(lock.npm)) {
    const [, name = "", version = ""] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
    const folder = `node_modules/.deno/${name.replace("/", "+")}@${version}/node_modules/${name}/`;
    const file = new URL(`${folder}package.json`, root);
    const { license } = JSON.parse(await Deno.readTextFile(file));
    // A choice (`A OR B`) is ours to make.
    const choices: readonly string[] = String(license).replace(/[()]/g, "").split(" OR ");
    if (!choices.some((choice) => ALLOWED.has(choice))) refused.push(`${key}: ${license}`);
  }
  assertEquals(refused, []);
});

Deno.test("licences: what is vendored brings its licence along", async () => {
  const page = new URL("../src/inspector/page/", import.meta.url);
  for (
    const file of [
      "vendor/LICENSES.txt",
      "fonts/LICENSE-inter.txt",
      "fonts/LICENSE-jetbrains-mono.txt",
    ]
  ) {
    assertEquals((await Deno.stat(new URL(file, page))).isFile, true);
  }
});
