import { type ClickHouse, readBytes, readRows } from "../../clickhouse/client.ts";
import { ClickHouseError, problemOf } from "../../clickhouse/exception.ts";
import { escapeString } from "../../clickhouse/string_literal.ts";
import { insertBlock } from "../insert.ts";
import linesSql from "./lines.sql" with { type: "text" };
import refusedAgainSql from "./refused_again.sql" with { type: "text" };
import type { Sight } from "./sight.ts";

/** A letter about to be sent again. */
export interface Letter {
  id: string;
  /** As an instant is bound. */
  receivedAt: string;
}

/** Where letters land. */
export interface Landing {
  ingester: ClickHouse;
  sight: Sight;
  stream: string;
  /** Whose those are that came without a tenant. */
  asTenantId: string;
}

/** As lines.sql prints them. */
const columns = "tenant_id, request_id, source, line_number, fault, line, received_at";
const unknownTable = 60;

/**
 * Inserts letters of one stream into its landing table as one block and returns those that were refused again, with the reason.
 * What the engine itself refuses is halved until the letter at fault is alone. Throws ClickHouseError for what is no fault of a
 * letter, ClickHouseUnreachable.
 */
export async function land(landing: Landing, letters: Letter[]): Promise<Map<string, string>> {
  try {
    return await landBlock(landing, letters);
  } catch (error) {
    if (!isOfData(error)) throw error;
    if (letters.length === 1) {
      return new Map([[letters[0].id, `The database refuses it: code ${error.code}`]]);
    }
    const half = letters.length >> 1;
    const first = await land(landing, letters.slice(0, half));
    return new Map([...first, ...await land(landing, letters.slice(half))]);
  }
}

async function landBlock(
  { ingester, sight: { reader }, stream, asTenantId }: Landing,
  letters: Letter[],
): Promise<Map<string, string>> {
  const times = letters.map(({ receivedAt }) => receivedAt).sort();
  // by it, what is refused now is told from what was refused at an earlier attempt
  const [attempt] = crypto.getRandomValues(new Uint32Array(1));
  const parameters = {
    stream,
    first: times[0],
    last: times[times.length - 1],
    ids: `[${letters.map(({ id }) => `'${id}'`).join(",")}]`,
    attempt: String(attempt),
  };
  const settings = { wait_end_of_query: 1 };
  const rows = await readBytes(
    await reader({
      sql: linesSql,
      parameters: { ...parameters, asTenantId: escapeString(asTenantId) },
      settings,
    }),
  );
  if (rows.length > 0) await insertBlock(ingester, stream, rows, crypto.randomUUID(), columns);
  const refused = await readRows<{ id: string; reason: string }>(reader, {
    sql: refusedAgainSql,
    parameters,
  });
  return new Map(refused.map(({ id, reason }) => [id, reason]));
}

/** Whether the engine may have refused because of what a line holds. */
function isOfData(error: unknown): error is ClickHouseError {
  if (!(error instanceof ClickHouseError) || error.code === unknownTable) return false;
  const { type } = problemOf(error);
  return type === "broken-query" || type === "invalid-parameter" || type === "query-too-large";
}
