/** Frame around every page: rail, top bar, banner for a lost kernel, tabs of the phone, help. */
import { html, signal, useEffect, useRef } from "../lib/core.js";
import { clock, count, span } from "../lib/fmt.js";
import { useKeys } from "../lib/keys.js";
import { counts, frameAt, link, now, tick } from "../lib/link.js";
import { isPhone, theme, turnTheme } from "../lib/prefs.js";
import { listHref, listView, route } from "../lib/router.js";
import { Icon } from "./icons.js";

const PAGES = [["actors", "Actors"], ["intents", "Intents"], ["events", "Events"]];

const Mark = () =>
  html`
    <svg class="mark" viewBox="0 0 22 22" fill="none" stroke="currentColor" aria-hidden="true">
      <rect x="1.5" y="1.5" width="19" height="19" rx="5.5" stroke-width="1.6" />
      <circle cx="7" cy="11" r="2.2" fill="currentColor" stroke="none" />
      <path d="M9.5 10.3 14.2 7M9.5 11.7 14.2 15" stroke-width="1.5" />
      <circle cx="15" cy="6.6" r="1.6" stroke-width="1.4" />
      <circle cx="15" cy="15.4" r="1.6" stroke-width="1.4" />
    </svg>
  `;

const here = (view) => (route.value.view === "events" ? "events" : listView.value) === view;

export function Rail() {
  const intents = Object.values(counts.value).reduce((sum, one) => sum + one, 0);
  return html`
    <nav class="rail" aria-label="Main">
      <a class="brand" href=${listHref(
        "actors",
      )} title="Exchange Kernel"><${Mark} /><b>Exchange Kernel</b></a>
      ${PAGES.map(([view, label]) =>
        html`
          <a class="nav" key=${view} href=${listHref(view)} title=${label} aria-current=${here(view)
            ? "page"
            : undefined}>
            <${Icon} n=${view} /><span class="lbl">${label}</span>
            ${view === "intents" && html`<span class="n">${count(intents)}</span>`}
          </a>
        `
      )}
    </nav>
  `;
}

export const Tabs = () =>
  html`
    <nav class="tabs" aria-label="Main">
      ${PAGES.map(([view, label]) =>
        html`
          <a key=${view} href=${listHref(view)} aria-current=${here(view) ? "page" : undefined}>
            <${Icon} n=${view} />${label}
          </a>
        `
      )}
    </nav>
  `;

export function Top({ children }) {
  return html`
    <header class="top">
      <div class="crumb grow">${children}</div>
      <${LinkChip} />
      ${!isPhone() && html`<${Time} />`}
      <button class="btn quiet sq" aria-label="Turn the theme" title="Theme  t" onClick=${turnTheme}>
        <${Icon} n=${theme.value === "dark" ? "moon" : "sun"} />
      </button>
      ${!isPhone() && html`
        <button class="btn quiet sq" aria-label="Keys" title="Keys  ?" onClick=${() => (help.value =
          true)}>
          <${Icon} n="help" />
        </button>
      `}
    </header>
  `;
}

function LinkChip() {
  const { up, tried } = link.value;
  const level = up ? "ok" : tried ? "crit" : "info";
  const word = up ? "Live" : tried ? "Not connected" : "Connecting";
  return html`<span class=${`chip lv-${level}`} role="status"><i class="dot"></i>${word}</span>`;
}

function Time() {
  tick.value;
  return html`<span class="clock">${frameAt.value === null ? "" : `${clock(now())} UTC`}</span>`;
}

/** What is shown when nothing comes: whose time the page stands at, and that orders go on. */
export function Banner() {
  const { up, since, error, tried } = link.value;
  if (up || !tried) return null;
  const age = span(performance.now() - since);
  const shown = frameAt.value === null
    ? "Nothing was read yet."
    : `Everything below is as of ${clock(frameAt.value)} UTC.`;
  return html`
    <div class="bar lv-crit" role="alert">
      <${Icon} n="wifiOff" />
      <span
        class="grow"><b>Not connected for ${age}.</b> ${shown} The kernel works on without this page.
        ${error && html`<span class="c2"> ${error}.</span>`}</span>
      <span class="c2 nw">trying again</span>
    </div>
  `;
}

export const help = signal(false);

const KEYS = [
  ["/", "search"],
  ["j  k", "next, previous actor"],
  ["Enter", "open the first match"],
  ["b", "fold the list"],
  ["t", "dark or light"],
  ["?", "this list"],
  ["Esc", "close, clear, then back"],
];

export function Help() {
  return help.value ? html`<${HelpSheet} />` : null;
}

function HelpSheet() {
  const close = useRef(null);
  const hide = () => {
    help.value = false;
  };
  useKeys({ Escape: hide, "?": hide, Tab: () => close.current?.focus() }, { modal: true });
  useEffect(() => {
    const before = document.activeElement;
    close.current?.focus();
    return () => before?.focus?.();
  }, []);
  return html`
    <div class="veil" onClick=${(event) => event.target === event.currentTarget && hide()}>
      <div class="sheet" role="dialog" aria-modal="true" aria-label="Keys">
        <header>
          <h2 class="grow">Keys</h2>
          <button class="btn quiet sq" ref=${close} aria-label="Close"
            onClick=${hide}><${Icon} n="x" /></button>
        </header>
        <dl class="keys">
          ${KEYS.map(([key, does]) =>
            html`
              <dt>${key.split("  ").map((one) => html`<kbd>${one}</kbd>`)}</dt>
              <dd>${does}</dd>
            `
          )}
        </dl>
      </div>
    </div>
  `;
}
