import { z } from "zod";
import type { Audit } from "../audit/audit.ts";
import type { Tokens } from "../../auth/jwt.ts";
import type { Budgets } from "../../limits/budget/budgets.ts";
import type { Queue } from "../../limits/queue/queue.ts";
import { withTimeout } from "../../base/async/with_timeout.ts";
import type { Probe } from "./probe.ts";

/** How something is: `degraded` does its work in part, or will not for long. */
export const statusSchema = () => z.enum(["ok", "degraded", "unavailable"]);

/** The same as a type. */
export type Status = z.infer<ReturnType<typeof statusSchema>>;

/** What the checks look at. */
export interface DependenciesOptions {
  probe: Probe;
  /** How many migrations the database lacks. */
  pendingMigrations?: () => Promise<number>;
  tokens: Pick<Tokens, "keySetState">;
  audit: Pick<Audit, "stats">;
  budgets: Pick<Budgets, "stats">;
  queue: Pick<Queue, "stats">;
}

/** What the gateway needs and how each of it is; no addresses, no names of hosts. */
export const dependenciesSchema = () =>
  z.object({
    clickHouse: part({
      version: z.string().optional(),
      latencyMs: z.number().optional(),
      pendingMigrations: z.int().optional().describe("Migrations that the database lacks"),
    }),
    // only where AUTH_JWKS_URL is set
    keys: part({ fetchedAt: z.iso.datetime().nullable().describe("When the keys of tokens came") })
      .optional(),
    audit: part({ waiting: z.int(), dropped: z.int() }),
    budgets: part({}),
    queue: part({ running: z.int(), waiting: z.int() }),
  });

/** The same as a type. */
export type Dependencies = z.infer<ReturnType<typeof dependenciesSchema>>;

function part<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object({ status: statusSchema(), ...shape });
}

const migrationsTimeoutMs = 1_500;
/** So long after a refusal the queue counts as overloaded. */
const overloadMs = 10_000;

/** Looks at everything; takes two seconds at most, and never rejects. */
export async function checkDependencies(options: DependenciesOptions): Promise<Dependencies> {
  const [alive, pendingMigrations] = await Promise.all([
    options.probe(),
    withTimeout(migrationsTimeoutMs, options.pendingMigrations),
  ]);
  const keys = options.tokens.keySetState();
  const audit = options.audit.stats();
  const queue = options.queue.stats();
  const { isUp, version, latencyMs } = alive;
  return {
    clickHouse: {
      status: !isUp ? "unavailable" : pendingMigrations ? "degraded" : "ok",
      version,
      latencyMs,
      ...(isUp && { pendingMigrations }),
    },
    ...(keys && {
      keys: {
        // keys fetched before are still used
        status: !keys.isFailing ? "ok" : keys.fetchedAt === undefined ? "unavailable" : "degraded",
        fetchedAt: keys.fetchedAt === undefined ? null : new Date(keys.fetchedAt).toISOString(),
      },
    }),
    audit: { status: audit.isFailing ? "degraded" : "ok", waiting: audit.waiting, dropped: audit.dropped },
    budgets: { status: options.budgets.stats().isAway ? "degraded" : "ok" },
    queue: {
      status: queue.msSinceRefusal < overloadMs ? "degraded" : "ok",
      running: queue.running,
      waiting: queue.waiting,
    },
  };
}

/** The worst of all; only ClickHouse makes it `unavailable`, any other part `degraded` at most. */
export function worstOf({ clickHouse, ...others }: Dependencies): Status {
  if (clickHouse.status !== "ok") return clickHouse.status;
  return Object.values(others).some(({ status }) => status !== "ok") ? "degraded" : "ok";
}
