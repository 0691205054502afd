/**
 * Line icons on a 16 px grid, state glyphs on a 14 px grid. Every state and severity has a shape of
 * its own: colour only helps.
 */
import { html } from "../lib/core.js";

const PATHS = {
  intents: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  actors:
    "M8 2.5v3M3.5 10.5v-2a1 1 0 0 1 1-1h7a1 1 0 0 1 1 1v2M8 5.5v5M6.5 2.5h3M2 10.5h3v3H2zM6.5 10.5h3v3h-3zM11 10.5h3v3h-3z",
  events: "M1.5 8.5h3l2-5.5 3 10 2-4.5h3",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5l3 3",
  sun:
    "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
  help:
    "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM6.3 6.2A1.8 1.8 0 0 1 8 5c1 0 1.8.7 1.8 1.6C9.800 8 8 7.900 8 9.200M8 11.300h.01",
  right: "M6 3.500 10.500 8 6 12.500",
  left: "M10 3.500 5.500 8 10 12.500",
  copy: "M5.500 5.500h7.500v7.500H5.500zM3 10.500V3h7.500",
  x: "M4 4l8 8M12 4l-8 8",
  check: "M3 8.500 6.500 12 13 4.500",
  clock: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.800V8l2.200 1.600",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  fit: "M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10",
  side: "M2.500 3h11v10h-11zM10 3v10",
  box: "M8 1.800 13.500 4.800v6.400L8 14.200l-5.500-3V4.800zM2.500 4.800 8 8l5.500-3.200M8 8v6.200",
  wifiOff:
    "M2 2l12 12M5 9.500a4.300 4.300 0 0 1 2-1.100M3 7a7 7 0 0 1 2.300-1.500M8.500 5a7 7 0 0 1 4.500 2M10.500 9l.5.500M8 12.200h.01",
};
export const Icon = ({ n, s, cls = "" }) =>
  html`
    <svg class=${`ic ${s ? "s" : ""} ${cls}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d=${PATHS[n]} />
    </svg>
  `;

const OCT = "M4.3 .7h5.400L13.300 4.300v5.400L9.700 13.300H4.300L.7 9.700V4.300z",
  ring =
    html`<circle cx="7" cy="7" r="5.700" fill="none" stroke="currentColor" stroke-width="1.500" />`,
  solid = html`<circle cx="7" cy="7" r="6.400" fill="currentColor" />`;
const mark = (d) =>
  html`
    <path d=${d} fill="none" stroke="var(--panel)" stroke-width="1.700" stroke-linecap="round"
      stroke-linejoin="round" />
  `;
const line = (d, w = 1.5) =>
  html`
    <path d=${d} fill="none" stroke="currentColor" stroke-width=${w}
      stroke-linecap="round" stroke-linejoin="round" />
  `;
function pie(f) {
  if (f <= 0) return html`<circle cx="7" cy="7" r="2" fill="currentColor" />`;
  if (f >= 0.999) return html`<circle cx="7" cy="7" r="3.600" fill="currentColor" />`;
  const a = f * 2 * Math.PI, r = 3.6;
  return html`<path d=${`M7 7V${7 - r}A${r} ${r} 0 ${f > 0.5 ? 1 : 0} 1 ${
    (7 + r * Math.sin(a)).toFixed(2)
  } ${(7 - r * Math.cos(a)).toFixed(2)}z`} fill="currentColor" />`;
}
const SHAPES = {
  PENDING: () =>
    html`
      <circle cx="7" cy="7" r="5.700" fill="none" stroke="currentColor" stroke-width="1.500"
        stroke-dasharray="2.300 2.176" />
    `,
  waitingTrigger: () =>
    html`
      <circle cx="7" cy="7" r="5.700" fill="none" stroke="currentColor" stroke-width="1.500"
        stroke-dasharray="2.300 2.176" />${line("M7 4v3l1.800 1.300", 1.3)}
    `,
  waitingParent: () =>
    html`
      <circle cx="7" cy="7" r="5.700" fill="none" stroke="currentColor" stroke-width="1.500"
        stroke-dasharray="2.300 2.176" />${line(
          "M4.800 7h4.400M7.600 5.400 9.200 7 7.600 8.600",
          1.3,
        )}
    `,
  paused: () =>
    html`
      <circle cx="7" cy="7" r="5.700" fill="none" stroke="currentColor" stroke-width="1.500"
        stroke-dasharray="2.300 2.176" />${line("M5.600 5v4M8.400 5v4")}
    `,
  SUBMITTING: () => html`${ring}${line("M7 9.800V4.400M4.800 6.500 7 4.300 9.200 6.500", 1.4)}`,
  inDoubt: () =>
    html`<path d="M7 .4 13.600 7 7 13.600.4 7z" fill="currentColor" />${
      mark(
        "M5.600 5.600c.1-.9.700-1.300 1.400-1.300s1.400.5 1.400 1.200c0 1-1.400 1-1.400 2.100M7 9.700v.01",
      )
    }`,
  ACTIVE: (f) => html`${ring}${pie(f)}`,
  RECONCILING: () =>
    html`${
      line(
        "M12.500 5.500A5.700 5.700 0 0 0 2.400 3.900M2.200 1.600v2.600h2.600M1.500 8.500a5.700 5.700 0 0 0 10.100 1.600M11.800 12.400V9.800H9.200",
        1.4,
      )
    }`,
  COMPLETED: () => html`${solid}${mark("M4 7.200 6.200 9.400 10.100 5")}`,
  CANCELED: () => html`${solid}${mark("M4.800 4.800l4.400 4.400M9.200 4.800 4.800 9.200")}`,
  FAILED: () => html`<path d=${OCT} fill="currentColor" />${mark("M7 3.800v3.700M7 10.100v.01")}`,
};
/** Glyph of an intent state such as "ACTIVE.open"; `f` is the filled share, drawn as a pie. */
export function StateGlyph({ state, f = 0 }) {
  const [top, sub] = state.split("."), cls = sub === "inDoubt" ? "st-doubt" : `st-${top}`;
  return html`<svg class=${`gl ${cls}`} viewBox="0 0 14 14" aria-hidden="true">${
    (SHAPES[sub] ?? SHAPES[top] ?? LEVELS.none)(f)
  }</svg>`;
}
const LEVELS = {
  ok: () => html`${ring}${line("M4.500 7.200 6.300 9 9.500 5.300")}`,
  info: () => html`${ring}${line("M7 6.500v3.200M7 4.300v.01")}`,
  none: () => html`${ring}${line("M4.500 7h5")}`,
  warn: () =>
    html`
      <path d="M7 .9 13.600 12.600H.4z" fill="currentColor" stroke="currentColor" stroke-width="1"
        stroke-linejoin="round" />${mark("M7 5v3.300M7 10.500v.01")}
    `,
  crit: () => html`<path d=${OCT} fill="currentColor" />${mark("M7 3.800v3.700M7 10.100v.01")}`,
};
export const WORD = { ok: "OK", info: "Info", warn: "Warning", crit: "Critical", none: "–" };
export const LevelGlyph = ({ level }) =>
  html`<svg class=${`gl lv-${level}`} viewBox="0 0 14 14" role="img" aria-label=${WORD[level]}>${
    LEVELS[level]()
  }</svg>`;
