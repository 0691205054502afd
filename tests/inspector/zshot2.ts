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
  [
    "real-modified",
    1280,
    720,
    "#/actor/kernel/paper/book/01a1fe4b-a709-74e7-a68a-bbc6491f09b9?in=intents",
  ],
  [
    "real-filled-1440",
    1440,
    900,
    "#/actor/kernel/paper/book/01a1fe4b-a70e-7202-905c-9bb1b3351c97",
    "light",
  ],
  ["real-canceled", 1440, 900, "#/actor/kernel/paper/book/01a1fe4b-a6ff-7514-8d44-5b9dfe071c7c"],
  ["real-exchange", 1280, 720, "#/actor/kernel/paper"],
  ["real-conn", 1440, 900, "#/actor/kernel/paper/private", "light"],
  ["real-requests", 1280, 720, "#/actor/kernel/paper/requests"],
  ["real-kernel-900", 900, 720, "#/actor/kernel"],
  ["real-events", 1280, 720, "#/events"],
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
