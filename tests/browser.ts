import { type Browser, chromium, type Page } from "playwright-core";
import { startProgram, temporaryFolder } from "./program.ts";

/** Debian's; `.ci/run` installs it. */
export const browserProgram = "chromium";

/** A browser that a test has started. */
export interface TestBrowser extends AsyncDisposable {
  /** A new page, and what it has complained of. */
  open(): Promise<{ page: Page; complaints: string[] }>;
}

/** Starts Chromium in a process group and a folder of its own. */
export async function startBrowser(): Promise<TestBrowser> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const program = stack.use(startProgram(browserProgram, [
    "--headless",
    // root has no sandbox, and a container little shared memory
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    `--user-data-dir=${folder.path}`,
    "about:blank",
  ]));
  const [, address] = await program.until(/DevTools listening on (ws:\S+)/);
  const browser: Browser = await chromium.connectOverCDP(address);
  stack.defer(() => browser.close());
  const owned = stack.move();
  return {
    async open() {
      const page = await browser.contexts()[0].newPage();
      const complaints: string[] = [];
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      return { page, complaints };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
