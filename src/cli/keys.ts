/** `xk keys`: writes, lists and removes the files that keys lie in; no kernel is needed for it. */
import { type Command, Option } from "commander";
import { addKey, checkKeyName, listKeys, removeKeys } from "../config/key_directory.ts";
import { readKeyFile } from "../config/key_file.ts";
import { KEY_FILE_BYTES_MAX } from "../model/limits.ts";
import type { Output } from "./context.ts";
import { CommandError, EXIT } from "./exit.ts";
import { dataText } from "./listing_text.ts";
import { readSecret, type SecretStream } from "./secret_input.ts";
import { renderTable } from "./table.ts";

export interface KeysTerminal {
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly stdin: SecretStream;
}

interface DirectoryFlag {
  readonly dir: string;
}

const directoryOption = () =>
  new Option("-d, --dir <dir>", "folder of the key files").default("./keys");

export function addKeys(program: Command, terminal: KeysTerminal): void {
  const command = program.command("keys")
    .description("Writes, lists and removes key files; a kernel need not run.");
  command.command("add")
    .description(
      "Asks for keys and writes each to a file of its own (mode 0600): " +
        "xk keys add okx_main apiKey secret password; or pipes one in: … secret < FILE",
    )
    .argument("<name>", "of the exchange in kernel.yaml")
    .argument("<kinds...>", "which options they are for, e.g. apiKey secret")
    .addOption(directoryOption())
    .option("--replace", "overwrites keys that are there")
    .action(async (name: string, kinds: readonly string[], flags: AddFlags) => {
      await talk(flags.dir, () => add(terminal, { name, kinds }, flags));
    });
  command.command("list")
    .description("Lists names and kinds, never a key.")
    .addOption(directoryOption())
    .addOption(
      new Option("-o, --output <form>", "form of the answer")
        .choices(["table", "json", "yaml"]).default("table"),
    )
    .action(async ({ dir, output }: DirectoryFlag & { readonly output: Output }) => {
      await talk(dir, () => list(terminal, dir, output));
    });
  command.command("rm")
    .description("Removes all keys of a name, or those of the kinds, without asking.")
    .argument("<name>")
    .argument("[kinds...]")
    .addOption(directoryOption())
    .action(async (name: string, kinds: readonly string[], { dir }: DirectoryFlag) => {
      await talk(dir, () => remove(terminal, { name, kinds }, dir));
    });
}

interface AddFlags extends DirectoryFlag {
  readonly replace?: boolean;
}

interface Named {
  readonly name: string;
  readonly kinds: readonly string[];
}

async function add(
  { print, warn, stdin }: KeysTerminal,
  { name, kinds }: Named,
  { dir, replace = false }: AddFlags,
): Promise<void> {
  for (const kind of kinds) checked({ name, kind });
  if (new Set(kinds).size < kinds.length) {
    throw new CommandError("name each kind once", EXIT.usage);
  }
  if (kinds.length > 1 && !stdin.isTerminal()) {
    throw new CommandError("one key can be piped in: name one kind", EXIT.usage);
  }
  const written: string[] = [];
  for (const kind of kinds) {
    const input = { stream: stdin, ask: warn, bytesMax: KEY_FILE_BYTES_MAX };
    const read = await readSecret(`${kind} of ${name} (not shown): `, input);
    if (read.kind === "refused") throw new CommandError(`${kind}: ${read.rule}`);
    const added = await addKey(dir, { name, kind, value: read.value, replace });
    if (added.kind === "refused") throw new CommandError(`${kind}: ${added.rule}`);
    print(`${added.path} written, for its owner only (mode 0600)\n`);
    written.push(`${kind}: { file: ${JSON.stringify(added.path)} }`);
  }
  print(`in kernel.yaml, at exchanges.${name}:\n${written.map((line) => `  ${line}\n`).join("")}`);
}

async function list(
  { print, warn }: KeysTerminal,
  dir: string,
  output: Output,
): Promise<void> {
  const keys = await listKeys(dir);
  const items = keys.map(({ name, kind }) => ({ name, kind }));
  const columns = (["name", "kind"] as const).map((title) => ({
    title,
    cell: (key: typeof items[number]) => key[title],
  }));
  print(output === "table" ? renderTable(items, columns) : dataText(output, { items }));
  for (const { path } of keys) {
    const read = await readKeyFile(path);
    if (read.kind === "refused") warn(`the kernel would refuse it: ${read.rule}\n`);
  }
}

async function remove({ print }: KeysTerminal, { name, kinds }: Named, dir: string): Promise<void> {
  for (const kind of kinds) checked({ name, kind });
  const gone = await removeKeys(dir, { name, kinds });
  for (const { path } of gone) print(`${path} removed\n`);
  if (gone.length > 0) return print("a kernel that runs has its keys until it is started again\n");
  const names = [...new Set((await listKeys(dir)).map((key) => key.name))].join(", ") || "none";
  const what = kinds.length === 0 ? "no key" : `no ${kinds.join(" or ")}`;
  throw new CommandError(`there is ${what} of ${name} in ${dir}; there are keys of ${names}`);
}

/** @throws {CommandError} before anything is asked or changed. */
function checked(key: { readonly name: string; readonly kind: string }): void {
  const refusal = checkKeyName(key);
  if (refusal !== null) throw new CommandError(refusal.rule, EXIT.usage);
}

/** What the system says of files names paths only. */
async function talk(dir: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CommandError || !(error instanceof Error)) throw error;
    const why = error instanceof Deno.errors.NotCapable
      ? "this process may not: xk needs the permission to write there"
      : error.message;
    throw new CommandError(`cannot use the key files in ${dir}: ${why}`);
  }
}
