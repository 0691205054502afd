import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "puppeteer-core";
import { inspectorHandler } from "../../src/inspector/handler.ts";
import { systemClock } from "../../src/system/clock.ts";
import { intentMachine } from "../../machines/intent.ts";
import { FakeKernel, intentActorId } from "../inspector/fake_observation.ts";
import { openBrowser } from "./browser.ts";

const TOKEN = "test-token-51";
const DESK = { width: 1280, height: 720 };
const PHONE = { width: 390, height: 844 };

/** The inspector behind a door that asks for the token, as the API is. */
function serveInspector(intents: number) {
  const kernel = new FakeKernel({
    machines: { intent: intentMachine },
    intents,
    now: () => systemClock.now(),
  });
  const clock = systemClock;
  const inspector = inspectorHandler({ observation: kernel, kernel: kernel.facade, clock });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const asksData = new URL(request.url).pathname.startsWith("/inspector/api/");
    if (asksData && request.headers.get("authorization") !== `Bearer ${TOKEN}`) {
      return new Response("{}", { status: 401 });
    }
    return await inspector.handle(request) ?? new Response(null, { status: 404 });
  });
  return {
    kernel,
    address: `http://127.0.0.1:${server.addr.port}/inspector`,
    async [Symbol.asyncDispose]() {
      await inspector.close();
      await server.shutdown();
    },
  };
}

const row = (number: number) => `[data-actor="${intentActorId(number)}"]`;

async function textOf(page: Page, selector: string): Promise<string> {
  await page.waitForSelector(selector);
  return await page.$eval(selector, (element) => element.textContent ?? "");
}

async function waitForText(page: Page, selector: string, text: string): Promise<void> {
  await page.waitForFunction(
    (where, what) => document.querySelector(where)?.textContent?.includes(what) === true,
    { timeout: 10_000 },
    selector,
    text,
  );
}

Deno.test("inspector page: search, choose an intent, watch it move", async () => {
  await using served = serveInspector(200);
  await using browser = await openBrowser();
  const { page, complaints } = await browser.page(DESK);
  await page.goto(`${served.address}#token=${TOKEN}`);
  await waitForText(page, ".top", "Live");
  assertEquals(await page.evaluate(() => location.href.includes("token")), false);

  await page.keyboard.press("/");
  await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
  await page.keyboard.type("btc-0042");
  await page.waitForFunction(
    (only) =>
      document.querySelectorAll("[data-actor]").length === 1 &&
      document.querySelector(only) !== null,
    {},
    row(42),
  );
  await page.click(row(42));
  await waitForText(page, ".crumb h1", "grid-btc-0042");
  await page.waitForSelector('[data-state="COMPLETED"], [data-state="ACTIVE"]');

  const act = (state: string, edge: string) =>
    served.kernel.move(intentActorId(42), { state, edge });
  act("ACTIVE.open", "SUBMITTING||0");
  await page.waitForSelector('[data-state="ACTIVE.open"].here');
  await page.waitForSelector('[data-state="ACTIVE"].on');
  await page.waitForSelector('[data-wire="SUBMITTING>ACTIVE"].last');

  act("ACTIVE.partiallyFilled", "ACTIVE.open||0");
  await page.waitForSelector('[data-state="ACTIVE.partiallyFilled"].here');
  await page.waitForSelector('[data-wire="ACTIVE.open>ACTIVE.partiallyFilled"].last');
  assertEquals(await page.$$eval(".wire.last", (wires) => wires.length), 1);
  assertEquals(await textOf(page, ".wire.last text.now"), "hasFills");
  assertStringIncludes(await textOf(page, ".g-da"), "0.15300 to go");
  assertStringIncludes(await textOf(page, ".g-next"), "mustReconcile");
  assertStringIncludes(await textOf(page, ".g-log li"), "OrderAccepted");
  assertStringIncludes(await textOf(page, ".g-log li"), "order.outcome");

  act("CANCELED", "ACTIVE||2");
  await page.waitForSelector('[data-state="CANCELED"].here .l.last');
  await page.waitForSelector('[data-state="ACTIVE"].was');
  assertEquals(await page.$$eval(".wire.last", (wires) => wires.length), 0);
  assertEquals(complaints, []);
});

