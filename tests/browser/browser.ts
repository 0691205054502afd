/** A real Chromium for tests, on a profile of its own that is removed with it. */
import puppeteer, { type Browser, type Page } from "puppeteer-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Quiet: no first run, no background traffic, nothing but what the page asks for. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

export interface TestBrowser extends AsyncDisposable {
  /** A page whose console errors, exceptions and policy violations are collected. */
  page(size: { readonly width: number; readonly height: number }): Promise<TestPage>;
}

export interface TestPage {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** @throws {Error} naming what to install, if there is no Chromium. */
export async function openBrowser(): Promise<TestBrowser> {
  const executablePath = PLACES.find(isFile);
  if (executablePath === undefined) {
    throw new Error(
      `Cannot test the page: no Chromium at ${PLACES.join(", ")}. ` +
        "Install one, e.g. `apt-get install chromium`",
    );
  }
  const userDataDir = await Deno.makeTempDir({ prefix: "inspector-test-" });
  const browser = await puppeteer.launch({
    executablePath,
    userDataDir,
    headless: true,
    args: FLAGS,
  });
  return {
    page: (size) => openPage(browser, size),
    async [Symbol.asyncDispose]() {
      await browser.close();
      await Deno.remove(userDataDir, { recursive: true });
    },
  };
}

async function openPage(
  browser: Browser,
  size: { readonly width: number; readonly height: number },
): Promise<TestPage> {
  const page = await browser.newPage();
  await page.setViewport(size);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("requestfailed", (request) => {
    // A stream the page itself gave up for a newer one is no failure.
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${reason}`);
  });
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} by ${event.blockedURI}`);
    });
  });
  return { page, complaints };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
