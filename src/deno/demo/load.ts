import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import outreachSql from "./outreach.sql" with { type: "text" };
import isEmptySql from "./is_empty.sql" with { type: "text" };

/** Tenants of the demo data, the largest first. */
export const demoTenants = ["acme", "globex", "initech"];

/** How far a load has come. */
export type Progress = (done: number, all: number) => void;

const days = 90;
const dayMs = 86_400_000;

/**
 * Loads demo data day by day through the landing tables: 90 days when the tables are empty, and on later starts the
 * days since. What `stateFile` says was loaded is loaded again only for its last, partial day; the events' ids are
 * a function of the day, so that changes no number. Returns whether it loaded anything.
 */
export async function loadDemo(
  clickHouse: ClickHouse,
  stateFile: string,
  now: Date,
  progress: Progress,
): Promise<boolean> {
  const today = startOfDay(now.getTime());
  const through = await readThrough(stateFile);
  if (through === undefined && !await isEmpty(clickHouse)) return false;
  const first = Math.max(through ?? 0, today - days * dayMs);
  const all = (today - first) / dayMs + 1;
  for (let done = 0; done < all; done++) {
    const day = new Date(first + done * dayMs).toISOString().slice(0, 10);
    progress(done, all);
    // before the rows: a load that is interrupted goes on at this day
    await Deno.writeTextFile(stateFile, JSON.stringify({ through: day }));
    await run(clickHouse, {
      sql: outreachSql,
      parameters: { day, until: now.toISOString().slice(0, 23).replace("T", " ") },
      settings: { wait_end_of_query: 1 },
    });
  }
  progress(all, all);
  return true;
}

async function isEmpty(clickHouse: ClickHouse): Promise<boolean> {
  const [{ empty }] = await readRows<{ empty: number }>(clickHouse, { sql: isEmptySql });
  return empty === 1;
}

async function readThrough(file: string): Promise<number | undefined> {
  try {
    return startOfDay(Date.parse(JSON.parse(await Deno.readTextFile(file)).through));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function startOfDay(instant: number): number {
  return Math.floor(instant / dayMs) * dayMs;
}
