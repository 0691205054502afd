/**
 * The text of a frame split at the fields that change from order to order, so that ccxt decides once
 * per order shape what a frame holds.
 */
import type { Sign } from "./hmac.ts";
import type { FrameFields } from "../plans/socket_entry_plan.ts";

/** Texts as the venue spells them; `price` is null for market orders. */
export interface FrameValues {
  readonly id: string;
  readonly timestamp: string;
  readonly clientOrderId: string;
  readonly amount: string;
  readonly price: string | null;
}

export interface FrameTemplate {
  fill(values: FrameValues): string;
}

export interface FrameMaking {
  readonly fields: FrameFields;
  readonly signed: ((frame: unknown) => string) | null;
  readonly sign: Sign;
}

/**
 * Makes a template of the frame that ccxt built for `values`.
 *
 * @returns null unless filling it with the same values gives the same text: a frame this does not
 * fit (a field that stands twice, another signature) then keeps being built each time.
 */
export function compileFrame(
  text: string,
  values: FrameValues,
  { fields, signed, sign }: FrameMaking,
): FrameTemplate | null {
  const names = HOLES.flatMap((hole): readonly (readonly [Hole, string])[] => {
    const field = fields[hole];
    return field === null || values[hole] === null ? [] : [[hole, field]];
  });
  const toSign = signed === null ? null : splitForm(signed(JSON.parse(text)), names, values);
  const signature = toSign === null ? null : sign(joined(toSign, values));
  if (signed !== null && (signature === null || fields.signature === null)) return null;
  const all = signature === null ? names : [...names, ["signature", fields.signature!] as const];
  const frame = splitJson(text, all, { ...values, signature });
  if (frame === null) return null;
  const template: FrameTemplate = {
    fill: (given) =>
      joined(
        frame,
        toSign === null ? given : { ...given, signature: sign(joined(toSign, given)) },
      ),
  };
  return template.fill(values) === text ? template : null;
}

type Hole = keyof FrameValues;
const HOLES: readonly Hole[] = ["id", "timestamp", "clientOrderId", "amount", "price"];

type AnyHole = Hole | "signature";
type Filling = Readonly<Partial<Record<AnyHole, string | null>>>;

interface Split {
  /** One more than there are holes. */
  readonly parts: readonly string[];
  readonly holes: readonly AnyHole[];
}

function joined({ parts, holes }: Split, values: Filling): string {
  let text = parts[0]!;
  for (let at = 0; at < holes.length; at++) text += values[holes[at]!] + parts[at + 1]!;
  return text;
}

/** Null where a field stands there never or twice, or with another value. */
function splitJson(
  text: string,
  names: readonly (readonly [AnyHole, string])[],
  values: Filling,
): Split | null {
  const found: { readonly hole: AnyHole; readonly from: number; readonly to: number }[] = [];
  for (const [hole, field] of names) {
    const key = `"${field}":`;
    const at = text.indexOf(key);
    if (at < 0 || text.indexOf(key, at + 1) >= 0) return null;
    const quote = text[at + key.length] === '"' ? 1 : 0;
    const from = at + key.length + quote;
    const value = values[hole] ?? "";
    const to = from + value.length;
    if (text.slice(from, to) !== value) return null;
    // The whole field: a digit left behind it would stand behind every later value.
    if (!(quote === 1 ? '"' : ",}]").includes(text[to] ?? " ")) return null;
    found.push({ hole, from, to });
  }
  return split(text, found);
}

/** The same for `name=value&name=value`. Fields that are not signed (the id) have no hole. */
function splitForm(
  text: string,
  names: readonly (readonly [AnyHole, string])[],
  values: Filling,
): Split {
  const found: { readonly hole: AnyHole; readonly from: number; readonly to: number }[] = [];
  for (const [hole, field] of names) {
    const key = `&${field}=${values[hole]}`;
    const at = `&${text}&`.indexOf(`${key}&`);
    if (at < 0) continue;
    const from = at + `${field}=`.length;
    found.push({ hole, from, to: from + (values[hole] ?? "").length });
  }
  return split(text, found);
}

function split(
  text: string,
  found: { readonly hole: AnyHole; readonly from: number; readonly to: number }[],
): Split {
  found.sort((a, b) => a.from - b.from);
  const parts: string[] = [];
  let from = 0;
  for (const each of found) {
    parts.push(text.slice(from, each.from));
    from = each.to;
  }
  return { parts: [...parts, text.slice(from)], holes: found.map(({ hole }) => hole) };
}
