import { createPaced } from "../../base/async/paced.ts";
import { pause } from "../../base/async/pause.ts";
import type { Log } from "../../base/log.ts";
import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import { ClickHouseError, withoutStatement } from "../../clickhouse/exception.ts";
import refreshSql from "./refresh.sql" with { type: "text" };
import sourcesSql from "./sources.sql" with { type: "text" };
import waitSql from "./wait.sql" with { type: "text" };

/** What is heard of changes: when it begins to be heard, since whatever was said before was missed, and which source changed. */
export interface ChangeListener {
  onListening(): void;
  onChange(source: string): void;
}

/** Hears of changes until the signal fires; throws when the connection cannot be made, or is lost. */
export type Listen = (listener: ChangeListener, signal: AbortSignal) => Promise<void>;

/** What following uses. */
export interface FollowOptions {
  clickHouse: ClickHouse;
  /** Runs the views that read other databases. */
  syncer: ClickHouse;
  listen: Listen;
  /** Shortest time from one run of a source to its next. */
  intervalMs: number;
  log: Log;
}

const statementTimeoutMs = 10_000;
/** A run that takes longer goes on, but is asked after again: a follower must notice when the other end is silently gone. */
const runTimeoutMs = 300_000;
const firstRetryMs = 250;
const maxPauseMs = 15_000;
/** A connection that has lasted so long was a good one. */
const goodAfterMs = 30_000;

/**
 * Has the database read a source whenever that has changed, and all sources after each beginning to listen, until the signal fires. What
 * fails is repeated. Runs are written down, and tenants told, right after they end and not at the next turn of the views that do so.
 */
export async function followSources(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { listen, intervalMs, log } = options;
  const follower = createFollower(options, signal);
  const told = createTelling(log, "Not listening to Postgres", "Listening to Postgres");
  for (let failures = 0; !signal.aborted;) {
    const start = performance.now();
    try {
      const sources = await readSources(options.clickHouse, signal);
      await listen({
        onListening() {
          told.onSuccess(`a run of a source begins at most every ${intervalMs} ms`);
          for (const source of sources) follower.read(source);
        },
        onChange(source) {
          if (sources.includes(source)) follower.read(source);
        },
      }, signal);
    } catch (error) {
      if (signal.aborted) return;
      told.onFailure(error);
    }
    failures = performance.now() - start > goodAfterMs ? 0 : failures + 1;
    await pause(Math.min(firstRetryMs * 2 ** failures, maxPauseMs), signal);
  }
}

async function readSources(clickHouse: ClickHouse, signal: AbortSignal): Promise<string[]> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(statementTimeoutMs)]);
  const rows = await readRows<{ source: string }>(clickHouse, { sql: sourcesSql, signal: timeout });
  if (rows.length === 0) {
    throw new Error("ClickHouse reads no Postgres: apply the migrations with MIGRATIONS=postgres");
  }
  return rows.map(({ source }) => source);
}

/** Runs of the sources' views, each source at a pace of its own, and of the views that write runs down and tell tenants. */
function createFollower({ syncer, intervalMs, log }: FollowOptions, signal: AbortSignal) {
  const paced = new Map<string, () => void>();
  const noting = createTelling(log, "Cannot write down runs", "Runs are written down again");

  async function runView(view: string): Promise<void> {
    const parameters = { view };
    const within = (ms: number) => AbortSignal.any([signal, AbortSignal.timeout(ms)]);
    await run(syncer, { sql: refreshSql, parameters, signal: within(statementTimeoutMs) });
    await run(syncer, { sql: waitSql, parameters, signal: within(runTimeoutMs) });
  }

  const tell = createPaced(() => runView("live_events_synced_refresh"), {
    intervalMs,
    maxPauseMs,
    ...createTelling(log, "Cannot tell tenants of runs", "Tenants are told of runs again"),
  }, signal);

  /** Runs a source's view, and waits until that is written down: the next run begins where this one ended, and repeats no dead letter. */
  async function readSource(source: string): Promise<void> {
    try {
      await runView(`sync_lines_${source}_refresh`);
    } finally {
      await runView("sync_runs_refresh").then(() => noting.onSuccess(), noting.onFailure);
      tell();
    }
  }

  return {
    /** Has a source read soon. */
    read(source: string): void {
      let want = paced.get(source);
      if (!want) {
        const telling = createTelling(log, `Cannot read ${source}`, `${source} is read again`);
        want = createPaced(() => readSource(source), { intervalMs, maxPauseMs, ...telling }, signal);
        paced.set(source, want);
      }
      want();
    },
  };
}

/** Tells a failure when it differs from the last, and the first success after one. */
function createTelling(log: Log, failed: string, mended: string) {
  let last: string | undefined;
  return {
    onSuccess(note?: string): void {
      if (last !== undefined || note) log({ level: "info", message: note ? `${mended}: ${note}` : mended });
      last = undefined;
    },
    onFailure(error: unknown): void {
      const text = textOf(error);
      if (text !== last) log({ level: "warn", message: failed, error: text });
      last = text;
    },
  };
}

/** The first line of what went wrong. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const text = error instanceof ClickHouseError ? withoutStatement(error.message) : error.message;
  return (text || error.name).split("\n", 1)[0].slice(0, 300);
}
