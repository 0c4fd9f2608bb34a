import { Problem } from "../problem.ts";
import { type ClickHouse, readRows } from "../clickhouse/client.ts";
import type { Served } from "../app.ts";
import streamsSql from "../ingest/streams.sql" with { type: "text" };
import { loadCatalog } from "./catalog.ts";
import { createMemory, type MemoryStore } from "./memory.ts";
import type { Query, QueryFile } from "./query.ts";
import { QueryFileError } from "./query_file_error.ts";

/** Holds what is served and takes new versions of the files; a broken file leaves its last good version. */
export function createServing(clickHouse: ClickHouse, store?: MemoryStore) {
  const memory = createMemory(store);
  let served: Served | undefined;

  /** Loads all files anew; returns the faults. Throws what the engine throws, and then nothing has changed. */
  async function load(files: QueryFile[]): Promise<QueryFileError[]> {
    const [{ catalog, errors }, streams] = await Promise.all([
      loadCatalog(files, clickHouse, memory),
      readRows<{ stream: string }>(clickHouse, { sql: streamsSql }),
    ]);
    const broken = new Set(errors.map((error) => error.file));
    const lastGood = [...served?.catalog.values() ?? []].filter((query: Query) => broken.has(query.file));
    const queries = [...catalog.values(), ...lastGood].toSorted((a, b) => a.name < b.name ? -1 : 1);
    served = {
      catalog: new Map(queries.map((query) => [query.name, query])),
      streams: streams.map(({ stream }) => stream),
    };
    return errors;
  }

  return {
    load,
    served(): Served {
      if (served) return served;
      throw new Problem("unavailable", {
        detail: "The gateway is starting: ClickHouse was not reached yet",
        retryAfterSeconds: 1,
      });
    },
  };
}
