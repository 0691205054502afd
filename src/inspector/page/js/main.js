/** Binds the global keys, opens the stream and picks the page for the address. */
import { html, render } from "./lib/core.js";
import { bind } from "./lib/keys.js";
import { connect, link } from "./lib/link.js";
import { folded, isPhone, turnTheme } from "./lib/prefs.js";
import { route } from "./lib/router.js";
import { Banner, Help, help, Rail, Tabs, Top } from "./ui/shell.js";
import { Actor, ActorTop } from "./views/actor.js";
import { Events } from "./views/events.js";
import { List } from "./views/list.js";

bind({
  t: turnTheme,
  "?": () => {
    help.value = true;
  },
});

function Page() {
  const { view, id } = route.value;
  if (view === "events") {
    return html`
      <${Top}>
        <h1>Events</h1>
        <//>
        <${Events} />
    `;
  }
  const phone = isPhone();
  const narrow = phone && id !== null;
  return html`
    <${ActorTop} />
    <div class=${`work ${folded.value && id !== null ? "folded" : ""}`}>
      ${!narrow && html`<${List} />`}
      ${(!phone || narrow) && html`
        <div class="detail">
          <${Actor} />
        </div>
      `}
    </div>
  `;
}

function App() {
  const { up, tried } = link.value;
  return html`
    <div class="shell">
      <a class="skip" href="#main">Skip to content</a>
      ${!isPhone() && html`<${Rail} />`}
      <main class="main" id="main">
        <${Banner} />
        <div class=${`body ${!up && tried ? "stale" : ""}`}><${Page} /></div>
      </main>
      <${Tabs} />
    </div>
    <${Help} />
  `;
}

connect();
render(html`<${App} />`, document.getElementById("app"));
