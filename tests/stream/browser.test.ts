import { EventSource } from "eventsource";
import assert from "node:assert/strict";
import { readPages } from "../docs/pages.ts";
import { createGateway, listen, newTenant, type TestGateway, tokenOf } from "../gateway.ts";
import { waitFor } from "../program.ts";
import { hasChromium, openPage } from "./chromium.ts";

/** Sends a value of a metric, of which a live event comes. */
async function send(gateway: TestGateway, tenant: string, value: number): Promise<void> {
  const metric = { id: value, metric: "sroi", value, periodStart: "2026-11-01T00:00:00Z" };
  const { status, body } = await gateway.send("csr_metrics", tenant, [metric]);
  assert.deepEqual([status, body.data.accepted], [200, 1]);
}

/** The values that a client has shown, and how often it read the numbers again. */
interface Shown {
  values: number[];
  loads: number;
}

/**
 * A client that follows by itself: it shows what happens, survives that its gateway is replaced by another one at the same
 * address, and shows what happened meanwhile, once.
 */
async function followThroughRestart(
  allowedOrigin: string,
  follow: (url: string, token: string) => Promise<{ shown(): Shown | Promise<Shown> }>,
): Promise<void> {
  const tenant = newTenant();
  const config = { ALLOWED_ORIGINS: allowedOrigin };
  const before = await createGateway({ files: [], config });
  const first = listen(before);
  const { shown } = await follow(first.url, await tokenOf(tenant, "stream"));
  const shows = (values: number[]) =>
    waitFor(`it shows ${values}`, async () => {
      const got = await shown();
      return got.values.length >= values.length && assert.deepEqual(got, { values, loads: 1 }) === undefined;
    });
  // an event that happens while a new stream is being opened is none of its own
  await waitFor("it follows", () => {
    const { streams, opening } = before.streams.stats();
    return streams === 1 && opening === 0;
  });
  await send(before, tenant, 1);
  await shows([1]);
  before.close();
  await first.stop();
  before.streams.stop();

  const after = await createGateway({ files: [], config });
  await send(after, tenant, 2);
  await send(after, tenant, 3);
  const second = listen(after, Number(new URL(first.url).port));
  await shows([1, 2, 3]);
  await send(after, tenant, 4);
  await shows([1, 2, 3, 4]);
  after.close();
  await second.stop();
  after.streams.stop();
}

if (await hasChromium()) {
  const page = (await readPages()).find(({ path }) => path === "docs/live.md")!;
  for (const { text, line } of page.blocks.filter(({ language }) => language === "html")) {
    const [, client] = /new (EventSource|WebSocket)/.exec(text)!;
    Deno.test(`the page of docs/live.md:${line}, of another origin, keeps up through a gateway's restart with Chromium's ${client}`, async () => {
      let html = "";
      const site = listen({
        handle: () => new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } }),
      });
      await using browser = await openPage();
      await followThroughRestart(site.url, async (url, token) => {
        html = text.replaceAll("http://localhost:8787", url);
        assert.notEqual(html, text);
        browser.page.on("dialog", (dialog) => dialog.accept(token));
        await browser.page.goto(site.url);
        return {
          async shown() {
            const said = await browser.page.textContent("body") ?? "";
            return {
              values: [...said.matchAll(/sroi_updated {[^}]*"value":(\d)/g)].map(([, value]) =>
                Number(value)
              ),
              loads: said.split("Read the numbers again").length - 1,
            };
          },
        };
      });
      await browser.page.close();
      await site.stop();
    });
  }
}

Deno.test("npm's eventsource keeps up through a gateway's restart, with its credential in a header", async () => {
  let source: EventSource;
  await followThroughRestart("", (url, token) => {
    const shown: Shown = { values: [], loads: 1 };
    source = new EventSource(`${url}/v1/stream/updates`, {
      fetch: (input, init) =>
        fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
    });
    source.addEventListener("message", ({ data }) => void shown.values.push(JSON.parse(data).data.value));
    source.addEventListener("reset", () => void shown.loads++);
    return Promise.resolve({ shown: () => shown });
  });
  source!.close();
});
