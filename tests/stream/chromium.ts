import { chromium, type Page } from "playwright-core";
import { startProgram, temporaryFolder } from "../program.ts";

/** Whether Debian's Chromium is there; says so when not. Throws where it is required. */
export async function hasChromium(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("chromium", { args: ["--version"], stderr: "null" }).output();
    if (success) return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const why = "Chromium is not installed (the package chromium of Debian)";
  if (Deno.env.get("SLUICE_REQUIRE_SERVICES") === "1") throw new Error(`Cannot test with a browser: ${why}`);
  // deno-lint-ignore no-console -- a skipped check must be seen
  console.log(`Skipped, since ${why}`);
  return false;
}

/** An empty page of a Chromium that ends with the test. */
export async function openPage(): Promise<AsyncDisposable & { page: Page }> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryFolder());
  const program = stack.use(startProgram("chromium", [
    "--headless",
    // containers run tests as root, for whom Chromium has no sandbox
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    `--user-data-dir=${path}`,
    "about:blank",
  ]));
  const [, address] = await program.until(/DevTools listening on (\S+)/);
  const browser = await chromium.connectOverCDP(address);
  stack.defer(() => browser.close());
  const page = await browser.newPage();
  const owned = stack.move();
  return { page, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
