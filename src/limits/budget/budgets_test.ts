import assert from "node:assert/strict";
import fc from "fast-check";
import { type BudgetOptions, type Budgets, createBudgets } from "./budgets.ts";
import { type Limits, noOwnLimits } from "./limits.ts";
import type { BudgetStore } from "./store.ts";

/** The tables as a model: of each row the highest version holds, and what is written is read by all who read later. */
function createModel() {
  const rows = new Map<
    string,
    { version: number; instance: string; queries: number; bytes: number; held: number }
  >();
  const instances = new Set<string>();
  const storeOf = (instance: string, step: () => Promise<void>, fault = () => "none"): BudgetStore => ({
    async write(written, version) {
      const outcome = fault();
      await step();
      if (outcome === "refused") throw new Error("refused");
      instances.add(instance);
      for (const { tenantId, day, generation, ...row } of written) {
        const key = JSON.stringify([tenantId, day, instance, generation]);
        if ((rows.get(key)?.version ?? -1) < version) rows.set(key, { version, instance, ...row });
      }
      await step();
      if (outcome === "unknown") throw new Error("The answer was lost");
    },
    async read(tenants, day) {
      await step();
      const totals = new Map(tenants.map((tenantId) => {
        const all = [...rows].filter(([key]) => JSON.parse(key)[0] === tenantId);
        const today = all.filter(([key]) => JSON.parse(key)[1] === day).map(([, row]) => row);
        const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
        return [tenantId, {
          dayQueries: sum(today.map((row) => row.queries)),
          dayBytes: sum(today.map((row) => row.bytes)),
          monthQueries: sum(all.map(([, row]) => row.queries)),
          holders: today.filter((row) => row.held > 0 && row.instance !== instance),
          own: noOwnLimits,
        }];
      }));
      await step();
      return { totals, instances: Math.max(1, instances.size) };
    },
    setLimits: () => Promise.reject(new Error("not in the model")),
    reset: () => Promise.reject(new Error("not in the model")),
  });
  const used = () => [...rows.values()].reduce((sum, row) => sum + row.queries, 0);
  return { storeOf, used };
}

const tenant = "acme";
const noon = new Date("2026-11-22T12:00:00Z");

function limitsOf(daily: number): Limits {
  return { daily, monthly: 1_000_000, dailyBytes: null, perSecond: 100 };
}

function createGateway(options: Partial<BudgetOptions> & Pick<BudgetOptions, "store" | "instance">): Budgets {
  return createBudgets({
    clock: () => noon,
    defaults: limitsOf(10),
    log: () => {},
    monotonic: () => 0,
    wait: () => Promise.resolve(),
    ...options,
  });
}

/** Spends at the gateway until the budget is spent, while the timers of the others go on; returns how many. */
async function spendAll(gateway: Budgets, others: Budgets[]): Promise<number> {
  let accepted = 0;
  for (let refusals = 0; refusals < 10;) {
    for (const other of others) await other.sync();
    const decision = await gateway.spend(tenant);
    if (decision === "accepted") accepted++;
    else if (decision.isSpent) return accepted;
    else refusals++;
  }
  throw new Error("The others never gave back what they held");
}

const scenario = fc.record({
  budget: fc.nat(60),
  requests: fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }),
  syncs: fc.nat(6),
});

Deno.test("gateways that share a budget never accept more, in any order of their steps", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, fc.scheduler(), async ({ budget, requests, syncs }, scheduler) => {
      const model = createModel();
      const step = () => scheduler.schedule(Promise.resolve());
      const gateways = requests.map((_, i) =>
        createGateway({
          store: model.storeOf(`gateway-${i}`, step),
          instance: `gateway-${i}`,
          wait: step,
          defaults: limitsOf(budget),
        })
      );
      let accepted = 0;
      const spend = async (gateway: Budgets) => {
        await step();
        if (await gateway.spend(tenant) === "accepted") accepted++;
        assert.ok(accepted <= budget, `${accepted} accepted of ${budget}`);
      };
      const all = gateways.flatMap((gateway, i) => [
        ...Array.from({ length: requests[i] }, () => spend(gateway)),
        ...Array.from({ length: syncs }, async () => {
          await step();
          await gateway.sync();
        }),
      ]);
      await scheduler.waitFor(Promise.all(all));
      assert.ok(accepted <= budget);
    }),
    { numRuns: 300 },
  );
});

