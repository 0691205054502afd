/** Rows that exist only while they are seen. Heights are fixed, so 100,000 scroll like ten. */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../lib/core.js";

/** Rows drawn beyond each edge, so that a quick scroll does not show blanks. */
const AHEAD = 6;

/**
 * @param {{ total: number, row: number, render: (index: number) => unknown, label: string,
 *   cursor: number, role: string, onSee?: (from: number, to: number) => void }} props
 *   `row` is a row's height in pixels; the row at `cursor` is kept in sight.
 */
export function Virtual({ total, row, render, label, cursor = -1, role = "grid", onSee }) {
  const box = useRef(null);
  const [seen, setSeen] = useState({ from: 0, to: 40 });
  const measure = () => {
    if (box.current === null) return; // a last size reported while it goes
    const { scrollTop, clientHeight } = box.current;
    const from = Math.max(0, Math.floor(scrollTop / row) - AHEAD);
    const to = Math.min(total, Math.ceil((scrollTop + clientHeight) / row) + AHEAD);
    if (from !== seen.from || to !== seen.to) setSeen({ from, to });
  };
  useLayoutEffect(measure, [total, row]);
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  });
  useEffect(() => onSee?.(seen.from, seen.to), [seen.from, seen.to]);
  useLayoutEffect(() => {
    const element = box.current;
    if (cursor < 0) return;
    const top = cursor * row;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + row > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + row - element.clientHeight;
    }
  }, [cursor]);
  const rows = [];
  for (let index = seen.from; index < Math.min(total, seen.to); index++) rows.push(render(index));
  const active = cursor >= seen.from && cursor < Math.min(total, seen.to);
  return html`
    <div
      class="virtual scroll"
      ref=${box}
      onScroll=${measure}
      role=${role}
      aria-label=${label}
      aria-rowcount=${total}
      aria-activedescendant=${active ? `row-${cursor}` : undefined}
      tabindex="0"
    >
      <div class="vs" role="rowgroup" style=${{ height: `${total * row}px` }}>
        <div
          class="vw"
          role="presentation"
          style=${{ transform: `translateY(${seen.from * row}px)` }}
        >
          ${rows}
        </div>
      </div>
    </div>
  `;
}
