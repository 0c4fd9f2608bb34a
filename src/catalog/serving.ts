import { Problem } from "../base/problem.ts";
import type { Roles } from "../clickhouse/roles.ts";
import type { Log } from "../base/log.ts";
import { checkIsolation } from "../isolation/policies.ts";
import { type Catalog, loadCatalog } from "./catalog.ts";
import { createInspectionMemory, type MemoryStore } from "./inspection_memory.ts";
import { isPreparedFor, type PreparedCatalog, reviveCatalog } from "./prepared.ts";
import { isQualityCheck, type QualityCheck, qualityCheckName } from "./quality_check.ts";
import type { QueryFile } from "./query.ts";
import { QueryFileError } from "./query_file_error.ts";
import { readStreams, type StreamRow } from "./stream_rows.ts";

/** What is served at the moment: it changes when query files do. */
export interface Served {
  catalog: Catalog;
  /** The quality checks that run, in the order of their names. */
  checks: QualityCheck[];
  /** Quality checks whose files are wrong and of which no former version runs. */
  brokenChecks: BrokenCheck[];
  /** Streams that take events. */
  streams: string[];
  /** An event of a stream, where its landing table has one. */
  examples: Record<string, unknown>;
  /** Query files that are wrong, whether or not a former version of them is served. */
  broken: string[];
}

/** A quality check that cannot run. */
export interface BrokenCheck {
  name: string;
  /** What is wrong with its file, as a compiler prints it. */
  fault: string;
}

/** What is done with a query whose file is broken now: its last good version stays, or it is served no more. */
export type OnBroken = "keep" | "drop";

/** What `createServing` uses. */
export interface ServingOptions {
  /** They ask about queries and streams, and the engine must keep tenants apart for them. */
  roles: Omit<Roles, "syncer" | "clickHouse">;
  log: Log;
  onBroken?: OnBroken;
  /** Keeps what the engine says of the query files. */
  store?: MemoryStore;
}

/** Holds what is served and takes new versions of the files. */
export function createServing({ roles, log, onBroken = "keep", store }: ServingOptions) {
  const memory = createInspectionMemory(store);
  let served: Served | undefined;
  let isStarting = true;

  /**
   * Loads all files again; returns the faults. What an engine has inspected elsewhere is taken as it was `prepared`, if the
   * database has the same definitions; all that is asked before is asked at once. Throws NotIsolated, and then nothing is served
   * any more, and what the engine or `otherCheck` throws, and then nothing has changed.
   */
  async function load(
    files: QueryFile[],
    prepared?: PreparedCatalog,
    otherCheck?: () => Promise<void>,
  ): Promise<QueryFileError[]> {
    const [, isPrepared] = await Promise.all([
      checkRoles(),
      prepared !== undefined && isPreparedFor(roles.operator, prepared),
      otherCheck?.(),
    ]);
    if (prepared && isPrepared) {
      served = {
        catalog: reviveCatalog(prepared, files),
        checks: prepared.checks,
        brokenChecks: [],
        ...streamsOf(prepared.streams),
        broken: [],
      };
      isStarting = false;
      return [];
    }
    if (prepared) log({ level: "warn", message: otherDefinitions });
    const [{ catalog, checks, errors }, streams] = await Promise.all([
      loadCatalog(files, roles, memory),
      readStreams(roles.ingester),
    ]);
    const broken = new Set(errors.map((error) => error.file));
    const lastGood = onBroken === "drop" ? [] : [...served?.catalog.values() ?? []]
      .filter((query) => broken.has(query.file));
    const lastGoodChecks = onBroken === "drop" ? [] : (served?.checks ?? [])
      .filter((check) => broken.has(check.file));
    const queries = [...catalog.values(), ...lastGood].toSorted((a, b) => a.name < b.name ? -1 : 1);
    served = {
      catalog: new Map(queries.map((query) => [query.name, query])),
      checks: [...checks, ...lastGoodChecks].toSorted((a, b) => a.name < b.name ? -1 : 1),
      brokenChecks: errors
        .filter(({ file }) => isQualityCheck(file) && !lastGoodChecks.some((check) => check.file === file))
        .map((error) => ({ name: qualityCheckName(error.file), fault: error.render() })),
      ...streamsOf(streams),
      broken: [...broken],
    };
    isStarting = false;
    for (const file of broken) {
      const isKept = [...lastGood, ...lastGoodChecks].some((each) => each.file === file);
      const message = isQualityCheck(file)
        ? `A quality check is broken: ${
          isKept ? "its last good version goes on" : "it fails until it is mended"
        }`
        : `A query file is broken: ${
          isKept ? "its last good version goes on being served" : "its query is not served"
        }`;
      log({ level: "error", message, file });
    }
    return errors;
  }

  /** Throws as checkIsolation does; then nothing is served. */
  async function checkRoles(): Promise<void> {
    try {
      await checkIsolation(roles);
    } catch (error) {
      if ((error as Error).name === "NotIsolated") {
        served = undefined;
        isStarting = false;
      }
      throw error;
    }
  }

  return {
    load,
    /** Until the first load: what is refused meanwhile is nobody's fault. */
    isStarting: () => isStarting,
    served(): Served {
      if (served) return served;
      throw new Problem("unavailable", {
        detail: "The gateway is starting: ClickHouse was not reached yet",
        retryAfterSeconds: 1,
      });
    },
  };
}

const otherDefinitions =
  "The database has other definitions than the bundle was made with: it is asked about each query";

function streamsOf(rows: StreamRow[]): Pick<Served, "streams" | "examples"> {
  return {
    streams: rows.map(({ stream }) => stream),
    examples: Object.fromEntries(
      rows.flatMap(({ stream, example }) => {
        const event = readExample(example);
        return event ? [[stream, event]] : [];
      }),
    ),
  };
}

/** The object that a comment is; undefined when it is any other text. */
function readExample(comment: string): object | undefined {
  try {
    const example: unknown = JSON.parse(comment);
    return typeof example === "object" && example !== null ? example : undefined;
  } catch {
    return;
  }
}