Deno.test("all of a budget can be used, and what was accepted is what was counted", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, fc.scheduler(), async ({ budget, requests }, scheduler) => {
      const model = createModel();
      let isScheduled = true;
      const step = () => isScheduled ? scheduler.schedule(Promise.resolve()) : Promise.resolve();
      const gateways = requests.map((_, i) =>
        createGateway({
          store: model.storeOf(`gateway-${i}`, step),
          instance: `gateway-${i}`,
          wait: step,
          defaults: limitsOf(budget),
        })
      );
      let accepted = 0;
      const all = gateways.flatMap((gateway, i) =>
        Array.from({ length: requests[i] }, async () => {
          await step();
          if (await gateway.spend(tenant) === "accepted") accepted++;
        })
      );
      await scheduler.waitFor(Promise.all(all));
      isScheduled = false;
      for (const gateway of gateways) await gateway.sync();
      accepted += await spendAll(gateways[0], gateways.slice(1));
      assert.equal(accepted, budget);
      for (const gateway of gateways) await gateway.stop();
      assert.equal(model.used(), accepted);
    }),
    { numRuns: 200 },
  );
});

Deno.test("nothing is lost nor counted twice while writes fail before or after they took effect", async () => {
  const outcomes = fc.infiniteStream(fc.constantFrom("none", "none", "refused", "unknown"));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
      outcomes,
      fc.scheduler(),
      async (requests, outcome, scheduler) => {
        const model = createModel();
        let isBroken = true;
        const step = () => isBroken ? scheduler.schedule(Promise.resolve()) : Promise.resolve();
        const fault = () => isBroken ? outcome.next().value! : "none";
        const gateways = requests.map((_, i) =>
          createGateway({
            store: model.storeOf(`gateway-${i}`, step, fault),
            instance: `gateway-${i}`,
            wait: step,
            defaults: limitsOf(1_000),
          })
        );
        let accepted = 0;
        const all = gateways.flatMap((gateway, i) =>
          Array.from({ length: requests[i] }, async () => {
            await step();
            if (await gateway.spend(tenant) === "accepted") accepted++;
            await step();
            await gateway.sync();
          })
        );
        await scheduler.waitFor(Promise.all(all));
        isBroken = false;
        for (const gateway of gateways) await gateway.sync();
        assert.equal(accepted, requests.reduce((a, b) => a + b, 0));
        assert.equal(model.used(), accepted);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("gateways that want the last queries at once get them all, and refuse none before", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 6 }),
      fc.nat(30),
      fc.scheduler(),
      async (count, budget, scheduler) => {
        const model = createModel();
        const step = () => scheduler.schedule(Promise.resolve());
        const gateways = Array.from({ length: count }, (_, i) =>
          createGateway({
            store: model.storeOf(`gateway-${i}`, step),
            instance: `gateway-${i}`,
            wait: step,
            defaults: limitsOf(budget),
          }));
        let accepted = 0;
        let isOver = false;
        const timers = gateways.map(async (gateway) => {
          while (!isOver) await gateway.sync();
        });
        const requests = gateways.flatMap((gateway) =>
          Array.from({ length: budget + 1 }, async () => {
            const decision = await gateway.spend(tenant);
            if (decision === "accepted") accepted++;
            else assert.ok(decision.isSpent, "refused though some was left");
          })
        );
        await scheduler.waitFor(Promise.all(requests));
        isOver = true;
        await scheduler.waitFor(Promise.all(timers));
        assert.equal(accepted, budget);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("a tenant that was forgotten to save memory is counted on", async () => {
  const model = createModel();
  let passedMs = 0;
  const gateway = createGateway({
    store: model.storeOf("gateway-0", () => Promise.resolve()),
    instance: "gateway-0",
    monotonic: () => passedMs,
    maxAccounts: 1,
    defaults: limitsOf(5),
  });
  for (let round = 0; round < 3; round++) {
    assert.equal(await gateway.spend(tenant), "accepted");
    passedMs += 61_000;
    assert.equal(await gateway.spend(`other-${round}`), "accepted");
    await gateway.sync();
    await gateway.sync();
  }
  assert.equal((await gateway.status(tenant)).budgets[0].used, 3);
  assert.equal(await gateway.spend(tenant), "accepted");
  assert.equal(await gateway.spend(tenant), "accepted");
  const refusal = await gateway.spend(tenant);
  assert.ok(refusal !== "accepted" && refusal.isSpent);
});

Deno.test("a gateway that stops gives back what it held", async () => {
  const model = createModel();
  const [stopping, other] = [0, 1].map((i) =>
    createGateway({ store: model.storeOf(`gateway-${i}`, () => Promise.resolve()), instance: `gateway-${i}` })
  );
  assert.equal(await stopping.spend(tenant), "accepted");
  await stopping.stop();
  assert.equal(await spendAll(other, []), 9);
});

Deno.test("what was counted in the last second of a day is written after midnight", async () => {
  const { storeOf, used } = createModel();
  let now = new Date("2026-11-22T23:59:59Z");
  const gateway = createGateway({
    store: storeOf("a", () => Promise.resolve()),
    instance: "a",
    clock: () => now,
  });
  assert.equal(await gateway.spend(tenant), "accepted");
  assert.equal(await gateway.spend(tenant), "accepted");
  now = new Date("2026-11-23T00:00:00Z");
  await gateway.sync();
  assert.equal(used(), 2);
});
