import postgres from "postgres";
import { pause } from "../../base/async/pause.ts";
import type { Listen } from "../../ingest/sync/follow.ts";

/** Where Postgres is and who listens there. */
export interface PostgresAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** Whether the connection is encrypted: if Postgres can, always, or always and with its certificate checked. */
  tls: "disable" | "prefer" | "require" | "verify-full";
}

/** The channel of deploy/postgres/notify.sql. */
const channel = "sluice";
const aliveEveryMs = 15_000;
const answerTimeoutMs = 10_000;

/** Hears which sources have changed, on one connection to Postgres, which is asked for a sign of life now and then. */
export function listenPostgres({ tls, ...address }: PostgresAddress): Listen {
  return async function listen(listener, signal) {
    signal.throwIfAborted();
    const { promise: lost, reject: lose } = Promise.withResolvers<never>();
    lost.catch(() => {});
    const onAbort = () => lose(signal.reason);
    signal.addEventListener("abort", onAbort);
    const options = {
      ...address,
      ssl: tls === "disable" ? false : tls,
      max: 1,
      max_lifetime: null,
      fetch_types: false,
      connect_timeout: answerTimeoutMs / 1_000,
      connection: { application_name: "sluice follow-postgres" },
      onnotice() {},
      onclose: () => lose(new Error("Postgres has closed the connection")),
      // as the package's own `listen` does, which connects again without telling
      onnotify: (_channel: string, source: string) => listener.onChange(source),
    };
    const sql = postgres(options);
    /** What Postgres answers within a time, on a connection that is still the first. */
    async function answered(question: PromiseLike<unknown>): Promise<void> {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error("Postgres does not answer")), answerTimeoutMs);
      });
      try {
        await Promise.race([question, late, lost]);
      } finally {
        clearTimeout(timer);
      }
    }
    try {
      await answered(sql.unsafe(`LISTEN ${channel}`));
      listener.onListening();
      for (;;) {
        await Promise.race([pause(aliveEveryMs, signal), lost]);
        await answered(sql`SELECT 1`);
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      await sql.end({ timeout: 0 });
    }
  };
}
