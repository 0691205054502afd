/**
 * The text of a long list as texts of the same shape with some of its rows each, found without
 * parsing it: parsed at once, a list takes ten times its text.
 */

export interface ListParts {
  readonly count: number;
  /** The whole text but for the rows of other parts; beyond `count` it has none. */
  part(index: number): string;
}

export interface ListShape {
  /** Names from the outermost object to the array, or object, whose entries are the rows. */
  readonly path: readonly string[];
  /** Of the rows in one part; one row alone may be longer. */
  readonly charsMax: number;
}

/**
 * Divides a list.
 *
 * @returns null where it has another shape. What is inside of rows is not checked: a part may turn
 * out to be no JSON.
 */
export function partsOf(text: string, { path, charsMax }: ListShape): ListParts | null {
  const list = listAt(text, path);
  const rows = list === null ? null : entriesOf(text, list);
  if (list === null || rows === null) return null;
  const spans = grouped(rows, charsMax);
  const head = text.slice(0, list.start + 1);
  const tail = text.slice(list.end - 1);
  return {
    // An empty list is one part, too: its answer has been heard.
    count: Math.max(1, spans.length),
    part: (index) => {
      const span = spans[index];
      return head + (span === undefined ? "" : text.slice(span.start, span.end)) + tail;
    },
  };
}

/** `end` is the place after its last character. */
interface Span {
  readonly start: number;
  readonly end: number;
}

interface Entry extends Span {
  /** As it is written; none in an array. */
  readonly key: string | null;
  readonly value: Span;
}

function listAt(text: string, path: readonly string[]): Span | null {
  const start = afterSpace(text, 0);
  const end = afterValue(text, start);
  if (end < 0 || afterSpace(text, end) !== text.length) return null;
  let at: Span = { start, end };
  for (const name of path) {
    // Of two that have one name the last counts, and would stand in every part.
    const found = (entriesOf(text, at) ?? []).filter(({ key }) => key === name);
    if (found.length !== 1) return null;
    at = found[0]!.value;
  }
  return at;
}

function grouped(rows: readonly Span[], charsMax: number): readonly Span[] {
  const spans: Span[] = [];
  for (const { start, end } of rows) {
    const last = spans.at(-1);
    if (last === undefined || end - last.start > charsMax) spans.push({ start, end });
    else spans[spans.length - 1] = { start: last.start, end };
  }
  return spans;
}

/** Of an array or object; null for any other value, and for what is no JSON. */
function entriesOf(text: string, list: Span): readonly Entry[] | null {
  const isObject = text.charCodeAt(list.start) === OPEN_BRACE;
  if (!isObject && text.charCodeAt(list.start) !== OPEN_BRACKET) return null;
  const last = list.end - 1;
  const entries: Entry[] = [];
  let at = afterSpace(text, list.start + 1);
  if (at === last) return entries;
  while (at < last) {
    const entry = entryAt(text, at, isObject ? "member" : "element");
    if (entry === null) return null;
    entries.push(entry);
    at = afterSpace(text, entry.end);
    if (at === last) return entries;
    if (text.charCodeAt(at) !== COMMA) return null;
    at = afterSpace(text, at + 1);
  }
  return null;
}

function entryAt(text: string, start: number, kind: "member" | "element"): Entry | null {
  let key: string | null = null;
  let at = start;
  if (kind === "member") {
    const end = text.charCodeAt(at) === QUOTE ? afterString(text, at) : -1;
    if (end < 0) return null;
    key = text.slice(at + 1, end - 1);
    at = afterSpace(text, end);
    if (text.charCodeAt(at) !== COLON) return null;
    at = afterSpace(text, at + 1);
  }
  const end = afterValue(text, at);
  return end < 0 ? null : { start, end, key, value: { start: at, end } };
}

/** -1 where the text ends before the value does, or has none. */
function afterValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return afterString(text, start);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return afterScalar(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at = afterString(text, at) - 1;
      if (at < 0) return -1;
    } else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      depth += 1;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

function afterString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return -1;
}

function afterScalar(text: string, start: number): number {
  let at = start;
  while (at < text.length && !ENDS_SCALAR.has(text.charCodeAt(at))) at += 1;
  return at === start ? -1 : at;
}

function afterSpace(text: string, start: number): number {
  let at = start;
  while (SPACE.has(text.charCodeAt(at))) at += 1;
  return at;
}

const codeOf = (char: string) => char.charCodeAt(0);
const [QUOTE, BACKSLASH, COMMA, COLON] = ['"', "\\", ",", ":"].map(codeOf);
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [..."{}[]"].map(codeOf);
const SPACE = new Set([..." \t\r\n"].map(codeOf));
const ENDS_SCALAR = new Set([...' \t\r\n,:{}[]"'].map(codeOf));
