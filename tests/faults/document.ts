/** The generated tables of the documents, between marks, and how they are compared. */

const SAFETY = "docs/SAFETY.md";

export type Table = readonly (readonly string[])[];

/** The cells of a table of the document, its head first. @throws {Error} without its marks. */
export async function documented(name: string, path = SAFETY): Promise<Table> {
  const { inside } = cut(await Deno.readTextFile(at(path)), name, path);
  return inside.split("\n")
    .filter((line) => line.startsWith("|") && !/^\|[\s|:-]+\|$/.test(line))
    .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
}

/** Writes the table as the formatter would. */
export async function rewrite(
  name: string,
  [head = [], ...rows]: Table,
  path = SAFETY,
): Promise<void> {
  const text = await Deno.readTextFile(at(path));
  const { before, after } = cut(text, name, path);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const table = [line(head), rule, ...rows.map(line)].join("\n");
  await Deno.writeTextFile(at(path), `${before}\n\n${table}\n\n${after}`);
}

function at(path: string): URL {
  return new URL(`../../${path}`, import.meta.url);
}

function cut(text: string, name: string, path: string) {
  const [start, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  if (from < start.length || to < from) throw new Error(`${path}: no marks of ${name}`);
  return { before: text.slice(0, from), inside: text.slice(from, to), after: text.slice(to) };
}
