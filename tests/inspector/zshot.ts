import puppeteer from "puppeteer-core";
const [port, ...which] = Deno.args;
const browser = await puppeteer.launch({
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
  userDataDir: await Deno.makeTempDir(),
});
const A = (n: number) => `kernel/paper_main/book/grid-btc-${String(n).padStart(4, "0")}`;
const shots: [string, number, number, string, string?, number?][] = [
  ["partly-1280", 1280, 720, `#/actor/${A(1)}?in=intents`],
  ["doubt-light-1440", 1440, 900, `#/actor/${A(3)}?in=intents`, "light"],
  ["canceled-1920", 1920, 1080, `#/actor/${A(7)}?in=actors`],
  ["conn-1280", 1280, 720, `#/actor/kernel/paper_main/private`],
  ["phone", 390, 844, `#/actor/${A(1)}?in=intents`, "dark", 2],
  ["phone-list", 390, 844, `#/intents`, "light", 2],
  ["events-1280", 1280, 720, "#/events"],
  ["empty-1280", 1280, 720, "#/actors?q=zzz"],
];
for (const [name, w, h, hash, theme = "dark", scale = 1] of shots) {
  if (which.length && !which.includes(name)) continue;
  const page = await browser.newPage();
  page.on("console", (m: any) => console.log(name, m.type(), m.text()));
  page.on("pageerror", (e: any) => console.log(name, "ERR", String(e)));
  await page.evaluateOnNewDocument((t: string) => localStorage.setItem("xk.theme", t), theme);
  await page.setViewport({ width: w, height: h, deviceScaleFactor: scale });
  await page.goto(`http://127.0.0.1:${port}/inspector${hash}`);
  await new Promise((r) => setTimeout(r, 1500));
  await page.screenshot({ path: `/tmp/h/shots/${name}.png` });
  await page.close();
}
await browser.close();
Deno.exit(0);
