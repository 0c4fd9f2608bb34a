import { createGateway, queryFile } from "./gateway.ts";
Deno.test("t", async () => {
  for (let i = 0; i < 6; i++) {
    let t = performance.now();
    const g = await createGateway();
    const a = performance.now() - t;
    t = performance.now();
    const h = await createGateway({ files: [queryFile("test/one", "tenant: none", "SELECT 1 AS one")] });
    const b = performance.now() - t;
    t = performance.now();
    await g.query("outreach/overview", "x");
    const c = performance.now() - t;
    t = performance.now();
    await h.query("test/one", "x");
    const d = performance.now() - t;
    t = performance.now();
    await g.query("outreach/overview", "x");
    const e = performance.now() - t;
    console.log([a, b, c, d, e].map(Math.round).join(" "));
  }
});