Deno.test("inspector page: 100,000 intents scroll, and only those in sight exist", async () => {
  await using served = serveInspector(100_000);
  await using browser = await openBrowser();
  const { page, complaints } = await browser.page(DESK);
  await page.goto(`${served.address}#token=${TOKEN}`);
  await waitForText(page, ".top", "Live");
  await page.goto(`${served.address}#/intents`);
  await page.waitForSelector(row(0));
  await page.$eval(".virtual", (box) => box.scrollTo(0, 70_000 * 28));
  await page.waitForSelector(row(70_005));
  assert(await page.$$eval("[role=row]", (rows) => rows.length) < 60);
  assertEquals(await page.$eval(".virtual", (box) => box.getAttribute("aria-rowcount")), "100000");

  await page.$$eval(
    ".chips button",
    (chips) => chips.find((chip) => chip.textContent?.includes("FAILED"))?.click(),
  );
  await waitForText(page, ".rows", "FAILED");
  await page.waitForFunction(() =>
    [...document.querySelectorAll("[data-actor]")].every((one) =>
      one.textContent?.includes("FAILED")
    )
  );
  assertEquals(complaints, []);
});

Deno.test("inspector page: keys move, turn the theme and show their list", async () => {
  await using served = serveInspector(30);
  await using browser = await openBrowser();
  const { page, complaints } = await browser.page(DESK);
  await page.goto(`${served.address}#token=${TOKEN}`);
  await page.waitForSelector('[data-actor="kernel"]');
  await page.keyboard.press("j");
  await waitForText(page, ".crumb h1", "kernel");
  await page.keyboard.press("j");
  await waitForText(page, ".crumb h1", "paper_main");
  await page.keyboard.press("k");
  await page.waitForFunction(() => location.hash.startsWith("#/actor/kernel?"));
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const before = await theme();
  await page.keyboard.press("t");
  assert(await theme() !== before);
  await page.keyboard.press("?");
  await page.waitForSelector('[role="dialog"]');
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelector('[role="dialog"]') === null);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => location.hash === "#/actors");
  assertEquals(complaints, []);
});

Deno.test("inspector page: a lost kernel is said, with the time of what is shown", async () => {
  await using browser = await openBrowser();
  const { page } = await browser.page(DESK);
  {
    await using served = serveInspector(30);
    await page.goto(`${served.address}#token=${TOKEN}`);
    await page.goto(`${served.address}#/actor/${intentActorId(1)}`);
    await page.waitForSelector('[data-state="ACTIVE.partiallyFilled"].here');
  }
  await waitForText(page, "[role=alert]", "Not connected for");
  assertStringIncludes(await textOf(page, "[role=alert]"), "as of");
  await page.waitForSelector('[data-state="ACTIVE.partiallyFilled"].here');
});

Deno.test("inspector page: without the token it says so and shows nothing", async () => {
  await using served = serveInspector(3);
  await using browser = await openBrowser();
  const { page } = await browser.page(DESK);
  await page.goto(served.address);
  await waitForText(page, "[role=alert]", "does not know this page");
  assertEquals(await page.$$eval("[data-actor]", (rows) => rows.length), 0);
});

Deno.test("inspector page: a phone shows the list, then the actor; nothing sticks out", async () => {
  await using served = serveInspector(30);
  await using browser = await openBrowser();
  const { page, complaints } = await browser.page(PHONE);
  await page.goto(`${served.address}#token=${TOKEN}`);
  await page.waitForSelector('[data-actor="kernel"]');
  await page.goto(`${served.address}#/intents`);
  await page.waitForSelector(`#row-3${row(3)}`); // in the list of intents
  await page.click(row(3));
  await page.waitForSelector('[data-state="SUBMITTING.inDoubt"].here');
  assertStringIncludes(await textOf(page, ".g-da"), "Worst case");
  assertStringIncludes(await textOf(page, ".dues"), "ack");
  assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.width);
  assertEquals(await page.$$eval("[data-actor]", (rows) => rows.length), 0);
  assertEquals(complaints, []);
});
