/** The generated tables of `docs/SAFETY.md`, between marks, and how they are compared. */

const DOCUMENT = new URL("../../docs/SAFETY.md", import.meta.url);

export type Table = readonly (readonly string[])[];

/** The cells of a table of the document, its head first. @throws {Error} without its marks. */
export async function documented(name: string): Promise<Table> {
  const { inside } = cut(await Deno.readTextFile(DOCUMENT), name);
  return inside.split("\n")
    .filter((line) => line.startsWith("|") && !/^\|[\s|:-]+\|$/.test(line))
    .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
}

/** Writes the table as the formatter would. */
export async function rewrite(name: string, [head = [], ...rows]: Table): Promise<void> {
  const text = await Deno.readTextFile(DOCUMENT);
  const { before, after } = cut(text, name);
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const table = [line(head), rule, ...rows.map(line)].join("\n");
  await Deno.writeTextFile(DOCUMENT, `${before}\n\n${table}\n\n${after}`);
}

function cut(text: string, name: string) {
  const [start, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  if (from < start.length || to < from) throw new Error(`docs/SAFETY.md: no marks of ${name}`);
  return { before: text.slice(0, from), inside: text.slice(from, to), after: text.slice(to) };
}
