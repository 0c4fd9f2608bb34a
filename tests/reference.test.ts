import assert from "node:assert/strict";
import { docsAssets } from "../src/hosts/deno/docs_assets.ts";
import { browserProgram, startBrowser } from "./browser.ts";
import { createGateway, listen, newTenant, queryFile, tokenOf } from "./gateway.ts";
import { isInstalled } from "./installed.ts";

// The API reference at /docs, as a reader has it.

if (await isInstalled(browserProgram)) {
  Deno.test("the API reference shows a query once, folds problems away, and asks as the tenant that is chosen", async (t) => {
    const tenants = [newTenant("first"), newTenant("second")];
    const demoTokens = await Promise.all(
      tenants.map(async (tenantId) => ({ tenantId, token: await tokenOf(tenantId, "query ingest") })),
    );
    const files = [queryFile("trial/who", "", "SELECT {tenantId:String} AS tenant")];
    const gateway = await createGateway({ files, docs: docsAssets(demoTokens) });
    const server = listen(gateway);
    await using browser = await startBrowser();
    const { page, complaints } = await browser.open();
    await page.goto(`${server.url}/docs#/trial/getTrialWho`);
    const query = page.locator("#operations-trial-getTrialWho");
    const problems = query.locator(".problems");
    await problems.waitFor();

    await t.step("a query is there once, and says that POST does the same", async () => {
      const methods = page.locator("#operations-tag-trial + div .opblock-summary-method");
      assert.deepEqual(await methods.allTextContents(), ["GET"]);
      const description = await query.locator(".opblock-description").textContent();
      assert.match(description ?? "", /A POST with the parameters as a JSON object gets the same answer/);
    });

    await t.step("problems unfold", async () => {
      const codes = query.locator("tr.response .response-col_status");
      assert.deepEqual(await codes.allTextContents(), ["200"]);
      assert.match(await problems.textContent() ?? "", /^Problems: 400, 401, 403, .*504$/);
      await problems.click();
      assert.deepEqual((await codes.allTextContents()).slice(0, 4), ["200", "400", "401", "403"]);
    });

    await t.step("each tenant's token is used when it is chosen", async () => {
      const answer = query.locator(".live-responses-table pre").first();
      for (const tenant of tenants) {
        await page.locator("#bar select").selectOption({ label: tenant });
        await query.locator("button.execute").click();
        await answer.filter({ hasText: `"tenant": "${tenant}"` }).waitFor();
      }
    });

    await t.step("an event can be sent as it is shown", async () => {
      await page.goto(`${server.url}/docs#/events/postEvents`);
      await page.reload();
      const events = page.locator("#operations-events-postEvents");
      await events.locator("button.execute").click();
      await events.locator(".live-responses-table pre").first().filter({ hasText: '"accepted": 1' })
        .waitFor();
    });
    assert.deepEqual(complaints, []);
    await server.stop();
  });
}
