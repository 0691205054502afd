/** One door to the vendored libraries. */
export { html } from "../../vendor/htm-preact.js";
export { render } from "../../vendor/preact.js";
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/hooks.js";
export { batch, computed, effect, signal } from "../../vendor/signals.js";
