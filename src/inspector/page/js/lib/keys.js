/** Keyboard: global keys, and those of a page or dialog while it is mounted. */
import { useLayoutEffect, useRef } from "./core.js";

const globals = new Map();
const scopes = [];

/** @param {Record<string, () => void>} map keys as `KeyboardEvent.key` names them. */
export function bind(map) {
  for (const [key, act] of Object.entries(map)) globals.set(key, act);
}

/** The newest scope is asked first; a modal one swallows what it does not know. */
export function useKeys(map, { modal = false } = {}) {
  const latest = useRef(map);
  latest.current = map; // the keys see the newest render without registering again
  useLayoutEffect(() => {
    const scope = { modal, keys: latest };
    scopes.push(scope);
    return () => scopes.splice(scopes.indexOf(scope), 1);
  }, []);
}

const typing = (element) =>
  element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;

/** A control has its own use for these. */
const takes = (element, key) =>
  (key === "Enter" || key === " ") && element?.closest?.("button, a, [role=tab]");

addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (typing(event.target) && !["Escape", "Enter", "ArrowDown", "ArrowUp"].includes(event.key)) {
    return;
  }
  if (takes(event.target, event.key)) return;
  for (const scope of [...scopes].reverse()) {
    const act = scope.keys.current[event.key];
    if (act) {
      event.preventDefault();
      act(event);
      return;
    }
    if (scope.modal) return;
  }
  const act = globals.get(event.key);
  if (!act) return;
  event.preventDefault();
  act(event);
});
