/** The log of the whole kernel. */
import { html } from "../lib/core.js";
import { useKeys } from "../lib/keys.js";
import { log } from "../lib/link.js";
import { go } from "../lib/router.js";
import { Log } from "../ui/log.js";
import { Panel } from "../ui/bits.js";

export function Events() {
  useKeys({ Escape: () => go("#/actors") });
  return html`
    <div class="page">
      <${Panel} title="All events" meta=${`${log.value.length} shown, newest first`} cls="g-log wide">
        <${Log} named />
        <//>
        </div>
  `;
}
