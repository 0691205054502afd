/** Numbers and times as people who trade read them. Money comes as decimal text and stays text. */

const group = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** A decimal of the kernel with its thousands set apart. Null and undefined are a dash. */
export function money(text) {
  if (text === null || text === undefined) return "–";
  const [, sign, whole, rest] = /^(-?)(\d+)(\.\d+)?$/.exec(text) ?? [];
  return whole === undefined ? String(text) : (sign ? "−" : "") + group(whole) + (rest ?? "");
}

/** A count. */
export const count = (number) => group(String(Math.round(number ?? 0)));

/** A count in little room: 11.1k, 1.2M. */
export function short(number) {
  if (number < 10_000) return count(number);
  return number < 999_500
    ? `${(number / 1000).toFixed(number < 99_950 ? 1 : 0)}k`
    : `${(number / 1e6).toFixed(1)}M`;
}

/** Part of a whole, for widths and glyphs only: never shown as an amount. */
export function share(part, whole) {
  const ratio = Number(part) / Number(whole);
  return Number.isFinite(ratio) ? Math.max(0, Math.min(1, ratio)) : 0;
}

const two = (number) => String(number).padStart(2, "0");

/** `14:32:08` in UTC. */
export function clock(time) {
  const date = new Date(time);
  return [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
}

export const clockMs = (time) =>
  `${clock(time)}.${String(Math.floor(time % 1000)).padStart(3, "0")}`;

/** A span in two units at most: 380 ms, 4.2 s, 42 s, 3m 10s, 5h 02m. */
export function span(ms) {
  if (ms < 0) return "0 s";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  if (seconds < 86_400) {
    return `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m`;
  }
  return `${Math.floor(seconds / 86_400)}d ${two(Math.floor(seconds / 3600) % 24)}h`;
}
