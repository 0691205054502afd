/** Exchanges that are switched off: keys that they lack are not asked for. */
import { KEY_OPTIONS } from "./credentials.ts";

type Section = Readonly<Record<string, unknown>>;

export function isSwitchedOff(section: unknown): boolean {
  return isSection(section) && (section["enabled"] === false || section["enabled"] === "false");
}

/**
 * The document without those keys of switched-off exchanges that need a variable nobody has set: an
 * exchange can be kept in the file by somebody who has no account there.
 */
export function withoutUnset(
  document: unknown,
  env: (name: string) => string | undefined,
): unknown {
  if (!isSection(document) || !isSection(document["exchanges"])) return document;
  const exchanges = Object.entries(document["exchanges"]).map(([name, section]) => {
    if (!isSection(section) || !isSwitchedOff(section)) return [name, section];
    const kept = Object.entries(section).filter(([option, value]) =>
      !KEY_OPTIONS.includes(option) || !needsUnset(value, env)
    );
    return [name, Object.fromEntries(kept)];
  });
  return { ...document, exchanges: Object.fromEntries(exchanges) };
}

/** A reference without a default. */
const BARE = /(?<!\$)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

function needsUnset(value: unknown, env: (name: string) => string | undefined): boolean {
  if (typeof value !== "string") return isSection(value) && needsUnset(value["file"], env);
  return [...value.matchAll(BARE)].some(([, name = ""]) => !env(name));
}

function isSection(value: unknown): value is Section {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
