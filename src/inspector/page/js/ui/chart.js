/** A machine as a picture: the state it is in lit, the edge it took last in the accent. */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../lib/core.js";
import { activeStates, innermost, takenEdge } from "../lib/machine.js";
import { stateClass } from "./bits.js";
import { Icon } from "./icons.js";

/** Below this the words cannot be read: the picture follows the lit state instead of fitting. */
const LEGIBLE = 0.66;
const MONO = 6.65;

/**
 * @param {{ drawn: object, state: string, lastEdge: string | null, hot: string | null }} props
 *   `hot` is an edge pointed at elsewhere on the page.
 */
export function Chart({ drawn, state, lastEdge, hot }) {
  const box = useRef(null);
  const [size, setSize] = useState({ w: 0, h: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      setSize({ w: Math.round(width), h: Math.round(height) });
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const laid = fitting(drawn.layouts, size);
  const lit = activeStates(drawn.chart, state);
  const last = takenEdge(drawn, lastEdge);
  const camera = useCamera({ laid, size, lit, key: `${drawn.chart.name}/${state}` });
  const { view } = camera;
  const marks = { lit, last: last?.id ?? null, hot, edges: drawn.edges };
  const inside = size.w > 0 && html`
    <g transform=${`translate(${view.x.toFixed(1)} ${view.y.toFixed(1)}) scale(${
      view.k.toFixed(4)
    })`}>
      <${Drawing} laid=${laid} marks=${marks} leaf=${innermost(lit)} from=${last?.source ?? null} />
    </g>
  `;
  return html`
    <div class="chart" ref=${box} ...${camera.drag}>
      <svg width=${size.w} height=${size.h} role="img" aria-label=${sentence(drawn, state, last)}>
        <defs>${["i", "c", "l"].map((kind) => html`<${Arrow} kind=${kind} />`)}</defs>
        ${inside}
      </svg>
      <div class="zoom">
        <button class="btn quiet sq" aria-label="Zoom in" onClick=${() => camera.zoom(1.25)}>
          <${Icon} n="plus" s />
        </button>
        <button class="btn quiet sq" aria-label="Zoom out" onClick=${() => camera.zoom(0.8)}>
          <${Icon} n="minus" s />
        </button>
        <button class="btn quiet sq" aria-label="Fit the chart" title="Fit" onClick=${camera.fit}>
          <${Icon} n="fit" s />
        </button>
      </div>
    </div>
  `;
}

function sentence(drawn, state, last) {
  const edge = last === null ? "" : `, came by ${last.guard ?? last.event} from ${last.source}`;
  return `Statechart of ${drawn.chart.name}: in ${state}${edge}`;
}

function fitting({ tall, wide }, size) {
  const scale = (laid) => Math.min(size.w / laid.width, size.h / laid.height);
  return scale(wide) > scale(tall) ? wide : tall;
}

function useCamera({ laid, size, lit, key }) {
  const [moved, setMoved] = useState(null);
  const held = useRef(null);
  useLayoutEffect(() => setMoved(null), [key]);
  const whole = Math.min((size.w - 12) / laid.width, (size.h - 12) / laid.height, 1.2);
  const fitted = {
    k: whole,
    x: (size.w - laid.width * whole) / 2,
    y: (size.h - laid.height * whole) / 2,
  };
  const view = moved ?? (whole < LEGIBLE ? following(laid, size, lit) : fitted);
  const zoom = (factor) => {
    const k = Math.max(0.3, Math.min(2.4, view.k * factor));
    const to = (middle, at) => middle - (middle - at) * (k / view.k);
    setMoved({ k, x: to(size.w / 2, view.x), y: to(size.h / 2, view.y) });
  };
  const drop = () => {
    held.current = null;
  };
  const drag = {
    onPointerDown: (event) => {
      if (event.target.closest("button")) return;
      held.current = { x: event.clientX - view.x, y: event.clientY - view.y };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event) => {
      if (held.current === null) return;
      setMoved({ k: view.k, x: event.clientX - held.current.x, y: event.clientY - held.current.y });
    },
    onPointerUp: drop,
    onPointerCancel: drop,
  };
  return { view, zoom, drag, fit: () => setMoved(fitted) };
}

/** Puts the lit state in the middle, without leaving more than a margin empty. */
function following(laid, size, lit) {
  const k = 0.9;
  const [id] = innermost(lit);
  const box = laid.boxes.find((one) => one.id === id) ?? { x: 0, y: 0, w: laid.width, h: 80 };
  const along = (room, length, middle) =>
    Math.min(6, Math.max(room - length * k - 6, room / 2 - middle * k));
  return {
    k,
    x: along(size.w, laid.width, box.x + box.w / 2),
    y: along(size.h, laid.height, box.y + box.h / 2),
  };
}

function Drawing({ laid, marks, leaf, from }) {
  const isLast = (part) => marks.last !== null && part.edges.includes(marks.last);
  const rank = (wire) => wire.labels.some(isLast) ? 2 : marks.lit.has(wire.source) ? 1 : 0;
  const wires = [...laid.wires].sort((one, other) => rank(one) - rank(other));
  const byLine = laid.boxes.some((box) => box.lines.some(isLast));
  const draw = (box) =>
    html`
      <${Box} key=${box.id} box=${box} marks=${marks} here=${leaf.includes(box.id)}
        was=${byLine && box.id === from && !leaf.includes(box.id)} />
    `;
  return html`
    ${laid.boxes.filter((box) => !box.leaf).map(draw)}
    ${starts(laid).map(({ id, x, y }) =>
      html`
        <g class="init" key=${id}>
          <circle cx=${x - 15} cy=${y} r="3.5" />
          <path d=${`M${x - 11},${y}h9`} marker-end="url(#ar-i)" />
        </g>
      `
    )}
    ${wires.map((wire) => html`<${Wire} key=${wire.id} wire=${wire} marks=${marks} />`)}
    ${laid.boxes.filter((box) => box.leaf).map(draw)}
  `;
}

/** Where the dots go that say which child a state starts in. */
function starts({ boxes, initial }) {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  return [{ id: "", initial }, ...boxes].flatMap((box) => {
    const first = byId.get(box.initial);
    return first === undefined ? [] : [{ id: box.id, x: first.x, y: first.y + 8 }];
  });
}

function Box({ box, marks, here, was }) {
  const lit = marks.lit.has(box.id);
  const kind = `${box.leaf ? "leaf" : "comp"} ${box.final ? "final" : ""}`;
  const classes = `box ${kind} ${lit ? "on" : ""} ${here ? "here" : ""} ${was ? "was" : ""}`;
  return html`
    <g class=${`${classes} ${stateClass(box.id)}`} data-state=${box.id}>
      ${here && html`
        <rect class="halo" x=${box.x - 4} y=${box.y - 4} width=${box.w + 8} height=${box.h +
          8} rx="10" />
      `}
      <rect class="b" x=${box.x} y=${box.y} width=${box.w} height=${box.h} rx=${box.leaf ? 6 : 8} />
      ${box.final && html`
        <rect class="f" x=${box.x + 3} y=${box.y + 3} width=${box.w - 6} height=${box.h -
          6} rx="4" />
      `}
      <text class="k" x=${box.x + 12} y=${box.y + 19}>${box.key}</text>
      ${box.lines.map((line, index) =>
        html`<${Line} line=${line} x=${box.x + 12} y=${box.y + 36 + index * 15} marks=${marks} />`
      )}
    </g>
  `;
}

function Line({ line, x, y, marks }) {
  const last = marks.last !== null && line.edges.includes(marks.last);
  const hot = marks.hot !== null && line.edges.includes(marks.hot);
  const can = line.edges.some((id) => {
    const source = marks.edges.get(id)?.source;
    return source === "" || marks.lit.has(source); // the root's are possible everywhere
  });
  const classes = `l ${line.kind} ${last ? "last" : ""} ${hot ? "hot" : ""} ${can ? "can" : ""}`;
  if (line.kind !== "from") {
    return html`<text class=${classes} x=${x} y=${y}>${
      line.kind === "entry" ? "/ " : ""
    }${line.text}</text>`;
  }
  return html`
    <g class=${classes}>
      <path d=${`M${x},${y - 4}h6m-3,-3l3,3l-3,3`} />
      <text x=${x + 11} y=${y}>${line.text}</text>
    </g>
  `;
}

function Wire({ wire, marks }) {
  const has = (id) => id !== null && wire.labels.some((label) => label.edges.includes(id));
  const last = has(marks.last);
  const hot = has(marks.hot);
  const can = marks.lit.has(wire.source);
  const head = last ? "l" : can || hot ? "c" : "i";
  const classes = `wire ${can ? "can" : ""} ${last ? "last" : ""} ${hot ? "hot" : ""}`;
  return html`
    <g class=${classes} data-wire=${wire.id}>
      <path class="w" d=${rounded(wire.points)} marker-end=${`url(#ar-${head})`} />
      ${wire.label && html`<${Label} wire=${wire} last=${marks.last} />`}
    </g>
  `;
}

function Label({ wire, last }) {
  const { x, y, w, h } = wire.label;
  const width = Math.max(...wire.labels.map((label) => label.text.length)) * MONO + 6;
  const middle = x + w / 2;
  return html`
    <rect x=${middle - width / 2} y=${y + 1} width=${width} height=${h - 2} rx="3" />
    ${wire.labels.map((label, index) =>
      html`
        <text class=${last !== null && label.edges.includes(last) ? "now" : ""} text-anchor="middle"
          x=${middle} y=${y + 13 + index * 14}>${label.text}</text>
      `
    )}
  `;
}

const Arrow = ({ kind }) =>
  html`
    <marker id=${`ar-${kind}`} class=${`ar ${kind}`} viewBox="0 0 8 8" refX="7" refY="4"
      markerWidth="7.5" markerHeight="7.5" markerUnits="userSpaceOnUse" orient="auto">
      <path d="M0,.8L7.5,4L0,7.2z" />
    </marker>
  `;

/** A line through the points with its corners rounded. */
function rounded(points, radius = 6) {
  if (points.length < 2) return "";
  const toward = ([x, y], [tx, ty], by) => {
    const length = Math.hypot(tx - x, ty - y) || 1;
    return `${x + (tx - x) * by / length} ${y + (ty - y) * by / length}`;
  };
  const length = ([x, y], [tx, ty]) => Math.hypot(tx - x, ty - y);
  const corners = points.slice(1, -1).map((corner, index) => {
    const before = points[index];
    const after = points[index + 2];
    const by = Math.min(radius, length(corner, before) / 2, length(corner, after) / 2);
    return `L${toward(corner, before, by)}Q${corner} ${toward(corner, after, by)}`;
  });
  return `M${points[0]}${corners.join("")}L${points.at(-1)}`;
}
