import { type ClickHouse, readRows, run } from "../../clickhouse/client.ts";
import { escapeString } from "../../clickhouse/string_literal.ts";
import { Problem } from "../../base/problem.ts";
import findSql from "./find.sql" with { type: "text" };

/** A request that carries an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header). */
export interface KeyedRequest {
  tenantId: string;
  stream: string;
  key: string;
}

/** The state of a key that was seen before. */
export interface KnownKey {
  /** The answer of the first request, when that is done. */
  answer?: string;
  /** Hash of the first request's body. */
  fingerprint: string;
}

/** A key that is being worked on. */
export interface Claim {
  /** Stores the answer; further requests with the key get it. */
  finish(fingerprint: string, answer: string): Promise<void>;
  /** The request failed: the key is free again. */
  release(): Promise<void>;
}

const heartbeatMs = 5_000;
/** A claim that was not renewed for so long belonged to a gateway that died. */
const staleMs = 15_000;

interface Row {
  state: "started" | "done" | "failed";
  fingerprint: string;
  answer: string;
  ageMs: number;
}

/** Keeps the keys: in memory those at work here, in ClickHouse all. */
export function createIdempotency(clickHouse: ClickHouse) {
  const atWork = new Set<string>();

  /** The key's earlier request, if it is done. Throws Problem while it runs, here or on another gateway. */
  async function find(request: KeyedRequest): Promise<KnownKey | undefined> {
    if (atWork.has(JSON.stringify(request))) throw inProgress();
    const { tenantId, stream, key } = request;
    const [row] = await readRows<Row>(clickHouse, {
      sql: findSql,
      parameters: { tenantId: escapeString(tenantId), stream, key: escapeString(key) },
    });
    if (!row) return;
    if (row.state === "done") return { answer: row.answer, fingerprint: row.fingerprint };
    if (row.state === "started" && row.ageMs < staleMs) throw inProgress();
  }

  /** Takes the key; from now on others get a 409. Throws Problem when another request of this gateway was faster. */
  async function claim(request: KeyedRequest): Promise<Claim> {
    const id = JSON.stringify(request);
    if (atWork.has(id)) throw inProgress();
    atWork.add(id);
    const write = (state: Row["state"], fingerprint: string, answer: string) =>
      store(clickHouse, { ...request, state, fingerprint, answer });
    let beat = Promise.resolve();
    const heartbeat = setInterval(() => beat = write("started", "", "").catch(() => {}), heartbeatMs);
    const end = async (state: Row["state"], fingerprint = "", answer = "") => {
      clearInterval(heartbeat);
      // one that is still under way would be later than the end, and win
      await beat;
      try {
        await write(state, fingerprint, answer);
      } finally {
        atWork.delete(id);
      }
    };
    // when the failure cannot be written either, the claim goes stale by itself
    const release = () => end("failed").catch(() => {});
    try {
      await write("started", "", "");
    } catch (error) {
      await release();
      throw error;
    }
    return { release, finish: (fingerprint, answer) => end("done", fingerprint, answer) };
  }

  return { find, claim };
}

function inProgress(): Problem {
  return new Problem("idempotency-conflict", { retryAfterSeconds: 1 });
}

async function store(clickHouse: ClickHouse, row: KeyedRequest & Omit<Row, "ageMs">): Promise<void> {
  const { tenantId: tenant_id, ...rest } = row;
  await run(clickHouse, {
    sql:
      "INSERT INTO idempotency_keys (tenant_id, stream, key, state, fingerprint, answer) FORMAT JSONEachRow",
    body: new TextEncoder().encode(JSON.stringify({ tenant_id, ...rest })),
    settings: { async_insert: 0 },
  });
}
