import assert from "node:assert/strict";
import { root } from "../src/hosts/deno/sql_files.ts";
import { browserProgram, startBrowser } from "./browser.ts";
import { createGateway, listen, newTenant } from "./gateway.ts";
import { isInstalled } from "./installed.ts";
import { waitFor } from "./program.ts";

/** Serves examples/ as a page of this machine, on a port that is not the gateway's. */
function serveExamples() {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const file = `${root}examples${new URL(request.url).pathname}`;
    return new Response(await Deno.readFile(file), { headers: { "content-type": "text/html" } });
  });
  return {
    url: `http://localhost:${server.addr.port}/dashboard.html`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

if (await isInstalled(browserProgram)) {
  Deno.test("the example's dashboard draws three endpoints with a token for pages", async (t) => {
    const gateway = await createGateway({ config: { ALLOWED_ORIGINS: "localhost" } });
    const tenant = newTenant();
    // three messages yesterday, two of a campaign
    const yesterday = new Date(Date.now() - 86_400_000);
    const event = (changes: Record<string, unknown>) => ({
      id: crypto.randomUUID(),
      eventType: "message_sent",
      channel: "email",
      occurredAt: yesterday.toISOString(),
      ...changes,
    });
    const ofCampaign = { sourceType: "campaign", sourceId: "spring" };
    const events = [
      event({ entityId: "m1", ...ofCampaign }),
      event({ entityId: "m2", ...ofCampaign }),
      event({ entityId: "m3" }),
      event({
        eventType: "campaign_started",
        entityType: "campaign",
        entityId: "spring",
        metadata: { name: "Spring <b>greetings</b>" },
      }),
    ];
    assert.equal((await gateway.send("outreach", tenant, events)).body.data.accepted, 4);
    const made = await gateway.call("POST", "tokens", tenant, { scopes: ["query:outreach"], minutes: 5 });
    const { token } = made.body.data;
    const server = listen(gateway);
    await using examples = serveExamples();
    await using browser = await startBrowser();
    const { page, complaints } = await browser.open();
    const textOf = (selector: string) => page.locator(selector).allTextContents();

    await t.step("without a token it says what it wants", async () => {
      await page.goto(examples.url);
      await page.locator("#says").filter({ hasText: "a token of POST /v1/tokens" }).waitFor();
    });

    await t.step("with one it has a chart of each endpoint, whatever names hold", async () => {
      await page.goto(`${examples.url}#gateway=${server.url}&token=${token}`);
      await waitFor("three charts are drawn", async () => (await page.locator("figure svg").count()) === 3);
      assert.deepEqual(await textOf("h2"), ["Messages a day", "Largest campaigns", "Messages by weekday"]);
      const [days, campaigns, weekdays] = await Promise.all(
        [0, 1, 2].map((i) => page.locator("figure").nth(i).locator("svg text").allTextContents()),
      );
      assert.equal(days[0], "3");
      assert.equal(await page.locator("polyline").count(), 3);
      assert.deepEqual(campaigns, ["Spring <b>greetings</b>", "2"]);
      const day = yesterday.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
      assert.equal(weekdays.length, 14);
      assert.equal(weekdays[weekdays.indexOf(day) + 1], "3");
      assert.deepEqual(await textOf("#says"), [""]);
      assert.deepEqual(complaints, []);
    });

    await t.step("a token that is not taken is told", async () => {
      await page.goto(`${examples.url}#gateway=${server.url}&token=${token}x`);
      await page.locator("#says").filter({ hasText: "The token was signed with another key" }).waitFor();
    });
    await server.stop();
  });
}
