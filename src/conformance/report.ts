/** Scorecards as tables of Markdown: what each market can do, and what it showed. */
import type { Support } from "../model/instrument.ts";
import { THEMES } from "./case.ts";
import type { CaseResult, Scorecard } from "./scorecard.ts";

/** The head first; every row as long as it. */
export type ReportTable = readonly (readonly string[])[];

/** One row a market. @param cards with the same capabilities, as one version of the suite has. */
export function capabilityTable(cards: readonly Scorecard[]): ReportTable {
  const names = Object.keys(cards[0]?.capabilities ?? {});
  return [
    ["Market", ...names],
    ...cards.map((card) => [card.target, ...names.map((name) => capabilityCell(card, name))]),
  ];
}

/** One row a market: how many cases of each theme passed, and what became of the others. */
export function verdictTable(cards: readonly Scorecard[]): ReportTable {
  return [
    ["Market", ...THEMES, "Not run"],
    ...cards.map((card) => [
      card.target,
      ...THEMES.map((theme) => themeCell(card.results.filter((each) => each.theme === theme))),
      reasonsOf(card),
    ]),
  ];
}

/** Both tables in one document. */
export function renderReport(cards: readonly Scorecard[]): string {
  const tables = [capabilityTable(cards), verdictTable(cards)].map(markdown);
  return `## Capabilities\n\n${tables[0]}\n\n## Cases\n\n${tables[1]}\n`;
}

const CLAIMS: Readonly<Record<Support, string>> = { NATIVE: "yes", EMULATED: "kernel", NO: "no" };

function capabilityCell({ capabilities, results }: Scorecard, name: string): string {
  const claim = CLAIMS[capabilities[name] ?? "NO"];
  const about = results.filter(({ capability }) => capability === name);
  if (about.some(({ verdict }) => verdict === "failed")) return `${claim}, FAILED`;
  const isShown = about.some(({ verdict }) => verdict !== "not run");
  return isShown || claim === "no" ? claim : `${claim}, not shown`;
}

function themeCell(results: readonly CaseResult[]): string {
  if (results.length === 0) return "–";
  const count = (verdict: CaseResult["verdict"]) =>
    results.filter((result) => result.verdict === verdict).length;
  const others = (["failed", "unsupported", "not run"] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`);
  return [String(count("passed")), ...others].join(", ");
}

function reasonsOf({ results }: Scorecard): string {
  const reasons = results.filter(({ verdict }) => verdict === "not run").map((each) => each.detail);
  return [...new Set(reasons)].join("; ") || "–";
}

function markdown([head = [], ...rows]: ReportTable): string {
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
