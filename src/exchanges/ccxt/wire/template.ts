/**
 * A signed form body split at the fields that change from order to order, so that ccxt decides
 * once per order shape what a request holds and only values and signature are put in after that.
 */
import type { Sign } from "./hmac.ts";
import type { FormFields } from "../plans/entry_plan.ts";

/** Values of the fields that change; `price` is null for market orders. */
export interface TemplateValues {
  readonly timestamp: string;
  readonly clientOrderId: string;
  readonly amount: string;
  readonly price: string | null;
}

export interface Template {
  fill(values: TemplateValues): string;
}

/**
 * Makes a template of what ccxt signed for `values`.
 *
 * @returns null unless filling it with the same values gives the same bytes: a venue or key type
 * this does not fit (another signature, an encoded value) then keeps going through ccxt.
 */
export function compileTemplate(
  signedBody: string,
  values: TemplateValues,
  { fields, sign }: { readonly fields: FormFields; readonly sign: Sign },
): Template | null {
  const mark = `&${fields.signature}=`;
  const end = signedBody.lastIndexOf(mark);
  if (end < 0) return null;
  const { parts, holes } = split(signedBody.slice(0, end), fields);
  const template: Template = {
    fill(given) {
      let text = parts[0]!;
      for (let at = 0; at < holes.length; at++) text += given[holes[at]!] + parts[at + 1]!;
      return text + mark + sign(text);
    },
  };
  const complete = holes.length === (values.price === null ? 3 : 4);
  return complete && template.fill(values) === signedBody ? template : null;
}

type Hole = keyof TemplateValues;

function split(
  form: string,
  fields: FormFields,
): { readonly parts: readonly string[]; readonly holes: readonly Hole[] } {
  const parts = [""];
  const holes: Hole[] = [];
  for (const [at, pair] of form.split("&").entries()) {
    const equals = pair.indexOf("=") + 1;
    const hole = HOLES.find((name) => `${fields[name]}=` === pair.slice(0, equals));
    parts[parts.length - 1] += (at === 0 ? "" : "&") + (hole ? pair.slice(0, equals) : pair);
    if (hole === undefined) continue;
    holes.push(hole);
    parts.push("");
  }
  return { parts, holes };
}

const HOLES: readonly Hole[] = ["timestamp", "clientOrderId", "amount", "price"];
