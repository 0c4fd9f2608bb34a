import { pause } from "../base/async/pause.ts";
import { type ClickHouse, readRows, run } from "../clickhouse/client.ts";
import { escapeString, quoteArray } from "../clickhouse/string_literal.ts";
import anchorSql from "./log_anchor.sql" with { type: "text" };
import insertSql from "./log_anchor_insert.sql" with { type: "text" };
import knowsSql from "./log_knows.sql" with { type: "text" };
import replaySql from "./log_replay.sql" with { type: "text" };
import tailSql from "./log_tail.sql" with { type: "text" };
import type { LiveEvent, Position, ReplayRange, Source, SourceListener } from "./source.ts";

/** How the log is followed. */
export interface LogSourceOptions {
  clickHouse: ClickHouse;
  clock: () => Date;
  /** Between two looks at the log, in ms. */
  everyMs?: number;
}

/** Rows of one look; when they are all there, the next one comes at once. */
const pageRows = 1_000;
const retryMs = 1_000;
const timeoutMs = 10_000;
/** A position stays younger than this, though nothing happens: those who hold it can come back for a day. */
const anchorMs = 3_600_000;
/** So long an id is good; the table keeps its rows for longer. */
const keptForMs = 24 * 3_600_000;

interface Row extends Position {
  tenantId: string;
  type: string;
  data: string;
}

/**
 * The table `live_events` as a source, looked at ten times a second while somebody follows: 100 ms at most on the way, and nothing
 * is held open in ClickHouse. `SELECT … STREAM` would push, but ignores that its reader left until the next row comes, and is
 * experimental.
 */
export function createLogSource({ clickHouse, clock, everyMs = 100 }: LogSourceOptions): Source {
  /** Writes a row and returns where it stands, which is the end of the log. */
  async function anchor(): Promise<Position> {
    const cause = crypto.randomUUID();
    const signal = AbortSignal.timeout(timeoutMs);
    await run(clickHouse, { sql: insertSql, parameters: { cause }, signal, once: true });
    const [position] = await readRows<Position>(clickHouse, {
      sql: anchorSql,
      parameters: { cause },
      signal,
    });
    if (!position) throw new Error("The log of live events does not show the row that was written to it");
    return position;
  }

  async function read(from: Position): Promise<Row[]> {
    return await readRows<Row>(clickHouse, {
      sql: tailSql,
      parameters: { ...textOf(from), limit: String(pageRows + 1) },
      signal: AbortSignal.timeout(timeoutMs),
    });
  }

  /** One look at the log; returns where it stands then, and whether there is more. */
  async function look(at: Position, listener: SourceListener) {
    const [known, ...rows] = await read(at);
    if (!known || known.number !== at.number || known.offset !== at.offset || known.at !== at.at) {
      const position = await anchor();
      listener.onStart(position, "log-recreated");
      return { position, isMore: false };
    }
    listener.onState(undefined);
    const { number, offset, at: time } = rows.at(-1) ?? known;
    const position = { number, offset, at: time };
    if (rows.length) await listener.onEvents(rows.map(eventOf), position);
    // the row that this writes is found by the next look
    if (clock().getTime() - time > anchorMs) await anchor();
    return { position, isMore: rows.length === pageRows };
  }

  return {
    name: "log",

    async follow(listener, signal) {
      let position: Position | undefined;
      while (!signal.aborted) {
        try {
          if (!position) {
            position = await anchor();
            listener.onStart(position);
          }
          const { position: next, isMore } = await look(position, listener);
          position = next;
          if (!isMore) await pause(everyMs, signal);
        } catch (error) {
          if (signal.aborted) return;
          listener.onState(error);
          await pause(retryMs, signal);
        }
      }
    },

    async whyLost(position, signal) {
      if (clock().getTime() - position.at > keptForMs) return "too-old";
      const at = String(position.at);
      const [{ rows }] = await readRows<{ rows: number }>(clickHouse, {
        sql: knowsSql,
        parameters: { ...textOf(position), at },
        signal,
      });
      return rows === 1 ? undefined : "log-recreated";
    },

    async replay({ tenantId, types, from, limit }: ReplayRange, signal) {
      const rows = await readRows<Row>(clickHouse, {
        sql: replaySql,
        parameters: {
          tenantId: escapeString(tenantId),
          types: quoteArray(types),
          ...textOf(from),
          limit: String(limit),
        },
        signal,
      });
      const events = rows.map(eventOf);
      return { events, end: events.length === limit ? events.at(-1)!.position : undefined };
    },
  };
}

function textOf({ number, offset }: Position) {
  return { number: String(number), offset: String(offset) };
}

function eventOf({ tenantId, type, at, data, number, offset }: Row): LiveEvent {
  return { tenantId, type, at, data, position: { number, offset, at } };
}
