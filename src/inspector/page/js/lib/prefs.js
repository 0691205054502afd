/** Choices that outlive a page, and the size of the window. */
import { effect, signal } from "./core.js";

function read(key, fallback) {
  try {
    return localStorage.getItem(`xk.${key}`) ?? fallback;
  } catch {
    return fallback; // storage is refused in a private window: the page works without
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(`xk.${key}`, value);
  } catch {
    // As above: kept for this page only.
  }
}

const light = matchMedia("(prefers-color-scheme: light)").matches;
export const theme = signal(read("theme", light ? "light" : "dark"));
/** Whether the list is folded away, to leave the chart its room. */
export const folded = signal(read("folded", "no") === "yes");

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  keep("theme", theme.value);
});
effect(() => keep("folded", folded.value ? "yes" : "no"));

export const turnTheme = () => {
  theme.value = theme.value === "dark" ? "light" : "dark";
};

export const viewport = signal({ w: innerWidth, h: innerHeight });
addEventListener("resize", () => {
  viewport.value = { w: innerWidth, h: innerHeight };
});
export const isPhone = () => viewport.value.w < 720;
