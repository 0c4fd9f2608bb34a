import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import { writeWhole } from "../../hosts/deno/write_whole.ts";
import membersSql from "./csr_cohort_members.sql" with { type: "text" };
import cohortsSql from "./csr_cohorts.sql" with { type: "text" };
import companiesSql from "./csr_companies.sql" with { type: "text" };
import journeySql from "./csr_journey.sql" with { type: "text" };
import metricsSql from "./csr_metrics.sql" with { type: "text" };
import scoresSql from "./csr_scores.sql" with { type: "text" };
import ticketingEventsSql from "./ticketing_events.sql" with { type: "text" };
import organizersSql from "./ticketing_organizers.sql" with { type: "text" };
import pageViewsSql from "./ticketing_page_views.sql" with { type: "text" };
import salesSql from "./ticketing_sales.sql" with { type: "text" };
import showsSql from "./ticketing_shows.sql" with { type: "text" };
import ticketTypesSql from "./ticketing_ticket_types.sql" with { type: "text" };
import usersSql from "./ticketing_users.sql" with { type: "text" };
import outreachSql from "./outreach.sql" with { type: "text" };
import refreshSql from "../../ingest/sync/refresh.sql" with { type: "text" };
import isEmptySql from "./is_empty.sql" with { type: "text" };
import waitingSql from "./waiting_views.sql" with { type: "text" };

/** Tenants of the demo data, the largest first. */
export const demoTenants = ["acme", "globex", "initech"];

/** What each step runs: a file for each stream. */
const streams = [
  outreachSql,
  companiesSql,
  scoresSql,
  journeySql,
  metricsSql,
  ticketingEventsSql,
  pageViewsSql,
  salesSql,
];

/** What is not of a day. */
const lasting = [cohortsSql, membersSql, organizersSql, showsSql, ticketTypesSql, usersSql];

/** How far a load has come. */
export type Progress = (done: number, all: number) => void;

const days = 90;
/** Days of one statement: most of a short one would be spent on analysing it. */
const stepDays = 7;
/** What follows from a day's traffic (the last step of a sequence) comes up to so many days later. */
const echoDays = 17;
const dayMs = 86_400_000;

/**
 * Loads demo data week by week through the landing tables: 90 days when the tables are empty, and on later starts
 * what has happened since the day that `stateFile` names. Days that are loaded again change no number, since
 * their events' ids are a function of the day. Dashboards are begun again then. Returns whether it loaded anything.
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
  if (through === today) return false;
  const first = Math.max(through === undefined ? 0 : through - echoDays * dayMs, today - days * dayMs);
  const all = (today - first) / dayMs + 1;
  for (const sql of lasting) await run(clickHouse, { sql });
  for (let done = 0; done < all; done += stepDays) {
    progress(done, all);
    const parameters = {
      day: dayText(first + done * dayMs),
      days: String(Math.min(stepDays, all - done)),
      until: now.toISOString().slice(0, 23).replace("T", " "),
    };
    for (const sql of streams) await run(clickHouse, { sql, parameters, settings: { wait_end_of_query: 1 } });
    // a load that is interrupted goes on here
    await writeWhole(stateFile, JSON.stringify({ through: dayText(first + done * dayMs) }));
  }
  await writeWhole(stateFile, JSON.stringify({ through: dayText(today) }));
  // or the dashboards would be empty for a quarter of an hour; nobody waits for them
  for (const { view } of await readRows<{ view: string }>(clickHouse, { sql: waitingSql })) {
    await run(clickHouse, { sql: refreshSql, parameters: { view } });
  }
  progress(all, all);
  return true;
}

function dayText(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
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
